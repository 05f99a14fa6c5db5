package io.millrace.ring;

import io.millrace.SystemCallException;
import io.millrace.os.Descriptor;
import io.millrace.os.Errno;
import io.millrace.os.EventFd;
import io.millrace.os.PidFd;
import io.millrace.testkit.OpenDescriptors;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * A process that joins a ring of its parent and tries everything that needs something of the system
 * while there is none left of it. It says how each attempt ended and what it left behind.
 */
final class RingExhaustion {
  private static final RingOptions SMALL = RingOptions.capacity(64 * 1024).maxWaiters(2);
  private static final RingOptions LARGE = RingOptions.capacity(64 * 1024 * 1024).maxWaiters(2);
  private static final GroupOptions GROUP = GroupOptions.named("group");

  private final Ring ring;
  private final UnsafeBuffer message = new UnsafeBuffer(new byte[8]);
  private final Deque<Descriptor> filler = new ArrayDeque<>();

  private RingExhaustion(int parent, int[] descriptors) {
    ring = RingChild.join(parent, descriptors);
  }

  /** What to try, pid of the parent, descriptors of its ring. */
  public static void main(String[] arguments) throws IOException {
    int[] told = Arrays.stream(arguments).skip(1).mapToInt(Integer::parseInt).toArray();
    RingExhaustion exhaustion =
        new RingExhaustion(told[0], Arrays.copyOfRange(told, 1, told.length));
    switch (arguments[0]) {
      case "descriptors" -> exhaustion.descriptors();
      case "memory" -> exhaustion.memory();
      default -> exhaustion.watches();
    }
    Slots.assertReusable(exhaustion.ring, 1, 0, 0);
    System.out.println("all places can be used");
  }

  /** The name of what is tried, and what is tried; it closes what it opens. */
  static Map<String, Supplier<Runnable>> calls(RingExhaustion on) {
    Map<String, Supplier<Runnable>> calls = new LinkedHashMap<>();
    calls.put("create", () -> () -> Ring.create(SMALL).close());
    calls.put("join", () -> on.joining());
    calls.put("sleep", () -> () -> on.consume(consumer -> consumer.waitForRecords().await(1)));
    calls.put(
        "event loop", () -> () -> on.consume(consumer -> consumer.waitForRecords().descriptor()));
    calls.put("press", () -> on::press);
    calls.put("poller", () -> () -> on.consume(RingExhaustion::pollWith));
    return calls;
  }

  /** With no descriptor left, with one left, and so on, until it works. */
  private void descriptors() {
    calls(this).values().forEach(call -> call.get().run()); // So that all classes are loaded.
    attempt(() -> PidFd.open(-1));
    Map<Integer, String> before = OpenDescriptors.now();
    calls(this)
        .forEach(
            (name, call) -> {
              String outcome = "";
              // Sleeping works with any number, if not in the same way.
              for (int room = 0; room < 5 || !outcome.equals("worked"); room++) {
                Runnable prepared = call.get();
                fillAllBut(room);
                outcome = attempt(prepared);
                empty();
                System.out.println(name + ": " + outcome + ", left " + left(before));
              }
              System.out.println(name + ": enough");
            });
    // Only the set and the alarm can be had: nobody's death is told then, and it looks by itself.
    consume(
        consumer -> {
          fillAllBut(2);
          consumer.waitForRecords().await(1);
          empty();
          System.out.println("watches " + pidfds());
          consumer.waitForRecords().await(1);
          System.out.println("watches " + pidfds());
        });
    System.out.println("too large: " + attempt(() -> Ring.create(LARGE).close()));
    System.out.println("at the end left " + left(before));
  }

  /** The parent limits the address space before it says so, and lifts the limit again. */
  private void memory() throws IOException {
    BufferedReader lines =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    try (Ring large = Ring.create(LARGE)) {
      join(large.descriptors()).run();
      attempt(() -> PidFd.open(-1));
      Runnable prepared = join(large.descriptors());
      Map<Integer, String> before = OpenDescriptors.now();
      System.out.println("limit");
      lines.readLine();
      System.out.println("create: " + attempt(() -> Ring.create(LARGE).close()));
      System.out.println("join: " + attempt(prepared));
      System.out.println("lift");
      lines.readLine();
      Map<Integer, String> left = left(before);
      System.out.println("left " + left);
      System.out.println("create: " + attempt(() -> Ring.create(LARGE).close()));
    }
  }

  /** The kernel takes the event into the epoll set, and nothing more. */
  private void watches() {
    consume(
        consumer -> {
          System.out.println("slept " + !consumer.waitForRecords().await(1));
          System.out.println("watches " + pidfds());
        });
  }

  private static Map<Integer, String> left(Map<Integer, String> before) {
    Map<Integer, String> now = OpenDescriptors.now();
    now.entrySet().removeAll(before.entrySet());
    return now;
  }

  private static long pidfds() {
    return OpenDescriptors.now().values().stream().filter(name -> name.contains("pidfd")).count();
  }

  private static String attempt(Runnable call) {
    try {
      call.run();
      return "worked";
    } catch (SystemCallException failure) {
      return Errno.name(failure.errno());
    }
  }

  private void fillAllBut(int room) {
    try {
      while (true) {
        filler.push(EventFd.create().descriptor());
      }
    } catch (SystemCallException full) {
      for (int i = 0; i < room; i++) {
        filler.pop().close();
      }
    }
  }

  private void empty() {
    filler.forEach(Descriptor::close);
    filler.clear();
  }

  private Runnable joining() {
    return join(ring.descriptors());
  }

  /** The ring owns what it is given, even if it cannot be joined. */
  private static Runnable join(int... descriptors) {
    int[] copies = new int[descriptors.length];
    for (int i = 0; i < copies.length; i++) {
      copies[i] = Descriptor.duplicateOf(descriptors[i], "copy").release();
    }
    return () -> Ring.adopt(copies).close();
  }

  private void consume(java.util.function.Consumer<Consumer> use) {
    try (Consumer consumer = ring.addConsumer(GROUP)) {
      use.accept(consumer);
    }
  }

  private static void pollWith(Consumer consumer) {
    try (RingPoller poller = new RingPoller()) {
      poller.add(consumer.waitForRecords(), () -> {});
      poller.await(1);
    }
  }

  private void press() {
    consume(
        consumer -> {
          try (Producer producer = ring.addProducer()) {
            while (producer.offer(1, message, 0, 8) > 0) {
              // Until it is full.
            }
            producer.waitForSpace(8).await(1);
          }
        });
  }
}
