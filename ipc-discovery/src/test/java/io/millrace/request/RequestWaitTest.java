package io.millrace.request;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import io.millrace.ClosedException;
import io.millrace.ForeignThreadException;
import io.millrace.MillraceException;
import io.millrace.discovery.Registry;
import io.millrace.os.Epoll;
import io.millrace.request.CallFailure.Reason;
import io.millrace.ring.RingPoller;
import io.millrace.ring.WaitStrategy;
import io.millrace.ring.Waitable;
import io.millrace.testkit.Eventually;
import io.millrace.testkit.Hammer;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicReference;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** How clients and servers wait, end, and are used by threads that should not. */
@Timeout(180)
class RequestWaitTest {
  private static final ReplyHandler IGNORED =
      new ReplyHandler() {
        @Override
        public void onReply(long call, int type, DirectBuffer buffer, int offset, int length) {}

        @Override
        public void onFailure(long call, CallFailure failure) {}
      };

  private static final List<WaitStrategy> STRATEGIES =
      List.of(
          WaitStrategy.blocking(),
          WaitStrategy.spinning(),
          WaitStrategy.spinningThenBlocking(1000));

  @TempDir Path root;

  /** Runs in a thread and tells what it threw. */
  private static final class Waiting {
    final AtomicReference<Throwable> thrown = new AtomicReference<>();
    final Thread thread;

    Waiting(Runnable work) {
      thread =
          Thread.ofPlatform()
              .start(
                  () -> {
                    try {
                      work.run();
                    } catch (Throwable failure) {
                      thrown.set(failure);
                    }
                  });
    }

    void awaitSleep() {
      Eventually.await(
          "asleep",
          RequestProcess.DEADLINE,
          () -> {
            for (StackTraceElement frame : thread.getStackTrace()) {
              if (frame.getMethodName().equals("awaitInKernel")) {
                return true;
              }
            }
            return !thread.isAlive();
          });
    }

    Throwable join() throws InterruptedException {
      thread.join(RequestProcess.DEADLINE.toMillis());
      assertFalse(thread.isAlive(), "still waiting");
      return thrown.get();
    }
  }

  @Test
  void everyWaitOfAServerEndsByAWakeUpAnInterruptOrAClose() throws Exception {
    for (WaitStrategy strategy : STRATEGIES) {
      try (Registry registry = Registry.open(root)) {
        RequestServer server = Requests.server(registry, "s");
        Runnable poll = () -> server.poll(ServingThread.ECHO, 1, strategy, Waitable.FOREVER);
        Waiting woken = new Waiting(poll);
        server.wakeup();
        assertEquals(null, woken.join());
        Waiting interrupted =
            new Waiting(
                () -> {
                  poll.run();
                  assertTrue(Thread.currentThread().isInterrupted());
                });
        interrupted.thread.interrupt();
        assertEquals(null, interrupted.join());
        Waiting closed = new Waiting(poll);
        if (strategy == STRATEGIES.get(0)) {
          closed.awaitSleep();
          assertThrows(ForeignThreadException.class, () -> server.poll(ServingThread.ECHO, 1));
        }
        server.close();
        assertInstanceOf(ClosedException.class, closed.join());
        server.wakeup();
        server.close();
        assertThrows(ClosedException.class, () -> server.poll(ServingThread.ECHO, 1));
      }
    }
  }

