package io.millrace.request;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.discovery.Registry;
import io.millrace.discovery.Strace;
import io.millrace.request.CallFailure.Reason;
import io.millrace.ring.DieAtStep;
import io.millrace.testkit.ChildProcess;
import io.millrace.testkit.Eventually;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.agrona.DirectBuffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Kills a client or a server at each thing that it does with a request, in two ways: right before
 * each system call that others could notice, and behind each step of the protocol of its rings.
 * Then each call of those who live ends once, the next ones are answered, and nothing is left.
 *
 * <p>Some of each are tried; {@code -Dmillrace.kill.every=true} tries all.
 */
@Timeout(600)
class RequestKillTest {
  private static final String CALLS =
      "linkat,unlinkat,renameat,fcntl,fchmodat,?fchmodat2,pidfd_getfd,write";
  private static final Duration DEADLINE = RequestProcess.DEADLINE;
  private static final boolean EVERY = Boolean.getBoolean("millrace.kill.every");
  private static final int SOME = 2;

  /** Types of requests: how they are answered. */
  private static final int AT_ONCE = 1;

  private static final int LATER = 2;
  private static final int IN_MANY = 3;
  private static final int NEVER = 4;
  private static final int MANY = 5;
  private static final CallOptions STREAM = CallOptions.defaults().stream(2);

  @TempDir Path temporary;
  private Path root;
  private Registry registry;
  private Future<ChildProcess> next;

  /** Answers by the type of the request. */
  private static final class Answering implements RequestHandler {
    RequestServer server;
    final Map<Long, Integer> streams = new HashMap<>();
    final Set<Long> held = new HashSet<>();
    int begun;

    @Override
    public void onRequest(Request request, int type, DirectBuffer buffer, int offset, int length) {
      begun++;
      switch (type) {
        case AT_ONCE -> request.reply(type, buffer, offset, length);
        case LATER -> server.reply(request.later(), type, buffer, offset, length);
        case IN_MANY -> {
          long token = request.later();
          if (token > 0) {
            streams.put(token, 0);
            onCredit(token);
          }
        }
        default -> {
          long token = request.later();
          if (token > 0) {
            held.add(token);
          }
        }
      }
    }

    @Override
    public void onCredit(long token) {
      int sent = streams.get(token);
      long result = 0;
      while (sent < MANY && result >= 0) {
        result = server.more(token, 1, Numbers.of(sent), 0, Long.BYTES);
        sent += result >= 0 ? 1 : 0;
      }
      streams.put(token, sent);
      if (sent == MANY) {
        result = server.reply(token, 1, Numbers.of(MANY), 0, Long.BYTES);
      }
      if (sent == MANY || result == Request.CALL_OVER) {
        streams.remove(token);
      }
    }

    @Override
    public void onCancelled(long token) {
      held.remove(token);
      streams.remove(token);
    }

    boolean hasNone() {
      return held.isEmpty() && streams.isEmpty() && server.takenCalls() == 0;
    }
  }

  /** One call of each kind, of which all but the last end. */
  private static final class Asking {
    final RequestClient client;
    long atOnce;
    long later;
    long again;
    long inMany;
    long held;
    final Replies replies =
        new Replies() {
          @Override
          public void onRestart(long call) {
            super.onRestart(call);
            more.clear();
          }
        };

    Asking(Registry registry) {
      client =
          Requests.client(registry, "s", ClientOptions.defaults().replyCapacity(1 << 17).calls(8));
    }

    void ask() {
      atOnce = send(AT_ONCE, CallOptions.defaults());
      later = send(LATER, CallOptions.defaults());
      again = send(LATER, CallOptions.defaults().idempotent());
      inMany = send(IN_MANY, STREAM.idempotent());
      held = send(NEVER, CallOptions.defaults());
    }

    long send(int type, CallOptions how) {
      long call = client.send(type, Numbers.of(type), 0, Long.BYTES, how);
      assertTrue(call > 0);
      return call;
    }

    boolean hasAll() {
      client.poll(replies, 10);
      return replies.calls.containsAll(List.of(atOnce, later, again, inMany));
    }
  }

  /** Does everything once in a directory of its own, then what it is told. */
  static final class Member {
    private final Registry registry;
    private Asking asking;
    private final Answering answering = new Answering();

    private Member(Registry registry) {
      this.registry = registry;
    }

