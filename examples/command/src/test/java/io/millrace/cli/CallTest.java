package io.millrace.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.discovery.Registry;
import io.millrace.request.RequestClient;
import io.millrace.request.Requests;
import io.millrace.testkit.ChildProcess;
import io.millrace.testkit.Eventually;
import io.millrace.testkit.Signals;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Requests by hand, to a server in a process of its own. */
class CallTest {
  private static final Duration SOON = Duration.ofSeconds(30);
  private static final int INTERRUPTED = 130;

  @TempDir private static Path root;
  @TempDir private static Path files;
  private static ChildProcess peer;
  private final InputStream input = System.in;

  @BeforeAll
  static void start() {
    peer = startPeer(root);
  }

  @AfterAll
  static void end() {
    peer.close();
  }

  @AfterEach
  void giveInputBack() {
    System.setIn(input);
  }

  private static ChildProcess startPeer(Path where) {
    ChildProcess one = ChildProcess.start(RequestPeer.class, where.toString());
    one.expectLine("ready", SOON);
    return one;
  }

  private static CommandRun call(String... arguments) {
    return CommandRun.of(with(root, arguments));
  }

  private static String[] with(Path where, String... arguments) {
    return Stream.of(List.of("call", "s"), List.of(arguments), List.of("--root", where.toString()))
        .flatMap(List::stream)
        .toArray(String[]::new);
  }

  private static void assertNoAnswer(int status, String sentence, CommandRun run) {
    assertEquals("millrace call: " + sentence + "\n", run.err());
    assertEquals("", run.out());
    assertEquals(status, run.status());
  }

  @Test
  void theReplyIsPrinted() throws IOException {
    CommandRun text = call("-t", "4", "-f", "text", "héllo");
    assertEquals("type 5  6 bytes  héllo\n", text.out(), text.toString());
    assertEquals(0, text.status());
    assertEquals("type 2  2 bytes  00 ff  |..|\n", call("--hex", "00 ff").out());
    assertEquals("type 2  0 bytes  \n", call("-f", "text", "").out());
    Path file = Files.write(files.resolve("whole"), new byte[300_000]);
    JsonNode json =
        call("--file", file.toString(), "--greatest-reply", "1m", "--json").json().get(0);
    assertEquals(300_000, json.get("length").asInt());
    assertEquals(600_000, json.get("payload").asText().length());
    assertTrue(json.get("last").asBoolean());
  }

  @Test
  void eachLineIsARequestUntilOneIsNotAnswered() {
    System.setIn(
        new ByteArrayInputStream("one\ntwo\nfail\nthree\n".getBytes(StandardCharsets.UTF_8)));
    CommandRun run = call("-f", "text");
    assertEquals("type 2  3 bytes  one\ntype 2  3 bytes  two\n", run.out());
    assertEquals(
        "millrace call: line 3: the server answered closed: come back at nine\n", run.err());
    assertEquals(Millrace.NO, run.status());

    System.setIn(new ByteArrayInputStream("00\n0g\n".getBytes(StandardCharsets.UTF_8)));
    CommandRun wrong = call("--hex");
    assertEquals("millrace call: line 2 is not made of pairs of hexadecimal digits\n", wrong.err());
    assertEquals(Millrace.FAILED, wrong.status());
  }

  @Test
  void aStreamIsPrintedUntilThereIsEnough() {
    CommandRun run = call("-f", "text", "--stream", "-n", "40", "count");
    assertEquals(0, run.status(), run.toString());
    List<String> lines = run.out().lines().toList();
    assertEquals(40, lines.size());
    assertEquals("type 3  1 bytes  1", lines.get(0));
    assertEquals("type 3  2 bytes  40", lines.get(39));
    peer.expectLine("cancelled", SOON);
  }

  @Test
  void whyAServerDidNotAnswerIsSaid() {
    assertNoAnswer(1, "the server answered closed: come back at nine", call("fail"));
    assertNoAnswer(
        1, "the server answered java.lang.IllegalStateException: out of paper", call("throw"));
    assertNoAnswer(
        3, "the server's handler returned without an answer: mend the server", call("ignore"));
    CommandRun tooLong = call("long");
    assertTrue(tooLong.err().contains("greatestReply"), tooLong.err());
    assertEquals(1, tooLong.status());
    CommandRun json = call("fail", "--json");
    assertEquals("REFUSED", json.json().get(0).get("reason").asText());
    assertEquals("closed", json.json().get(0).get("error").asText());
  }

