package io.millrace.perf.bench;

import io.millrace.perf.harness.Bench;
import io.millrace.perf.harness.Case;
import io.millrace.perf.harness.Floor;
import io.millrace.perf.harness.Plan;
import io.millrace.perf.harness.Trial;
import io.millrace.perf.link.LinkPlace.Sends;
import io.millrace.perf.link.LinkPlace.Waits;
import io.millrace.perf.peer.BridgeLink;
import io.millrace.perf.peer.TwoHosts;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/** Rings on two hosts with a bridge between them, beside Aeron that a program uses itself. */
public final class BridgeBench implements Bench {
  private static final String BARE = "aeron-udp";
  private static final List<String> SUBJECTS = List.of(Plan.MILLRACE, BARE, "aeron-archive");
  private static final String WAY = "way";
  private static final String BOTH_WAYS = "there and back";
  private static final String ONE_WAY = "one way";
  private static final int SMALL = 32;

  @Override
  public String name() {
    return "bridge";
  }

  @Override
  public String title() {
    return "from one host to another one: two network namespaces with a virtual link";
  }

  @Override
  public List<String> subjects() {
    return SUBJECTS;
  }

  @Override
  public Optional<String> obstacle() {
    return TwoHosts.obstacle();
  }

  @Override
  public List<Case> cases(Plan plan) {
    List<Case> cases = new ArrayList<>();
    for (int size : plan.sizesOr(SMALL)) {
      cases.add(
          makeCase(
              BOTH_WAYS,
              size,
              subject -> new RoundTripTrial(link(subject), size, Waits.SPIN).trial()));
    }
    for (int size : plan.quick() ? plan.sizesOr(SMALL) : plan.sizesOr(SMALL, 256, 1024)) {
      cases.add(
          makeCase(
              ONE_WAY, size, subject -> StreamTrial.toOne(link(subject), 1, size, Sends.SINGLE)));
    }
    return cases;
  }

  private static String link(String subject) {
    return subject.equals(Plan.MILLRACE) ? BridgeLink.SUBJECT : subject;
  }

  private static Case makeCase(String way, int size, Function<String, Trial> trial) {
    Map<String, Object> settings = new LinkedHashMap<>();
    settings.put(WAY, way);
    settings.put("size", size);
    return new Case(
        settings, SUBJECTS.stream().map(subject -> trial.apply(subject).named(subject)).toList());
  }

  @Override
  public List<Floor> floors() {
    return List.of(
        new Floor(Map.of(WAY, BOTH_WAYS), BARE, "rtt_p50", 0.2),
        new Floor(Map.of(WAY, ONE_WAY), BARE, "rate", 0.1));
  }
}