    public static void main(String[] arguments) throws Exception {
      try (Registry warm = Registry.open(Path.of(arguments[1]))) {
        for (int i = 0; i < 2; i++) {
          Member member = new Member(warm);
          member.answer("client");
          member.answer("server");
          member.answer("ask");
          Eventually.await(
              "warm",
              DEADLINE,
              () -> {
                member.answering.server.poll(member.answering, 10);
                return member.asking.hasAll();
              });
          member.answer("cancel");
          member.answer("leave");
          member.answer("close");
        }
      }
      try (Registry registry = Registry.open(Path.of(arguments[0]))) {
        Member member = new Member(registry);
        BufferedReader input =
            new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        System.out.println("ready");
        for (String line = input.readLine(); line != null; line = input.readLine()) {
          String[] words = line.split(" ");
          DieAtStep.arm(Integer.parseInt(words[1]));
          member.answer(words[0]);
          System.out.println("done " + words[0] + " " + DieAtStep.disarm());
        }
      }
    }

    private void answer(String command) {
      switch (command) {
        case "client" -> asking = new Asking(registry);
        case "ask" -> asking.ask();
        case "receive" -> Eventually.await("all", DEADLINE, asking::hasAll);
        case "cancel" -> asking.client.cancel(asking.held);
        case "close" -> asking.client.close();
        case "server" -> answering.server = Requests.server(registry, "s");
        case "serve" ->
            Eventually.await(
                "served",
                DEADLINE,
                () -> {
                  answering.server.poll(answering, 10);
                  return answering.begun >= 5 && answering.streams.isEmpty();
                });
        case "leave" -> answering.server.close();
        default -> throw new IllegalArgumentException(command);
      }
    }
  }

  @BeforeEach
  void open() throws IOException {
    Strace.require();
    root = Files.createDirectory(temporary.resolve("root"));
    registry = Registry.open(root);
  }

  @AfterEach
  void close() throws Exception {
    if (next != null) {
      next.get().close();
    }
    registry.close();
    try (var left = Files.list(root)) {
      assertEquals(List.of(), left.toList());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"client", "ask", "receive", "cancel", "close"})
  void aClientIsKilledWhileItDoes(String what) throws Exception {
    killAtEveryStepOf(what, true);
  }

  @ParameterizedTest
  @ValueSource(strings = {"server", "serve", "leave"})
  void aServerIsKilledWhileItDoes(String what) throws Exception {
    killAtEveryStepOf(what, false);
  }

  private void killAtEveryStepOf(String command, boolean isClient) throws Exception {
    Path calls = temporary.resolve("calls");
    int steps = run(command, isClient, 0, calls, "trace=" + CALLS);
    List<String> injections = Strace.killsBeforeCalls(calls, Strace::isNoLook);
    for (int step : some(steps)) {
      run(command, isClient, step + 1, null, null);
    }
    for (int i : some(injections.size())) {
      run(command, isClient, 0, Path.of("/dev/null"), injections.get(i));
    }
    assertTrue(steps + injections.size() > 1, steps + " steps, " + injections);
  }

  /** All indexes from 0, or some that lie as far from each other, the last one among them. */
  private static int[] some(int count) {
    int stride = EVERY ? 1 : Math.max(1, Math.ceilDiv(count, SOME));
    return IntStream.range(0, count).filter(i -> (count - 1 - i) % stride == 0).toArray();
  }

  /** Returns how many steps of rings the command had, if it came to its end. */
  private int run(String command, boolean isClient, int step, Path output, String expression)
      throws Exception {
    ChildProcess started = next == null ? start().get() : next.get();
    next = start();
    String when = command + " " + step + " " + expression;
    int steps;
    try (ChildProcess child = started) {
      steps =
          isClient
              ? runClient(child, command, step, output, expression, when)
              : runServer(child, command, step, output, expression, when);
    }
    assertEquals(List.of(), registry.list(), when);
    return steps;
  }

