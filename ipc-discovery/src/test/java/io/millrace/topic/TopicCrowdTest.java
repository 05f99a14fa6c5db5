package io.millrace.topic;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.discovery.Registry;
import io.millrace.ring.GroupOptions;
import io.millrace.testkit.ChildProcess;
import io.millrace.testkit.Tools;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Scanner;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Many publishers that come and go under subscribers that stay, no process with more descriptors
 * than is usual, and none with the right to have more in flight. {@code
 * -Dmillrace.topic.publishers=200 -Dmillrace.topic.subscribers=8} for more.
 */
class TopicCrowdTest {
  private static final int PUBLISHERS = Integer.getInteger("millrace.topic.publishers", 24);
  private static final int SUBSCRIBERS = Integer.getInteger("millrace.topic.subscribers", 2);
  private static final int HOSTS = 4;

  /** How often each publisher makes room for another one. */
  private static final int ROUNDS = 2;

  private static final int RECORDS = 20;
  private static final Duration DEADLINE = Duration.ofSeconds(300);
  private static final List<String> LIMITED =
      List.of("setpriv", "--bounding-set=-sys_resource,-sys_admin", "prlimit", "--nofile=4096");

  @TempDir Path root;

  /** A process with some publishers. */
  static final class Host {
    public static void main(String[] arguments) {
      int count = Integer.parseInt(arguments[1]);
      PublisherOptions options = PublisherOptions.capacity(1 << 16);
      List<TopicPublisher> publishers = new ArrayList<>();
      try (Registry registry = Registry.open(Path.of(arguments[0]))) {
        for (int round = 0; round <= ROUNDS; round++) {
          for (int i = 0; i < count; i++) {
            if (round > 0) {
              publishers.get(i).close();
              publishers.set(i, Topic.publisher(registry, "crowd", options));
            } else {
              publishers.add(Topic.publisher(registry, "crowd", options));
            }
            for (int number = 0; number < RECORDS; number++) {
              Log.publish(publishers.get(i), number);
            }
          }
          for (TopicPublisher publisher : publishers) {
            if (!publisher.awaitSubscribers(DEADLINE.toNanos())) {
              throw new IllegalStateException("not joined by all");
            }
          }
        }
        System.out.println("published");
        new Scanner(System.in).nextLine();
        publishers.forEach(TopicPublisher::close);
      }
    }
  }

  /** A process with one subscriber. */
  static final class Reader {
    public static void main(String[] arguments) throws Exception {
      long expected = Long.parseLong(arguments[2]);
      Log log = new Log();
      try (Registry registry = Registry.open(Path.of(arguments[0]));
          TopicSubscriber subscriber =
              Topic.subscriber(
                  registry,
                  "crowd",
                  SubscriberOptions.group(GroupOptions.named(arguments[1])).listener(log))) {
        log.subscriber = subscriber;
        System.out.println("reading");
        long start = System.nanoTime();
        while (log.count() < expected && System.nanoTime() - start < DEADLINE.toNanos()) {
          subscriber.poll(
              log, 100, io.millrace.ring.WaitStrategy.blocking(), Duration.ofSeconds(1).toNanos());
        }
        log.refusals.forEach(refusal -> System.out.println("told " + refusal));
        boolean inOrder =
            log.records.values().stream()
                .allMatch(
                    one -> {
                      for (int i = 0; i < one.size(); i++) {
                        if (one.get(i) != i) {
                          return false;
                        }
                      }
                      return one.size() == RECORDS;
                    });
        System.out.println(
            "read "
                + log.count()
                + " of "
                + log.records.size()
                + " in order "
                + inOrder
                + " lost "
                + log.lost);
      }
    }
  }

  @Test
  @Timeout(900)
  void allRecordsOfManyPublishersComeToAllSubscribersUnderTheUsualLimitOfDescriptors() {
    Tools.assumeWorks("setpriv", "--bounding-set=-sys_resource", "true");
    int publishers = (ROUNDS + 1) * (PUBLISHERS / HOSTS) * HOSTS;
    long records = (long) publishers * RECORDS;
    List<ChildProcess> readers = new ArrayList<>();
    List<ChildProcess> hosts = new ArrayList<>();
    try {
      for (int i = 0; i < SUBSCRIBERS; i++) {
        readers.add(
            ChildProcess.startUnder(
                LIMITED, List.of(), Reader.class, root.toString(), "g" + i, "" + records));
        readers.get(i).expectLine("reading", DEADLINE);
      }
      for (int i = 0; i < HOSTS; i++) {
        hosts.add(
            ChildProcess.startUnder(
                LIMITED, List.of(), Host.class, root.toString(), "" + PUBLISHERS / HOSTS));
      }
      for (ChildProcess host : hosts) {
        host.expectLine("published", DEADLINE);
      }
      for (ChildProcess reader : readers) {
        assertEquals(
            records + " of " + publishers + " in order true lost 0",
            reader.expectLine("read", DEADLINE));
        reader.printed().stream()
            .filter(line -> line.startsWith("told"))
            .forEach(told -> assertTrue(told.contains("ulimit -n"), told));
      }
      for (ChildProcess host : hosts) {
        host.send("end");
        assertEquals(0, host.awaitExit(DEADLINE));
      }
      assertEquals(List.of(), Registry.open(root).list());
    } finally {
      hosts.forEach(ChildProcess::close);
      readers.forEach(ChildProcess::close);
    }
  }
}
