package io.millrace.discovery;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.MillraceException;
import io.millrace.SystemCallException;
import io.millrace.discovery.model.Capabilities;
import io.millrace.discovery.model.Transfer;
import io.millrace.os.EventFd;
import io.millrace.ring.Ring;
import io.millrace.ring.RingOptions;
import io.millrace.snapshot.SnapshotReader;
import io.millrace.snapshot.SnapshotWriter;
import io.millrace.snapshot.Synchronizer;
import io.millrace.testkit.ChildProcess;
import io.millrace.testkit.Tools;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** A caller that meets a limit of the system is told which one, and how to raise it. */
class LimitsTest {
  private static final Duration DEADLINE = Duration.ofSeconds(60);
  private static final Duration BRIEF = Duration.ofMillis(1);
  private static final int FEW = 60;

  @TempDir Path temporary;

  /** A user namespace has limits of its own, below those of the user. */
  @ParameterizedTest
  @CsvSource({
    "max_inotify_watches, fs.inotify.max_user_watches",
    "max_inotify_instances, fs.inotify.max_user_instances",
  })
  void whereNothingMoreCanBeWatchedEverythingThatWatchesNamesTheLimit(String limit, String cure) {
    List<String> wrapper =
        List.of("unshare", "--user", "--map-root-user", "sh", "-c", lower(limit), "sh");
    List<String> trial = new ArrayList<>(wrapper);
    trial.add("true");
    Tools.assumeWorks(trial.toArray(String[]::new));
    try (ChildProcess child =
        ChildProcess.startUnder(wrapper, List.of(), Watching.class, temporary.toString())) {
      for (String call : Watching.calls(null, null, null).keySet()) {
        String said = child.expectLine(call + ": ", DEADLINE);
        assertTrue(said.contains(cure), call + ": " + said);
      }
      assertEquals("0", "" + child.awaitExit(DEADLINE), () -> "" + child.printed());
    }
  }

  private static String lower(String limit) {
    return "echo 0 > /proc/sys/user/" + limit + " && exec \"$@\"";
  }

  /** Tries everything that watches a file or a directory. */
  static final class Watching {
    public static void main(String[] arguments) {
      Path place = Path.of(arguments[0]);
      Path root = place.resolve("root");
      Synchronizer state = Synchronizer.open(place.resolve("state"));
      try (Registry registry = Registry.open(root);
          SnapshotWriter writer = state.writer();
          SnapshotReader reader = state.reader()) {
        writer.write(new byte[1], Duration.ZERO);
        calls(place, registry, reader).forEach((name, call) -> tell(name, call));
      }
    }

    static Map<String, Runnable> calls(Path place, Registry registry, SnapshotReader reader) {
      Map<String, Runnable> calls = new LinkedHashMap<>();
      calls.put("await", () -> registry.await("x", BRIEF));
      calls.put("watch", () -> registry.watch(service -> {}).close());
      calls.put("awaitAlive", () -> Alive.awaitAlive(place.resolve("alive"), BRIEF));
      calls.put("awaitNewer", () -> reader.awaitNewer(1, BRIEF));
      Path later = place == null ? null : place.resolve("later");
      calls.put("awaitReader", () -> Synchronizer.open(later).awaitReader(BRIEF).close());
      calls.put("doctor", () -> examine(place));
      return calls;
    }

    private static void examine(Path place) {
      for (Finding finding :
          Doctor.examine(RegistryOptions.defaults().root(place.resolve("root")))) {
        if (finding.severity() == Finding.Severity.MISSING) {
          throw new UncheckedIOException(new java.io.IOException(finding.toString()));
        }
      }
    }
  }

  private static void tell(String name, Runnable call) {
    try {
      call.run();
      System.out.println(name + ": worked");
    } catch (MillraceException | UncheckedIOException failure) {
      System.out.println(name + ": " + failure.getMessage());
    }
  }

  @Tag("pidfd_getfd")
  @ParameterizedTest
  @EnumSource(Transfer.class)
  void whoJoinsARingWithTooFewDescriptorsIsToldHowManyItTakesAndWhy(Transfer way) {
    Tools.assumeWorks("prlimit", "--nofile=" + FEW, "true");
    Path root = temporary.resolve("root");
    try (Registry registry = Registry.open(root);
        Ring ring = Ring.create(RingOptions.capacity(64 * 1024).maxWaiters(FEW));
        ChildProcess joiner =
            ChildProcess.startUnder(
                List.of("prlimit", "--nofile=" + FEW),
                List.of(),
                Joining.class,
                root.toString(),
                way.name())) {
      registry.publish("ring", ring, Capabilities.none());
      joiner.send("join");
      String said = joiner.expectLine("join: ", DEADLINE);
      assertTrue(said.contains("EMFILE"), said);
      assertTrue(said.contains("ulimit -n"), said);
      assertTrue(said.contains("takes " + (FEW + 1) + " of them"), said);
      assertTrue(said.contains("maxWaiters"), said);
    }
  }

  /** Joins a ring when it is told to. */
  static final class Joining {
    public static void main(String[] arguments) throws Exception {
      RegistryOptions options = RegistryOptions.defaults().root(Path.of(arguments[0]));
      try (Registry registry = Registry.open(options.transfer(Transfer.valueOf(arguments[1])))) {
        System.in.read();
        tell("join", () -> registry.joinRing("ring").close());
      }
    }
  }

  @Test
  void whoMakesSomethingWithTooFewDescriptorsIsToldHowToGetMore() {
    Tools.assumeWorks("prlimit", "--nofile=" + FEW, "true");
    try (ChildProcess maker =
        ChildProcess.startUnder(
            List.of("prlimit", "--nofile=" + FEW), List.of(), Making.class, temporary.toString())) {
      String said = maker.expectLine("ring: ", DEADLINE);
      assertTrue(said.contains("of ring ring (as many as its maxWaiters)"), said);
      assertTrue(said.contains("ulimit -n"), said);
      for (String call : List.of("small ring", "open", "list", "publish", "alive", "snapshot")) {
        said = maker.expectLine(call + ": ", DEADLINE);
        assertTrue(said.contains("ulimit -n"), call + ": " + said);
      }
    }
  }

  /** Makes a ring that is too large, and everything else without any descriptor. */
  static final class Making {
    public static void main(String[] arguments) {
      Path place = Path.of(arguments[0]);
      Path root = place.resolve("root");
      Synchronizer state = Synchronizer.open(place.resolve("state"));
      try (Registry registry = Registry.open(root);
          Ring small = Ring.create(RingOptions.capacity(64 * 1024).maxWaiters(2))) {
        Map<String, Runnable> calls = new LinkedHashMap<>();
        calls.put("small ring", () -> Ring.create(RingOptions.capacity(64 * 1024)).close());
        calls.put("open", () -> Registry.open(root).close());
        calls.put("list", registry::list);
        calls.put("publish", () -> registry.publish("x", small, Capabilities.none()).close());
        calls.put("alive", () -> Alive.hold(place.resolve("alive")).close());
        calls.put("snapshot", () -> state.writer().close());
        calls.values().forEach(Runnable::run); // So that all classes are loaded.
        RingOptions large = RingOptions.capacity(64 * 1024).maxWaiters(FEW);
        tell("ring", () -> Ring.create(large).close());
        List<EventFd> all = new ArrayList<>();
        try {
          while (true) {
            all.add(EventFd.create());
          }
        } catch (SystemCallException full) {
          calls.forEach(LimitsTest::tell);
        }
        all.forEach(EventFd::close);
      }
    }
  }
}