  @Test
  void aCallWhoseTimeIsOverNamesTheServersThatAreThere() {
    assertNoAnswer(
        3,
        "no answer came in 50 ms: servers are there, of process "
            + peer.pid()
            + ", and slow, busy or stopped; give it more time with --timeout",
        call("take", "--timeout", "50ms"));
    peer.expectLine("cancelled", SOON);
  }

  @Test
  void aServerThatDiesWithTheCallIsSaidToBeGone() {
    Path other = files.resolve("other");
    try (ChildProcess dying = startPeer(other)) {
      CommandRun run = CommandRun.start(with(other, "take"));
      dying.expectLine("taken", SOON);
      dying.kill();
      run.status();
      assertNoAnswer(
          3,
          "the server that had taken the call is gone, and may have served it: ask the application,"
              + " or give --idempotent if it may be served twice",
          run);
    }
  }

  @Test
  void withoutAServerItIsWaitedForOrNot() {
    Path empty = files.resolve("empty");
    assertNoAnswer(
        3,
        "no server of s is there: start one, or wait for one, without --fail-fast",
        CommandRun.of(with(empty, "hello", "--fail-fast")));
    assertFalse(Files.exists(empty));
    CommandRun expired = CommandRun.of(with(empty, "hello", "--timeout", "20ms"));
    assertEquals(
        "no server of s is there: waiting for one\n"
            + "millrace call: no answer came in 20 ms: no server of s is there; start one, and see"
            + " with 'millrace ls'\n",
        expired.err());
    assertEquals(Millrace.FAILED, expired.status());

    CommandRun waiting = CommandRun.start(with(empty, "-f", "text", "hello"));
    Eventually.await("it waits", SOON, () -> waiting.err().contains("waiting for one"));
    try (ChildProcess late = startPeer(empty)) {
      assertEquals(0, waiting.status(), waiting.toString());
      assertEquals("type 2  5 bytes  hello\n", waiting.out());
      assertTrue(late.isAlive());
    }
  }

  @Test
  void whatIsTooLongIsSaidToBe() {
    System.setIn(new ByteArrayInputStream("x".repeat(200_000).getBytes(StandardCharsets.UTF_8)));
    CommandRun run = call();
    assertTrue(
        run.err()
            .startsWith("millrace call: line 1 has 200,000 bytes, and a line has at most 131,"),
        run.err());
    assertTrue(run.err().endsWith(": put it into a file, and give --file\n"), run.err());
    assertEquals(Millrace.FAILED, run.status());
    assertEquals(2, call("hello", "--file", "x").status());
  }

  @Test
  void anInterruptCancelsTheCallAndLeavesNothing() throws IOException {
    Path other = files.resolve("interrupted");
    try (ChildProcess server = startPeer(other)) {
      // What is started in the background ignores the signal, and so do its children.
      List<String> heeding = List.of("env", "--default-signal=INT");
      try (ChildProcess command =
          ChildProcess.startUnder(heeding, List.of(), Millrace.class, with(other, "take"))) {
        server.expectLine("taken", SOON);
        Signals.send("INT", command.pid());
        assertEquals(INTERRUPTED, command.awaitExit(SOON), command.printed().toString());
        assertEquals(List.of("interrupted: the call is cancelled"), command.printed());
      }
      server.expectLine("cancelled", SOON);
      CommandRun ls = CommandRun.of("ls", "--all", "--json", "--root", other.toString());
      assertEquals(1, ls.json().size(), ls.toString());
    }
  }

  @Test
  void serversAndClientsAreListedByService() {
    try (Registry registry = Registry.open(files.resolve("listed"));
        RequestClient client = Requests.client(registry, "s");
        ChildProcess server = startPeer(registry.root())) {
      CommandRun run = CommandRun.of("ls", "--root", registry.root().toString());
      List<String> lines = run.out().lines().toList();
      assertTrue(lines.get(0).startsWith("REQUESTS  MEMBER "), run.toString());
      assertTrue(lines.get(1).startsWith("s         server "), run.toString());
      assertTrue(lines.get(1).contains(" " + server.pid() + " "), run.toString());
      assertTrue(lines.get(2).startsWith("s         client "), run.toString());
      assertTrue(lines.get(2).endsWith(client.service().name()), run.toString());
      assertEquals(3, lines.size());
    }
  }
}
