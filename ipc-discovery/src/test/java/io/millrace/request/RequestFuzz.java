package io.millrace.request;

import static io.millrace.request.CallLayout.*;

import io.millrace.MillraceException;
import io.millrace.discovery.Registry;
import io.millrace.os.Descriptor;
import io.millrace.os.Mapping;
import io.millrace.ring.Ring;
import io.millrace.ring.WaitStrategy;
import io.millrace.testkit.Eventually;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * The main class of a process in which a client and a server go on, beside a client whose memory is
 * full of noise, some of it while it is read, and a server that says anything of any call. It
 * prints {@code clean} if each call has ended once, with what was meant for it; a watchdog ends it
 * if something does not end at all.
 */
final class RequestFuzz implements ReplyHandler {
  private static final long DEADLINE_NANOS = 60_000_000_000L;
  private static final int OPERATIONS = 300;
  private static final ClientOptions OPTIONS =
      ClientOptions.defaults().calls(16).greatestReply(200).replyCapacity(1 << 16);

  private final Random random;
  private final RequestProcess.Moody moody;
  private final Map<Long, Long> numbers = new HashMap<>();
  private final Set<Long> ended = new HashSet<>();
  private final List<Long> calls = new ArrayList<>();
  private volatile boolean over;
  private int answered;

  private RequestFuzz(long seed) {
    random = new Random(seed);
    moody = new RequestProcess.Moody(new Random(seed));
  }

  /** Arguments: a directory, the seed of the first round, and the number of rounds. */
  public static void main(String[] arguments) {
    long seed = Long.parseLong(arguments[1]);
    int rounds = Integer.parseInt(arguments[2]);
    AtomicLong lastRound = new AtomicLong(System.nanoTime());
    watch(Thread.currentThread(), lastRound);
    int answered = 0;
    try (Registry registry = Registry.open(Path.of(arguments[0]))) {
      for (int i = 0; i < rounds; i++) {
        lastRound.set(System.nanoTime());
        RequestFuzz round = new RequestFuzz(seed + i);
        try {
          round.run(registry);
        } catch (Exception | Error failure) {
          System.out.println("round with seed " + (seed + i));
          failure.printStackTrace(System.out);
          System.exit(3);
        }
        answered += round.answered;
      }
    }
    System.out.println("clean " + answered);
    System.exit(0);
  }

  private static void watch(Thread worker, AtomicLong lastRound) {
    Thread watchdog =
        new Thread(
            () -> {
              while (System.nanoTime() - lastRound.get() < DEADLINE_NANOS) {
                LockSupport.parkNanos(DEADLINE_NANOS / 100);
              }
              System.out.println("stuck");
              for (StackTraceElement line : worker.getStackTrace()) {
                System.out.println("  " + line);
              }
              Runtime.getRuntime().halt(4);
            });
    watchdog.setDaemon(true);
    watchdog.start();
  }

  private void run(Registry registry) throws Exception {
    try (RequestServer server = Requests.server(registry, "s");
        RequestClient client = Requests.client(registry, "s", OPTIONS)) {
      moody.server = server;
      HostileClient hostile = new HostileClient(registry, "s");
      Scribble requests = new Scribble(hostile.requestRing);
      Scribble answers = new Scribble(hostile.replyRing);
      Random own = new Random(random.nextLong());
      Thread scribbler = new Thread(() -> scribble(hostile, requests, own), "scribbler");
      try (HostileServer liar = new HostileServer(registry, client)) {
        boolean isRead = random.nextBoolean();
        for (int i = 0; i < OPERATIONS; i++) {
          if (i == OPERATIONS / 2 && isRead) {
            scribbler.start();
          }
          operate(server, client, hostile, liar, i > 50 ? List.of(requests, answers) : List.of());
        }
      } finally {
        over = true;
        scribbler.join();
        requests.close();
        answers.close();
        try {
          hostile.close();
        } catch (MillraceException damaged) {
          // It has made that itself.
        }
      }
      settle(registry, server, client);
    }
  }

  /** The memory of a ring, to be written to by anybody who has its descriptor. */
  private static final class Scribble {
    final UnsafeBuffer words;
    private final Mapping mapping;

    Scribble(Ring ring) {
      try (Descriptor memory = Descriptor.duplicateOf(ring.descriptors()[0], "a ring")) {
        int size = (int) memory.status().size();
        mapping = Mapping.of(memory, 0, size, true);
        words = new UnsafeBuffer(mapping.buffer(0, size));
      }
    }

    void close() {
      mapping.close();
    }
  }

  private void scribble(HostileClient hostile, Scribble requests, Random own) {
    while (!over) {
      hostile.words.putLong(slot(own.nextInt(HostileClient.SLOTS)), own.nextInt(8));
      hostile.words.putLong(CHANGES_OFFSET, own.nextLong());
      int record = own.nextInt(requests.words.capacity() / 64) * 64;
      requests.words.putLong(record + 8 * own.nextInt(8), own.nextInt(300));
    }
  }

  private long noise() {
    return switch (random.nextInt(6)) {
      case 0 -> 0;
      case 1 -> -1;
      case 2 -> Long.MAX_VALUE - random.nextInt(8);
      case 3 -> Long.MIN_VALUE + random.nextInt(8);
      case 4 -> random.nextLong();
      default -> random.nextInt(300);
    };
  }

