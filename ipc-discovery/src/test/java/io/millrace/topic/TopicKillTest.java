package io.millrace.topic;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.discovery.Registry;
import io.millrace.discovery.Strace;
import io.millrace.discovery.model.Service;
import io.millrace.ring.GroupOptions;
import io.millrace.testkit.ChildProcess;
import io.millrace.testkit.Eventually;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Kills a member of a topic right before each system call that others could notice, while it
 * starts, ends, joins, leaves or adopts; then the topic works for those who live, and nothing is
 * left.
 */
@Timeout(300)
class TopicKillTest {
  private static final String CALLS =
      "linkat,unlinkat,renameat,fcntl,fchmodat,?fchmodat2,eventfd2,memfd_create,pidfd_getfd";
  private static final int RECORDS = 3;

  @TempDir Path temporary;
  private Path root;
  private Registry registry;
  private Future<ChildProcess> next;

  /** Does everything once in a directory of its own, then what it is told. */
  static final class Member {
    private final Registry registry;
    private TopicPublisher publisher;
    private TopicSubscriber subscriber;
    private final Log log = new Log();

    private Member(Registry registry) {
      this.registry = registry;
    }

    public static void main(String[] arguments) throws Exception {
      try (Registry warm = Registry.open(Path.of(arguments[1]))) {
        Member member = new Member(warm);
        for (int i = 0; i < 2; i++) {
          member.answer("publish");
          member.answer("subscribe");
          member.answer("close");
          member.answer("adopt");
          member.answer("leave");
        }
      }
      try (Registry registry = Registry.open(Path.of(arguments[0]))) {
        Member member = new Member(registry);
        BufferedReader input =
            new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        System.out.println("ready");
        for (String line = input.readLine(); line != null; line = input.readLine()) {
          member.answer(line);
          System.out.println("done " + line);
        }
      }
    }

    private void answer(String line) {
      switch (line) {
        case "publish" -> {
          publisher = Topic.publisher(registry, "t", options());
          for (int i = 0; i < RECORDS; i++) {
            Log.publish(publisher, i);
          }
        }
        case "close" -> publisher.close();
        case "subscribe" -> {
          subscriber =
              Topic.subscriber(registry, "t", GroupOptions.named("child").startingAtOldest());
          log.subscriber = subscriber;
          log.records.clear();
          log.pollUntilCount(RECORDS);
        }
        case "adopt" -> {
          String name = log.records.keySet().iterator().next();
          Eventually.await(
              "adoption",
              Log.DEADLINE,
              () -> {
                subscriber.poll(log, 10);
                return registry.find(name).filter(one -> one.revision() == 0).isPresent();
              });
        }
        case "leave" -> subscriber.close();
        default -> throw new IllegalArgumentException(line);
      }
    }
  }

