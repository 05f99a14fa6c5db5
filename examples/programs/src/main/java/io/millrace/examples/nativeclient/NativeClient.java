package io.millrace.examples.nativeclient;

import io.millrace.discovery.Registry;
import io.millrace.discovery.model.Capabilities;
import io.millrace.examples.Example;
import io.millrace.ring.Consumer;
import io.millrace.ring.GroupOptions;
import io.millrace.ring.Producer;
import io.millrace.ring.Ring;
import io.millrace.ring.RingCounters.GroupCounters;
import io.millrace.ring.RingOptions;
import io.millrace.ring.WaitStrategy;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import org.agrona.concurrent.UnsafeBuffer;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * The native-client example: compiles the client, and lets Java and C produce for each other, sleep
 * for each other, die, and recover what the other one left.
 */
@Command(
    name = "native-client",
    description = "A program in C (built with gcc) produces into a ring of Java, and consumes.",
    mixinStandardHelpOptions = true)
public final class NativeClient extends Example {
  private static final GroupOptions JAVA = GroupOptions.named("java").retained();
  private static final GroupOptions NATIVE = GroupOptions.named("native").retained();
  static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(30);
  private static final int KILLED_BY_SIGKILL = 137;

  @Option(names = "--count", description = "Records each way (default: ${DEFAULT-VALUE}).")
  private int count = 200_000;

  private final UnsafeBuffer message = new UnsafeBuffer(new byte[8]);
  private Ring ring;
  private ClientProgram client;

  @Override
  protected String run() throws IOException, InterruptedException {
    check(count >= 10 && count <= 100_000_000, "--count must be from 10 to 100000000");
    Registry registry = keep(Registry.open());
    ring = keep(Ring.create(RingOptions.capacity(1 << 20).name("native-client")));
    String ringName = "native-client-" + ProcessHandle.current().pid();
    client = keep(ClientProgram.compile(registry.root(), ringName));
    keep(registry.publish(ringName, ring, Capabilities.none()));
    Sum seen = new Sum();
    try (Consumer consumer = ring.addConsumer(JAVA);
        Producer producer = ring.addProducer()) {
      Process one = client.start("produce", count / 2);
      Process other = client.start("produce", count / 2);
      seen.poll(consumer, count / 2 * 2);
      System.out.println("C to Java: " + ClientProgram.finish(one, 0));
      System.out.println("C to Java: " + ClientProgram.finish(other, 0));

      // Killed between claim and commit: the next one to read settles the claim.
      ClientProgram.finish(client.start("produce-and-die", 3), KILLED_BY_SIGKILL);
      offer(producer, 3);
      seen.poll(consumer, 4);
    }
    long recovered = recoveries();
    System.out.println("a C producer was killed in the middle of a claim; recovered: " + recovered);
    boolean allCame = seen.sum == 2 * sumTo(count / 2) + 0 + 1 + 2 + 3;

    ring.removeGroup(JAVA.name());
    ring.addGroup(NATIVE);
    try (Producer producer = ring.addProducer()) {
      Process reader = client.start("consume", NATIVE.name(), count);
      for (long number = 0; number < count; number++) {
        offer(producer, number);
        if (number % 1000 == 0) {
          TimeUnit.MILLISECONDS.sleep(1); // Long enough for the client to fall asleep.
        }
      }
      String said = ClientProgram.finish(reader, 0);
      System.out.println("Java to C: " + said);
      allCame &=
          said.startsWith("consumed " + count + ", sum " + sumTo(count) + ", redelivered 0,");

      // Killed in the middle of the third record: the next consumer of the group gets it again.
      for (long number = 0; number < 5; number++) {
        offer(producer, number);
      }
      ClientProgram.finish(client.start("consume-and-die", NATIVE.name(), 3), KILLED_BY_SIGKILL);
      ClientProgram.finish(client.start("consume-and-die", NATIVE.name(), 1), KILLED_BY_SIGKILL);
      seen = new Sum();
      try (Consumer successor = ring.addConsumer(NATIVE)) {
        seen.poll(successor, 3);
      }
    }
    System.out.println("two C consumers were killed; their successor, in Java, got " + seen);
    allCame &= recovered == 1 && seen.records == 3 && seen.redelivered == 1 && seen.first == 2;
    return (allCame ? "ok" : "failed") + " records=" + 2 * count + " recovered=" + recovered;
  }

  private void offer(Producer producer, long number) {
    message.putLong(0, number);
    if (producer.offer(1, message, 0, 8, WaitStrategy.blocking(), PATIENCE_NANOS) < 0) {
      throw new IllegalStateException("the client does not read");
    }
  }

  /** 0 + 1 + ..., so many numbers. */
  private static long sumTo(long numbers) {
    return numbers * (numbers - 1) / 2;
  }

  private long recoveries() {
    return ring.counters().groups().stream().mapToLong(GroupCounters::recoveries).sum();
  }
}