  private long anyCall() {
    return calls.isEmpty() || random.nextInt(8) == 0
        ? noise()
        : calls.get(Math.max(0, calls.size() - 1 - random.nextInt(8)));
  }

  private void operate(
      RequestServer server,
      RequestClient client,
      HostileClient hostile,
      HostileServer liar,
      List<Scribble> rings) {
    switch (random.nextInt(16)) {
      case 0, 1, 2 -> send(client);
      case 3, 4, 5 -> server.poll(moody, 1 + random.nextInt(100));
      case 6 -> server.poll(moody, 10, WaitStrategy.blocking(), 100_000);
      case 7 -> moody.afterPoll();
      case 8, 9 -> client.poll(this, 1 + random.nextInt(100));
      case 10 -> client.poll(this, 10, WaitStrategy.blocking(), 100_000);
      case 11 -> cancel(client, anyCall());
      case 12, 13 -> ask(hostile);
      case 14 -> {
        hostile.words.putLong(8 * random.nextInt(CallLayout.length(4) / 8), noise());
        if (!rings.isEmpty()) {
          UnsafeBuffer words = rings.get(random.nextInt(2)).words;
          int bound = random.nextBoolean() ? words.capacity() : 1 << 13;
          words.putLong(8 * random.nextInt(bound / 8), noise());
        }
      }
      default -> lie(liar);
    }
  }

  private void send(RequestClient client) {
    long number = 1 + random.nextInt(1 << 20);
    CallOptions how = CallOptions.timeout(Duration.ofMillis(1 + random.nextInt(30)));
    how = random.nextBoolean() ? how : how.idempotent();
    how = random.nextBoolean() ? how : how.stream(1 + random.nextInt(3));
    long call = client.send(1, Numbers.of(number), 0, Long.BYTES, how);
    if (call > 0) {
      numbers.put(call, number);
      calls.add(call);
    }
  }

  private void cancel(RequestClient client, long call) {
    if (client.cancel(call) && !ended.add(call)) {
      throw new AssertionError("call " + call + " was open behind its end");
    }
  }

  private void ask(HostileClient hostile) {
    try {
      long correlation = random.nextInt(4) == 0 ? noise() : 1 + random.nextInt(8);
      hostile.open(correlation);
      long deadline = random.nextBoolean() ? Long.MAX_VALUE : noise();
      int attempt = random.nextBoolean() ? 0 : (int) noise();
      int length = Long.BYTES + random.nextInt(100);
      hostile.send(correlation, deadline, attempt, (int) (noise() & 7), length);
    } catch (MillraceException damaged) {
      // It has made that itself.
    }
  }

  private void lie(HostileServer liar) {
    long call = anyCall();
    int attempt = random.nextInt(4) == 0 ? (int) noise() : 1 + random.nextInt(2);
    int sequence = random.nextInt(4) == 0 ? (int) noise() : random.nextInt(3);
    int kind = random.nextInt(6);
    switch (random.nextInt(6)) {
      case 0 -> liar.sayNothing(random.nextInt(REPLY_HEADER));
      case 1 -> liar.say(call, attempt, sequence, kind, random.nextInt(8), random.nextInt(300));
      case 2 -> liar.client.table.undelivered(call);
      case 3 -> liar.client.table.starve(call);
      default -> liar.say(call, attempt, sequence, kind, ~call);
    }
  }

  /** What a reply says it is for is what it was meant for, whichever side has written it. */
  private void check(long call, DirectBuffer buffer, int offset, int length) {
    long value = length < Long.BYTES ? 0 : buffer.getLong(offset);
    if (value != 0 && value != numbers.get(call) && ~value != call) {
      throw new AssertionError("call " + call + " was told " + value);
    }
  }

  @Override
  public void onReply(long call, int type, DirectBuffer buffer, int offset, int length) {
    check(call, buffer, offset, length);
    end(call);
    answered++;
  }

  @Override
  public void onMore(long call, int type, DirectBuffer buffer, int offset, int length) {
    check(call, buffer, offset, length);
    if (ended.contains(call)) {
      throw new AssertionError("call " + call + " goes on behind its end");
    }
  }

  @Override
  public void onFailure(long call, CallFailure failure) {
    end(call);
  }

  private void end(long call) {
    if (!numbers.containsKey(call) || !ended.add(call)) {
      throw new AssertionError("call " + call + " has ended twice, or never was");
    }
  }

  /** All ends, and another client is served as if nothing had been. */
  private void settle(Registry registry, RequestServer server, RequestClient client) {
    try (RequestClient other = Requests.client(registry, "s")) {
      Replies replies = new Replies();
      other.send(1, Numbers.of(5), 0, Long.BYTES);
      Eventually.await(
          "all ends",
          Duration.ofSeconds(50),
          () -> {
            client.poll(this, 100);
            server.poll(moody, 100);
            moody.afterPoll();
            other.poll(replies, 10);
            return client.openCalls() == 0 && !replies.calls.isEmpty();
          });
      if (!replies.values.isEmpty() && replies.values.get(0) != 5) {
        throw new AssertionError("another client was told " + replies.values);
      }
    }
    if (!ended.containsAll(numbers.keySet())) {
      throw new AssertionError("calls have not ended");
    }
  }
}