  @Test
  void everyCallEndsByAWakeUpAnInterruptOrAClose() throws Exception {
    for (WaitStrategy strategy : STRATEGIES) {
      try (Registry registry = Registry.open(root)) {
        RequestClient client =
            Requests.client(registry, "s", ClientOptions.defaults().waiting(strategy));
        CallOptions forever = CallOptions.defaults();
        Runnable call = () -> client.call(1, Numbers.of(1), 0, Long.BYTES, forever);
        Waiting woken = new Waiting(call);
        client.wakeup();
        assertCancelled(woken.join());
        Waiting interrupted = new Waiting(call);
        interrupted.thread.interrupt();
        assertCancelled(interrupted.join());
        Waiting closed = new Waiting(call);
        if (strategy == STRATEGIES.get(0)) {
          closed.awaitSleep();
          assertThrows(ForeignThreadException.class, () -> client.poll(IGNORED, 1));
        }
        client.close();
        assertInstanceOf(ClosedException.class, closed.join());
        client.wakeup();
        client.close();
        assertThrows(ClosedException.class, () -> client.poll(IGNORED, 1));
        assertThrows(ClosedException.class, () -> client.send(1, Numbers.of(1), 0, Long.BYTES));
      }
    }
  }

  private static void assertCancelled(Throwable thrown) {
    assertEquals(
        Reason.CANCELLED, assertInstanceOf(CallException.class, thrown).failure().reason());
  }

  @Test
  void timesEnd() {
    try (Registry registry = Registry.open(root);
        RequestServer server = Requests.server(registry, "s");
        RequestClient client = Requests.client(registry, "s")) {
      for (long time : new long[] {Long.MIN_VALUE, -1, 0, 1, 3_000_000}) {
        assertEquals(0, server.poll(ServingThread.ECHO, 1, WaitStrategy.blocking(), time));
        assertEquals(0, client.poll(IGNORED, 1, WaitStrategy.blocking(), time));
      }
      assertEquals(0, server.poll(ServingThread.ECHO, 0, WaitStrategy.blocking(), 1L << 62));
      for (Duration time :
          List.of(
              Duration.ZERO,
              Duration.ofSeconds(Long.MIN_VALUE),
              Duration.ofNanos(1),
              Duration.ofMillis(2))) {
        CallException late =
            assertThrows(
                CallException.class, () -> client.call(1, Numbers.of(1), 0, Long.BYTES, time));
        assertEquals(Reason.EXPIRED, late.failure().reason());
      }
      CallOptions longest = CallOptions.timeout(Duration.ofSeconds(Long.MAX_VALUE));
      assertTrue(client.send(1, Numbers.of(1), 0, Long.BYTES, longest) > 0);
      Replies replies = new Replies();
      server.poll(ServingThread.ECHO, 10);
      Eventually.await(
          "answered",
          RequestProcess.DEADLINE,
          () -> {
            server.poll(ServingThread.ECHO, 10);
            client.poll(replies, 10);
            return !replies.values.isEmpty();
          });
    }
  }

  @Test
  void bothStandInAPollerOfOneThread() {
    try (Registry registry = Registry.open(root);
        RequestServer server = Requests.server(registry, "s");
        RequestClient client = Requests.client(registry, "s");
        RingPoller poller = new RingPoller()) {
      Replies replies = new Replies();
      poller.add(server.waitForRequests(), () -> server.poll(ServingThread.ECHO, 10));
      poller.add(client.waitForReplies(), () -> client.poll(replies, 10));
      for (int i = 1; i <= 100; i++) {
        client.send(1, Numbers.of(i), 0, Long.BYTES);
        while (replies.values.size() < i) {
          poller.await(Waitable.FOREVER);
        }
      }
      Eventually.await(
          "nothing is ready", RequestProcess.DEADLINE, () -> poller.await(2_000_000) == 0);
    }
  }

  @Test
  void aDescriptorOfAnEventLoopTellsOfReplies() {
    try (Registry registry = Registry.open(root);
        ServingThread server = ServingThread.start(registry, "s", ServingThread.ECHO);
        RequestClient client = Requests.client(registry, "s");
        Epoll loop = new Epoll()) {
      Waitable waitable = client.waitForReplies();
      loop.add(waitable.descriptor(), Epoll.IN, 1);
      Replies replies = new Replies();
      for (int i = 1; i <= 50; i++) {
        client.send(1, Numbers.of(i), 0, Long.BYTES);
        while (replies.values.size() < i) {
          if (waitable.prepareWait()) {
            loop.await(1000);
          }
          waitable.cancelWait();
          client.poll(replies, 10);
        }
      }
      assertTrue(server.isServing());
    }
  }

