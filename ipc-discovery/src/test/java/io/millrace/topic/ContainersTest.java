package io.millrace.topic;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.millrace.discovery.Registry;
import io.millrace.ring.GroupOptions;
import io.millrace.ring.RecordHandler;
import io.millrace.ring.WaitStrategy;
import io.millrace.ring.Waitable;
import io.millrace.testkit.ChildProcess;
import io.millrace.testkit.Tools;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * A publisher and a subscriber in pid, mount, ipc and user namespaces of their own, as in two
 * containers: all that they share is the registry's directory.
 */
class ContainersTest {
  private static final Duration DEADLINE = Duration.ofSeconds(60);

  @TempDir Path root;

  @BeforeEach
  void requireNamespaces() {
    for (String user : List.of("root", "user")) {
      List<String> command = container(user);
      command.add("true");
      Tools.assumeAllowed(command.toArray(String[]::new));
    }
  }

  /** The first process of such a namespace ends with the one that made it. */
  private static List<String> container(String user) {
    List<String> command =
        new ArrayList<>(
            List.of("unshare", "--pid", "--fork", "--kill-child", "--mount-proc", "--ipc"));
    command.addAll(
        user.equals("root")
            ? List.of("--user", "--map-root-user")
            : List.of("--user", "--map-user=1000", "--map-group=1000"));
    return command;
  }

  private ChildProcess start(String user) {
    ChildProcess child =
        ChildProcess.startUnder(container(user), List.of(), Contained.class, root.toString());
    assertEquals("1", child.expectLine("ready ", DEADLINE), "its pid, in a namespace of its own");
    return child;
  }

  @ParameterizedTest
  @CsvSource({"root, root", "root, user", "user, root", "user, user"})
  void recordsAndDeathsPassBetweenContainers(String publishing, String reading) {
    try (ChildProcess publisher = start(publishing);
        ChildProcess subscriber = start(reading)) {
      subscriber.send("subscribe");
      subscriber.expectLine("subscribed", DEADLINE);
      publisher.send("publish");
      publisher.expectLine("published", DEADLINE);
      publisher.send("offer 100000");
      subscriber.send("take 100000");
      assertEquals("4999950000", subscriber.expectLine("took ", DEADLINE));
      publisher.expectLine("offered", DEADLINE);
      publisher.kill();
      subscriber.send("await end");
      assertEquals("DIED", subscriber.expectLine("ended ", DEADLINE));

      // One that is there before is found by one that comes later, too.
      try (ChildProcess next = start(publishing)) {
        next.send("publish");
        next.expectLine("published", DEADLINE);
        next.send("offer 10");
        subscriber.send("take 10");
        assertEquals("45", subscriber.expectLine("took ", DEADLINE));
        next.send("close");
        next.expectLine("closed", DEADLINE);
        subscriber.send("await end");
        assertEquals("WITHDRAWN", subscriber.expectLine("ended ", DEADLINE));
      }
    }
  }

  /** Does what it is told, line by line. */
  static final class Contained implements TopicListener {
    private final Registry registry;
    private final UnsafeBuffer message = new UnsafeBuffer(new byte[8]);
    private TopicPublisher publisher;
    private TopicSubscriber subscriber;
    private Ending ended;
    private long taken;
    private long sum;

    private Contained(Registry registry) {
      this.registry = registry;
    }

    public static void main(String[] arguments) throws Exception {
      try (Registry registry = Registry.open(Path.of(arguments[0]))) {
        Contained contained = new Contained(registry);
        System.out.println("ready " + ProcessHandle.current().pid());
        BufferedReader input =
            new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = input.readLine(); line != null; line = input.readLine()) {
          String[] words = line.split(" ");
          contained.obey(words[0], words.length > 1 ? words[1] : "");
        }
      }
    }

    private void obey(String order, String argument) {
      switch (order) {
        case "publish" -> {
          publisher = Topic.publisher(registry, "t", PublisherOptions.capacity(1 << 16));
          System.out.println("published");
        }
        case "offer" -> {
          for (long i = 0; i < Long.parseLong(argument); i++) {
            message.putLong(0, i);
            publisher.offer(1, message, 0, 8, WaitStrategy.blocking(), Waitable.FOREVER);
          }
          System.out.println("offered");
        }
        case "close" -> {
          publisher.close();
          System.out.println("closed");
        }
        case "subscribe" -> {
          subscriber =
              Topic.subscriber(
                  registry, "t", SubscriberOptions.group(GroupOptions.named("g")).listener(this));
          System.out.println("subscribed");
        }
        case "take" -> take(Long.parseLong(argument));
        default -> awaitEnd();
      }
    }

    private void take(long count) {
      taken = 0;
      sum = 0;
      while (taken < count) {
        poll();
      }
      System.out.println("took " + sum);
    }

    private void awaitEnd() {
      while (ended == null) {
        poll();
      }
      System.out.println("ended " + ended);
      ended = null;
    }

    private void poll() {
      RecordHandler add =
          (type, buffer, offset, length) -> {
            taken++;
            sum += buffer.getLong(offset);
          };
      subscriber.poll(add, 1000, WaitStrategy.blocking(), Duration.ofSeconds(1).toNanos());
    }

    @Override
    public void onEnded(Origin publisher, Ending how) {
      ended = how;
    }
  }
}
