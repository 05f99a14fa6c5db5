package io.millrace.examples.marketdata;

import io.millrace.discovery.Registry;
import io.millrace.discovery.model.Capabilities;
import io.millrace.examples.ChildJvm;
import io.millrace.examples.Example;
import io.millrace.ring.Ring;
import io.millrace.ring.RingOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.agrona.IoUtil;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * The market-data example: a feed of order-book events goes to a strategy, to competing risk
 * workers, to a recorder and to a screen, which also reads the topic that two venues publish their
 * trades to. This class starts them, kills whom it is told to kill, starts a new one in its place,
 * and checks in the end what each group was given.
 */
@Command(
    name = "market-data",
    description = {
      "A feed of order-book events for a strategy, competing risk workers and a recorder."
          + " Kill any of them: nothing is lost."
    },
    mixinStandardHelpOptions = true)
public final class MarketData extends Example {
  private static final List<String> GROUPS =
      List.of(Follower.STRATEGY, Follower.RISK, Follower.RECORDER);
  private static final List<String> VENUES = List.of("north", "south");
  private static final int RING_BYTES = 16 * 1024 * 1024;
  private static final int PATIENCE_SECONDS = 60;

  @Option(names = "--seconds", description = "How long a day takes (default: ${DEFAULT-VALUE}).")
  private int seconds = 10;

  @Option(names = "--events", description = "Events of a made-up day (default: ${DEFAULT-VALUE}).")
  private int events = 200_000;

  @Option(names = "--seed", description = "Which made-up day (default: ${DEFAULT-VALUE}).")
  private long seed = 1;

  @Option(names = "--file", description = "Replays this file instead: see examples/README.md.")
  private Path file;

  @Option(names = "--workers", description = "Risk processes (default: ${DEFAULT-VALUE}).")
  private int workers = 3;

  @Option(
      names = "--kill",
      split = ",",
      description =
          "Whom to kill halfway: feed, strategy, risk, recorder, screen, north, south;"
              + " or several: a,b.")
  private List<String> kill = List.of();

  private final Map<String, ChildJvm> members = new LinkedHashMap<>();
  private Path folder;
  private String ringName;
  private String topic;

  @Override
  protected String run() throws IOException {
    check(seconds >= 1 && seconds <= 86_400, "--seconds must be from 1 to 86400");
    check(events >= 100 && events <= 50_000_000, "--events must be from 100 to 50000000");
    check(workers >= 1 && workers <= 32, "--workers must be from 1 to 32");
    folder = Files.createTempDirectory("market-data");
    keep(() -> IoUtil.delete(folder.toFile(), true));
    if (file == null) {
      file = folder.resolve("day.csv");
      TradingDay.write(file, seed, events);
    }
    List<EventLine> day;
    try (var lines = Files.lines(file)) {
      day = lines.map(EventLine::parse).toList();
    }
    check(kill.stream().allMatch(this::isMember), "--kill: nobody is called that: " + kill);
    Files.createFile(folder.resolve(Recording.FILE));
    Registry registry = keep(Registry.open());
    Ring ring = keep(Ring.create(RingOptions.capacity(RING_BYTES).name("market-data")));
    GROUPS.forEach(group -> ring.addGroup(Follower.group(group)));
    ringName = "market-data-" + ProcessHandle.current().pid();
    topic = "trades-" + ProcessHandle.current().pid();
    keep(registry.publish(ringName, ring, Capabilities.none().with("schema", "market-data")));

    names().forEach(name -> members.put(name, start(name, day)));
    members.values().forEach(MarketData::letGo);
    System.out.printf("%,d events of %s into ring %s%n", day.size(), file, ringName);
    for (int second = 1; second <= seconds; second++) {
      System.out.println(members.get("screen").expect("screen", PATIENCE_SECONDS));
      if (second == Math.max(1, seconds / 2)) {
        replace(
            kill.stream().map(name -> name.equals("risk") ? "risk 1" : name).distinct().toList(),
            day);
      }
    }
    members.get("feed").expect("sent", PATIENCE_SECONDS + seconds);
    return new Audit(folder, day, ring).verdict(members, gaps());
  }

  /** Stops the venues and the screen, and asks how many trades are missing there. */
  private long gaps() {
    VENUES.forEach(venue -> members.get(venue).tell("stop"));
    ChildJvm screen = members.get("screen");
    screen.tell("stop");
    return Long.parseLong(screen.expect("gaps", PATIENCE_SECONDS));
  }

  private List<String> names() {
    List<String> names = new ArrayList<>(List.of("strategy", "recorder", "screen", "feed"));
    names.addAll(VENUES);
    for (int i = 1; i <= workers; i++) {
      names.add("risk " + i);
    }
    return names;
  }

  private boolean isMember(String name) {
    return name.equals("risk") || names().contains(name);
  }

  private ChildJvm start(String name, List<EventLine> day) {
    Path recording = folder.resolve(Recording.FILE);
    long length = day.get(day.size() - 1).dayNanos() - day.get(0).dayNanos();
    double speed = Math.max(1, length) / (double) TimeUnit.SECONDS.toNanos(seconds);
    String group = name.split(" ")[0];
    return keep(
        switch (name) {
          case "feed" -> ChildJvm.start(name, Feed.class, ringName, file, recording, speed);
          case "screen" -> ChildJvm.start(name, Screen.class, ringName, topic);
          case "north", "south" -> ChildJvm.start(name, Venue.class, topic, name);
          default -> ChildJvm.start(name, Follower.class, ringName, group, folder, day.size());
        });
  }

  private static void letGo(ChildJvm member) {
    member.expect("ready", PATIENCE_SECONDS);
    member.tell("start");
  }

  /** Kills processes with SIGKILL, and starts others in their places. */
  private void replace(List<String> names, List<EventLine> day) {
    names.forEach(name -> members.get(name).kill());
    names.forEach(name -> members.put(name, start(name, day)));
    for (String name : names) {
      letGo(members.get(name));
      System.out.printf(
          "       %s was killed; process %d has taken its place%n", name, members.get(name).pid());
    }
  }
}