  private int runClient(
      ChildProcess child, String command, int step, Path output, String expression, String when)
      throws Exception {
    Answering answering = new Answering();
    try (RequestServer server = Requests.server(registry, "s")) {
      answering.server = server;
      Runnable serving = () -> server.poll(answering, 10);
      for (String before : List.of("client", "ask", "receive", "cancel", "close")) {
        if (before.equals(command)) {
          break;
        }
        if (!before.equals("cancel")) { // A close ends what is open.
          child.send(before + " 0");
          awaitDone(child, before, serving);
        }
      }
      int steps = killAt(child, command, step, output, expression, serving);
      Asking own = new Asking(registry);
      own.ask();
      Eventually.await(
          when,
          DEADLINE,
          () -> {
            serving.run();
            return own.hasAll();
          });
      assertEquals(List.of(), own.replies.failures, when);
      assertEquals(4, own.replies.calls.size(), when);
      own.client.close();
      Eventually.await(
          when + ": none is left",
          DEADLINE,
          () -> {
            serving.run();
            return server.clients().isEmpty() && answering.hasNone();
          });
      return steps;
    }
  }

  private int runServer(
      ChildProcess child, String command, int step, Path output, String expression, String when)
      throws Exception {
    Asking own = new Asking(registry);
    try {
      Runnable receiving = () -> own.client.poll(own.replies, 10);
      own.ask();
      for (String before : List.of("server", "serve", "leave")) {
        if (before.equals(command)) {
          break;
        }
        child.send(before + " 0");
        awaitDone(child, before, receiving);
      }
      int steps = killAt(child, command, step, output, expression, receiving);
      Answering answering = new Answering();
      try (RequestServer server = Requests.server(registry, "s")) {
        answering.server = server;
        Eventually.await(
            when,
            DEADLINE,
            () -> {
              server.poll(answering, 10);
              return own.hasAll();
            });
        assertEnds(own, when);
        own.client.cancel(own.held);
        for (int i = 0; i < 20; i++) { // More than it has slots: all come back.
          long call = own.send(AT_ONCE, CallOptions.defaults());
          Eventually.await(
              when + ", " + i,
              DEADLINE,
              () -> {
                server.poll(answering, 10);
                receiving.run();
                return own.replies.calls.contains(call);
              });
        }
      }
      return steps;
    } finally {
      own.client.close();
    }
  }

  /** What was taken may be lost, and nothing else. */
  private static void assertEnds(Asking own, String when) {
    List<Long> ended = own.replies.calls;
    assertEquals(ended.size(), new HashSet<>(ended).size(), when);
    assertTrue(
        own.replies.reasons().stream().allMatch(one -> one == Reason.SERVER_LOST),
        when + own.replies.failures);
    Set<Long> lost = new HashSet<>(ended);
    lost.removeAll(Set.of(own.atOnce, own.again, own.inMany));
    assertTrue(own.replies.failures.size() <= lost.size(), when + own.replies.failures);
    assertEquals(LongStream.range(0, MANY).boxed().toList(), own.replies.more, when);
    assertTrue(
        own.replies.values.containsAll(List.of((long) AT_ONCE, (long) LATER, (long) MANY)), when);
  }

  private static int killAt(
      ChildProcess child,
      String command,
      int step,
      Path output,
      String expression,
      Runnable meanwhile)
      throws Exception {
    Strace strace = expression == null ? null : Strace.attach(child, output, expression);
    child.send(command + " " + step);
    try {
      return awaitDone(child, command, meanwhile);
    } finally {
      child.kill();
      if (strace != null) {
        strace.awaitEnd();
      }
    }
  }

  /** Returns how many steps it had, 0 if it was killed. */
  private static int awaitDone(ChildProcess child, String command, Runnable meanwhile) {
    String done = "done " + command + " ";
    Eventually.await(
        done,
        DEADLINE,
        () -> {
          meanwhile.run();
          return !child.isAlive() || child.printed().stream().anyMatch(one -> one.startsWith(done));
        });
    for (String line : child.printed()) {
      if (line.startsWith(done)) {
        return Integer.parseInt(line.substring(done.length()));
      }
    }
    assertEquals(137, child.awaitExit(DEADLINE), () -> String.join("\n", child.printed()));
    return 0;
  }

  private Future<ChildProcess> start() throws IOException {
    Path warm = Files.createTempDirectory(temporary, "warm");
    return CompletableFuture.supplyAsync(
        () -> {
          ChildProcess child =
              ChildProcess.startUnder(
                  List.of(),
                  List.of(DieAtStep.FLAG),
                  Member.class,
                  root.toString(),
                  warm.toString());
          child.expectLine("ready", DEADLINE);
          return child;
        });
  }
}
