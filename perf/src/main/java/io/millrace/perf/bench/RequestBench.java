package io.millrace.perf.bench;

import io.millrace.perf.harness.Bench;
import io.millrace.perf.harness.Case;
import io.millrace.perf.harness.Plan;
import io.millrace.perf.link.LinkPlace.Waits;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** What it costs to ask another process: one call after the other, and many at once. */
public final class RequestBench implements Bench {
  private static final List<String> SPINNING =
      List.of(Plan.MILLRACE, "two-rings", "aeron-ipc", "unix-socket");

  /** Nothing in Aeron's client sleeps until a message comes. */
  private static final List<String> SLEEPING = List.of(Plan.MILLRACE, "two-rings", "unix-socket");

  private static final int SMALL = 32;
  private static final int LARGE = 1024;
  private static final int MANY = 100;

  @Override
  public String name() {
    return "request";
  }

  @Override
  public String title() {
    return "request and reply between two processes";
  }

  @Override
  public List<String> subjects() {
    return SPINNING;
  }

  @Override
  public List<Case> cases(Plan plan) {
    List<Case> cases = new ArrayList<>();
    for (int size : plan.quick() ? plan.sizesOr(SMALL) : plan.sizesOr(SMALL, LARGE)) {
      cases.add(makeCase(size, Waits.SPIN, 1));
      cases.add(makeCase(size, Waits.BLOCK, 1));
      cases.add(makeCase(size, Waits.SPIN, MANY));
    }
    return cases;
  }

  private static Case makeCase(int size, Waits waits, int openCalls) {
    Map<String, Object> settings = new LinkedHashMap<>();
    settings.put("size", size);
    settings.put("wait", waits.name().toLowerCase(Locale.ROOT));
    settings.put("open", openCalls);
    return new Case(
        settings,
        (waits == Waits.SPIN ? SPINNING : SLEEPING)
            .stream()
                .map(subject -> new CallTrial(subject, size, waits, openCalls).trial())
                .toList());
  }
}