  @Test
  void aRoundTripAllocatesNothing() {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    try (Registry registry = Registry.open(root);
        RequestServer server = Requests.server(registry, "s");
        RequestClient client = Requests.client(registry, "s")) {
      DirectBuffer request = Numbers.of(1);
      RequestHandler handler =
          new RequestHandler() {
            private long token;

            @Override
            public void onRequest(
                Request one, int type, DirectBuffer buffer, int offset, int length) {
              if (type == 1) {
                one.reply(type, buffer, offset, length);
              } else {
                token = one.later();
                server.more(token, type, request, 0, Long.BYTES);
                server.reply(token, type, request, 0, Long.BYTES);
              }
            }
          };
      int[] counts = new int[2];
      ReplyHandler counting =
          new ReplyHandler() {
            @Override
            public void onReply(long call, int type, DirectBuffer buffer, int offset, int length) {
              counts[0]++;
            }

            @Override
            public void onFailure(long call, CallFailure failure) {
              counts[1]++;
            }
          };
      CallOptions stream = CallOptions.timeout(Duration.ofSeconds(60)).stream(2);
      int rounds = 5000;
      long start = System.nanoTime();
      long allocated;
      do {
        long before = threads.getCurrentThreadAllocatedBytes();
        for (int i = 0; i < rounds; i++) {
          client.send(1, request, 0, Long.BYTES);
          client.send(2, request, 0, Long.BYTES, stream);
          server.poll(handler, 10);
          client.poll(counting, 10);
        }
        assertEquals(3 * rounds, counts[0]);
        assertEquals(0, counts[1]);
        counts[0] = 0;
        allocated = threads.getCurrentThreadAllocatedBytes() - before;
        // Looking at the watch is a system call, and does allocate, a few thousand times a second.
      } while (allocated > 100L * rounds && System.nanoTime() - start < 30_000_000_000L);
      assertEquals(0, client.openCalls());
      assertTrue(allocated <= 100L * rounds, allocated + " bytes in " + rounds + " rounds");
    }
  }

  @Test
  void fromAnyThreadAtAnyMomentACallWorksOrThrowsWhatItMay() throws Exception {
    long seed = Long.getLong("millrace.seed", System.nanoTime());
    Hammer hammer =
        new Hammer(
                seed,
                thrown ->
                    thrown instanceof MillraceException || thrown instanceof IllegalStateException)
            .argument(RequestHandler.class, random -> ServingThread.ECHO)
            .argument(ReplyHandler.class, random -> IGNORED)
            .argument(WaitStrategy.class, random -> WaitStrategy.blocking())
            .argument(
                CallOptions.class, random -> CallOptions.timeout(Duration.ofMillis(1)).stream(1))
            .argument(Duration.class, random -> Duration.ofNanos(random.nextInt(1_000_000)))
            .argument(String.class, random -> "text")
            .argument(int.class, random -> random.nextInt(8))
            .argument(long.class, random -> random.nextLong(2_000_000) - 100)
            .argument(DirectBuffer.class, random -> new UnsafeBuffer(new byte[64]))
            .follow(Waitable.class);
    for (int round = 0; round < 10; round++) {
      Random random = new Random(seed + round);
      try (Registry registry = Registry.open(root);
          RequestClient busy = Requests.client(registry, "s")) {
        busy.send(1, Numbers.of(1), 0, Long.BYTES);
        RequestServer server = Requests.server(registry, "s");
        RequestClient client = Requests.client(registry, "s");
        hammer.strike(
            4,
            () -> {
              if (random.nextBoolean()) {
                client.close();
                server.close();
              } else {
                server.close();
                client.close();
              }
            },
            server,
            client);
      } catch (AssertionError failure) {
        throw new AssertionError("-Dmillrace.seed=" + seed, failure);
      }
    }
  }
}