  private static PublisherOptions options() {
    return PublisherOptions.capacity(1 << 16).required(GroupOptions.named("audit"));
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

  @Test
  void whilePublishing() throws Exception {
    assertTrue(killAtEveryStepOf("publish", false) >= 8);
  }

  @Test
  void whileAPublisherCloses() throws Exception {
    assertTrue(killAtEveryStepOf("close", false) >= 1);
  }

  @Test
  void whileJoining() throws Exception {
    assertTrue(killAtEveryStepOf("subscribe", true) >= 5);
  }

  @Test
  void whileLeaving() throws Exception {
    assertTrue(killAtEveryStepOf("leave", true) >= 1);
  }

  @Test
  void whileAdopting() throws Exception {
    assertTrue(killAtEveryStepOf("adopt", true) >= 2);
  }

  private int killAtEveryStepOf(String command, boolean withPublisher) throws Exception {
    Path calls = temporary.resolve("calls");
    run(command, withPublisher, calls, "trace=" + CALLS);
    List<String> steps = Strace.killsBeforeCalls(calls, Strace::isNoLook);
    for (String step : steps) {
      run(command, withPublisher, Path.of("/dev/null"), step);
    }
    return steps.size();
  }

  private void run(String command, boolean withPublisher, Path output, String expression)
      throws Exception {
    ChildProcess started = next == null ? start().get() : next.get();
    next = start();
    Log log = new Log();
    try (ChildProcess child = started;
        TopicSubscriber witness =
            Topic.subscriber(
                registry,
                "t",
                SubscriberOptions.group(GroupOptions.named("witness")).listener(log))) {
      log.subscriber = witness;
      TopicPublisher own = withPublisher ? Topic.publisher(registry, "t", options()) : null;
      if (own != null) {
        for (int i = 0; i < RECORDS; i++) {
          Log.publish(own, i);
        }
        log.pollUntilCount(RECORDS);
        // A history of its own: the child starts at the oldest record, which the audit holds.
      }
      if (command.equals("close")) {
        tell(child, "publish");
      } else if (command.equals("leave") || command.equals("adopt")) {
        tell(child, "subscribe");
      }
      if (command.equals("adopt")) {
        own.close();
      }
      Strace strace = Strace.attach(child, output, expression);
      try {
        child.send(command);
        child.expectLine("done", Log.DEADLINE);
      } catch (AssertionError died) {
        assertEquals(137, child.awaitExit(Log.DEADLINE), died.getMessage());
      } finally {
        child.kill();
        strace.awaitEnd();
      }
      assertUsable(command + " " + expression, log, own);
      if (own != null) {
        own.close();
      }
    }
    assertEquals(List.of(), registry.list(), command + " " + expression);
  }

  private static void tell(ChildProcess child, String command) {
    child.send(command);
    child.expectLine("done", Log.DEADLINE);
  }

  private Future<ChildProcess> start() throws IOException {
    Path warm = Files.createTempDirectory(temporary, "warm");
    return CompletableFuture.supplyAsync(
        () -> {
          ChildProcess child = ChildProcess.start(Member.class, root.toString(), warm.toString());
          child.expectLine("ready", Log.DEADLINE);
          return child;
        });
  }

  private void assertUsable(String when, Log log, TopicPublisher own) {
    assertEquals(List.of(), registry.scan().refusals(), when);
    // A member that lives delivers what comes, and what the dead one committed, from the first
    // record on.
    try (TopicPublisher another = Topic.publisher(registry, "t", options())) {
      Log.publish(another, 0);
      log.pollUntilLast(another, 0);
      log.records.forEach(
          (name, numbers) ->
              assertEquals(LongStream.range(0, numbers.size()).boxed().toList(), numbers, when));
      assertEquals(List.of(), log.refusals, when);
      if (own != null) {
        assertEquals(RECORDS, log.of(own).size(), when);
        readAudit(when, log, own.service());
      }
      if (own == null) {
        readAudit(when, log, null);
      }
    }
    Eventually.await(
        "all ends are told",
        Log.DEADLINE,
        () -> {
          log.subscriber.poll(log, 10);
          return log.subscriber.publishers().size() <= (own == null || own.isClosed() ? 0 : 1);
        });
  }

  /** The required group gets everything, though its publisher or an adopter is gone. */
  private void readAudit(String when, Log witness, Service required) {
    Log audit = new Log();
    try (TopicSubscriber subscriber =
        Topic.subscriber(
            registry, "t", SubscriberOptions.group(GroupOptions.named("audit").retained()))) {
      audit.subscriber = subscriber;
      Eventually.await(
          "what the witness has",
          Log.DEADLINE,
          () -> {
            subscriber.poll(audit, 10);
            witness.subscriber.poll(witness, 10);
            return required == null
                ? audit.records.keySet().containsAll(witness.records.keySet())
                : audit.of(required.name()).size() == RECORDS;
          });
      audit.records.forEach(
          (name, numbers) ->
              assertEquals(LongStream.range(0, numbers.size()).boxed().toList(), numbers, when));
    }
  }
}
