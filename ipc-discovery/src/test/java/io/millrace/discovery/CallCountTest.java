package io.millrace.discovery;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.discovery.model.Capabilities;
import io.millrace.discovery.model.ServiceSpec;
import io.millrace.discovery.model.Transfer;
import io.millrace.os.Directory;
import io.millrace.ring.Ring;
import io.millrace.ring.RingOptions;
import io.millrace.testkit.ChildProcess;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Counts the system calls of one thread of a warm process, all of them, also what the JVM does of
 * its own accord meanwhile; the median of many rounds leaves out what it does now and then.
 */
class CallCountTest {
  private static final Duration DEADLINE = Duration.ofSeconds(120);
  private static final int ROUNDS = 15;
  private static final int WARM_UP = 300;
  private static final int SERVICES = 200;
  private static final String MARK = "millrace-mark";

  @TempDir Path temporary;
  private Path root;

  @BeforeEach
  void requireStrace() throws Exception {
    Strace.require();
    root = Files.createDirectory(temporary.resolve("root"));
  }

  /** Does one thing again and again, between marks that can be found in a trace. */
  static final class Repeater {
    public static void main(String[] arguments) throws Exception {
      Path root = Path.of(arguments[0]);
      RegistryOptions options = RegistryOptions.defaults().root(root);
      if (arguments.length > 2) {
        options = options.transfer(Transfer.valueOf(arguments[2]));
      }
      try (Registry registry = Registry.open(options);
          Directory directory = Directory.open(root)) {
        for (int i = 0; i < WARM_UP; i++) {
          once(registry, directory, arguments[1]);
        }
        System.out.println("warm");
        System.in.read();
        for (int i = 0; i < ROUNDS; i++) {
          once(registry, directory, arguments[1]);
        }
        System.out.println("done");
        System.in.read();
      }
    }

    private static void once(Registry registry, Directory directory, String what) {
      directory.openFile(MARK, false);
      switch (what) {
        case "join":
          Ring ring = registry.joinRing("ring");
          directory.openFile(MARK, false);
          ring.close();
          break;
        case "find":
          registry.find("service7");
          directory.openFile(MARK, false);
          break;
        default:
          registry.list();
          directory.openFile(MARK, false);
      }
    }
  }

  /** The calls of the median round. */
  private List<String> callsOf(String... arguments) throws Exception {
    Path trace = temporary.resolve("trace");
    List<String> all = new ArrayList<>(List.of(root.toString()));
    all.addAll(List.of(arguments));
    try (ChildProcess child = ChildProcess.start(Repeater.class, all.toArray(String[]::new))) {
      child.expectLine("warm", DEADLINE);
      Strace strace = Strace.attach(child, trace, "trace=all");
      child.send("go");
      child.expectLine("done", DEADLINE);
      strace.close();
    }
    List<List<String>> rounds = roundsIn(trace);
    assertEquals(ROUNDS, rounds.size());
    rounds.sort((one, other) -> Integer.compare(one.size(), other.size()));
    return rounds.get(ROUNDS / 2);
  }

  private static List<List<String>> roundsIn(Path trace) throws Exception {
    List<String> lines = Files.readAllLines(trace);
    String marked = lines.stream().filter(line -> line.contains(MARK)).findFirst().orElseThrow();
    String thread = marked.substring(0, marked.indexOf(' '));
    List<List<String>> rounds = new ArrayList<>();
    List<String> round = null;
    for (String line : lines) {
      boolean call = line.startsWith(thread + " ") && !line.contains("resumed>");
      if (call && line.contains(MARK)) {
        if (round != null) {
          rounds.add(round);
        }
        round = round == null ? new ArrayList<>() : null;
      } else if (call && round != null && line.contains("(")) {
        round.add(line.substring(line.indexOf(' ')).strip());
      }
    }
    return rounds;
  }

  @Tag("pidfd_getfd")
  @ParameterizedTest
  @EnumSource(Transfer.class)
  void joiningARingByNameTakesAtMost25SystemCalls(Transfer way) throws Exception {
    try (Registry registry = Registry.open(root);
        Ring ring = Ring.create(RingOptions.capacity(64 * 1024))) {
      assertEquals(9, ring.descriptors().length);
      registry.publish("ring", ring, Capabilities.none());
      List<String> calls = callsOf("join", way.name());
      assertTrue(calls.size() <= 25, () -> calls.size() + ": " + String.join("\n", calls));
    }
  }

  @Test
  void listingTakesAtMostFourSystemCallsARecordAndFindingAsManyAltogether() throws Exception {
    try (Registry registry = Registry.open(root)) {
      for (int i = 0; i < SERVICES; i++) {
        registry.publish(ServiceSpec.named("service" + i));
      }
      List<String> listing = callsOf("list");
      int ofDirectory = 16;
      assertTrue(
          listing.size() <= 4 * SERVICES + ofDirectory,
          () -> listing.size() + " calls for " + SERVICES + " records");
      List<String> finding = callsOf("find");
      assertTrue(finding.size() <= 4, () -> String.join("\n", finding));
    }
  }
}
