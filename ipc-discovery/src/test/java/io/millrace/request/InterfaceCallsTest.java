package io.millrace.request;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import io.millrace.discovery.Registry;
import io.millrace.message.Ascii;
import io.millrace.message.CallSender;
import io.millrace.message.Messages;
import io.millrace.message.Schema;
import io.millrace.message.Since;
import io.millrace.request.CallFailure.Reason;
import io.millrace.ring.MalformedRecordException;
import io.millrace.ring.RecordHandler;
import io.millrace.ring.WaitStrategy;
import io.millrace.testkit.Eventually;
import java.lang.invoke.MethodHandles;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The calls of an interface, from a client to a server. */
@Timeout(120)
class InterfaceCallsTest {
  private static final Duration SOON = Duration.ofSeconds(60);
  private static final CallOptions HOW = CallOptions.timeout(SOON);

  @TempDir Path root;
  private Registry registry;

  private enum Side {
    BUY,
    SELL
  }

  private record Quote(long id, Side side, int quantity) {}

  @Schema(id = 50)
  private interface Orders {
    long place(@Ascii(8) CharSequence symbol, Side side, int quantity);

    Quote quote(long id);

    String text(int length);

    void cancel(long id);
  }

  @Schema(id = 50)
  private interface Newer {
    Quote quote(long id);

    @Since(1)
    int fresh(int id);
  }

  /** Refuses what is a quote to others. */
  private record StrictQuote(long id, Side side, int quantity) {
    StrictQuote {
      if (quantity > 0) {
        throw new IllegalArgumentException("a quantity of " + quantity);
      }
    }
  }

  @Schema(id = 50)
  private interface Strict {
    StrictQuote quote(long id);
  }

  private static class Book implements Orders {
    final List<Long> cancelled = new ArrayList<>();

    @Override
    public long place(CharSequence symbol, Side side, int quantity) {
      return 100 * symbol.length() + 10 * side.ordinal() + quantity;
    }

    @Override
    public Quote quote(long id) {
      if (id < 0) {
        throw new IllegalArgumentException("no order " + id);
      }
      return new Quote(id, Side.SELL, 7);
    }

    @Override
    public String text(int length) {
      return "x".repeat(length);
    }

    @Override
    public void cancel(long id) {
      cancelled.add(id);
    }
  }

  private final Book book = new Book();
  private final RequestHandler handler = Requests.handler(Orders.class, book);

  @BeforeEach
  void open() {
    registry = Registry.open(root);
  }

  @AfterEach
  void close() {
    registry.close();
  }

  private static CallFailure failureOf(Runnable call) {
    return assertThrows(CallException.class, call::run).failure();
  }

  @Test
  void aMethodIsACallThatReturnsWhatTheServerAnswers() {
    try (RequestClient client = Requests.client(registry, "orders");
        ServingThread server = ServingThread.start(registry, "orders", handler)) {
      Orders orders = Requests.caller(Orders.class, client, HOW);
      for (int i = 0; i < 200; i++) {
        assertEquals(410 + i, orders.place("MILL", Side.SELL, i));
        assertEquals(new Quote(i, Side.SELL, 7), orders.quote(i));
      }
      orders.cancel(5);
      orders.cancel(6);
      assertEquals(List.of(5L, 6L), book.cancelled);
      assertEquals("xxx", orders.text(3));
      assertTrue(server.isServing());
    }
  }

  /**
   * A method of one server polls the other one, which has the same handler: that one is refused.
   */
  @Test
  void aHandlerThatIsUsedInsideItselfRefusesTheInnerCallAndAnswersTheOuterOne() {
    try (RequestClient outer = Requests.client(registry, "outer");
        RequestClient inner = Requests.client(registry, "inner");
        RequestServer first = Requests.server(registry, "outer");
        RequestServer second = Requests.server(registry, "inner")) {
      RequestHandler[] both = new RequestHandler[1];
      both[0] =
          Requests.handler(
              Orders.class,
              new Book() {
                @Override
                public long place(CharSequence symbol, Side side, int quantity) {
                  if (quantity > 0) {
                    second.poll(both[0], 1);
                  }
                  return quantity;
                }
              });
      List<Object> told = new ArrayList<>();
      ResultHandler<Long> results =
          (result, failure) -> told.add(failure == null ? result : failure);
      CallbackCaller<Orders> within = Requests.callbacks(Orders.class, inner, HOW);
      CallbackCaller<Orders> around = Requests.callbacks(Orders.class, outer, HOW);
      within.call(orders -> orders.place("MILL", Side.BUY, 0), results);
      around.call(orders -> orders.place("MILL", Side.BUY, 5), results);
      Eventually.await(
          "both",
          SOON,
          () -> {
            first.poll(both[0], 10);
            within.poll(10);
            around.poll(10);
            return told.size() == 2;
          });
      CallFailure refused = assertInstanceOf(CallFailure.class, told.get(0));
      assertEquals(Reason.REFUSED, refused.reason());
      assertEquals(IllegalStateException.class.getName(), refused.error());
      assertEquals(5L, told.get(1));
    }
  }

  @Test
  void whatTheServerThrowsIsTheFailureOfTheCall() {
    try (RequestClient client = Requests.client(registry, "orders");
        ServingThread server = ServingThread.start(registry, "orders", handler)) {
      Orders orders = Requests.caller(Orders.class, client, HOW);
      CallFailure thrown = failureOf(() -> orders.quote(-1));
      assertEquals(Reason.REFUSED, thrown.reason());
      assertEquals("java.lang.IllegalArgumentException", thrown.error());
      assertEquals("no order -1", thrown.text());
      CallFailure tooLong = failureOf(() -> orders.text(5000));
      assertEquals(Reason.REFUSED, tooLong.reason());
      assertTrue(tooLong.text().contains("longer than"), tooLong.text());
      assertEquals("x", orders.text(1));
      Newer newer = Requests.caller(Newer.class, client, HOW);
      CallFailure unknown = failureOf(() -> newer.fresh(1));
      assertEquals(Requests.UNKNOWN_METHOD, unknown.error());
      assertTrue(unknown.text().contains("older than its client"), unknown.text());
      assertEquals(3, newer.quote(3).id());
      assertTrue(server.isServing());
    }
  }

  @Test
  void aCallEndsWithItsTimeOrWithoutAServer() {
    try (RequestClient client = Requests.client(registry, "orders")) {
      Orders hasty =
          Requests.caller(Orders.class, client, CallOptions.timeout(Duration.ofMillis(20)));
      assertEquals(Reason.EXPIRED, failureOf(() -> hasty.cancel(1)).reason());
      Orders failFast = Requests.caller(Orders.class, client, HOW.failFast());
      assertEquals(Reason.NO_SERVER, failureOf(() -> failFast.quote(1)).reason());
      assertThrows(NullPointerException.class, () -> failFast.place(null, Side.BUY, 1));
    }
  }

  @Test
  void aStreamIsNoResult() {
    try (RequestClient client = Requests.client(registry, "orders")) {
      CallOptions stream = HOW.stream(4);
      assertThrows(
          IllegalArgumentException.class, () -> Requests.caller(Orders.class, client, stream));
      assertThrows(
          IllegalArgumentException.class, () -> Requests.callbacks(Orders.class, client, stream));
    }
  }

  @Test
  void manyCallsAreOpenAtOnceAndEachHandlerIsToldItsResult() {
    try (RequestClient client = Requests.client(registry, "orders");
        RequestServer server = Requests.server(registry, "orders")) {
      CallbackCaller<Orders> caller = Requests.callbacks(Orders.class, client, HOW);
      List<Object> told = new ArrayList<>();
      ResultHandler<Object> handlers =
          (result, failure) -> told.add(failure == null ? result : failure.error());
      assertTrue(caller.call(orders -> orders.place("MILL", Side.BUY, 1), handlers) > 0);
      assertTrue(caller.call(orders -> orders.quote(4), handlers) > 0);
      assertTrue(caller.call(orders -> orders.quote(-4), handlers) > 0);
      long given = caller.call(orders -> orders.text(2), handlers);
      assertTrue(caller.run(orders -> orders.cancel(8), handlers) > 0);
      assertTrue(caller.cancel(given));
      assertFalse(caller.cancel(given));
      Eventually.await(
          "all that is left",
          SOON,
          () -> {
            server.poll(handler, 10);
            caller.poll(10, WaitStrategy.blocking(), 1_000_000);
            return told.size() == 4;
          });
      assertEquals(401L, told.get(0));
      assertEquals(new Quote(4, Side.SELL, 7), told.get(1));
      assertEquals("java.lang.IllegalArgumentException", told.get(2));
      assertNull(told.get(3));
      assertEquals(0, client.openCalls());
    }
  }

  @Test
  void aResultThatItsRecordRefusesEndsItsCallAndHoldsUpNoOther() {
    try (RequestClient client = Requests.client(registry, "orders");
        RequestServer server = Requests.server(registry, "orders")) {
      CallbackCaller<Strict> caller = Requests.callbacks(Strict.class, client, HOW);
      List<CallFailure> told = new ArrayList<>();
      for (int i = 0; i < 2; i++) {
        caller.call(strict -> strict.quote(4), (result, failure) -> told.add(failure));
      }
      Eventually.await(
          "both",
          SOON,
          () -> {
            server.poll(handler, 10);
            caller.poll(10);
            return told.size() == 2;
          });
      told.forEach(failure -> assertEquals(CallFailure.Reason.DAMAGED, failure.reason()));
      assertEquals("a quantity of 7", told.get(0).text());
    }
  }

  @Test
  void whatIsGivenToACallerThatDoesNotWaitCallsOneMethodOnce() {
    try (RequestClient client = Requests.client(registry, "orders")) {
      CallbackCaller<Orders> caller = Requests.callbacks(Orders.class, client, HOW);
      ResultHandler<Object> nobody = (result, failure) -> {};
      assertThrows(IllegalStateException.class, () -> caller.run(orders -> {}, nobody));
      assertThrows(
          IllegalStateException.class,
          () ->
              caller.run(
                  orders -> {
                    orders.cancel(1);
                    orders.cancel(2);
                  },
                  nobody));
      Orders[] kept = new Orders[1];
      caller.run(
          orders -> {
            kept[0] = orders;
            orders.cancel(3);
          },
          nobody);
      assertThrows(IllegalStateException.class, () -> kept[0].cancel(4));
    }
  }

  @Test
  void aHandlerThatThrowsIsToldAgain() {
    try (RequestClient client = Requests.client(registry, "orders");
        RequestServer server = Requests.server(registry, "orders")) {
      CallbackCaller<Orders> caller = Requests.callbacks(Orders.class, client, HOW);
      List<Quote> told = new ArrayList<>();
      caller.call(
          orders -> orders.quote(4),
          (Quote result, CallFailure failure) -> {
            told.add(result);
            if (told.size() == 1) {
              throw new ArithmeticException("once");
            }
          });
      server.poll(handler, 10);
      assertThrows(ArithmeticException.class, () -> caller.poll(10));
      caller.poll(10);
      assertEquals(List.of(new Quote(4, Side.SELL, 7), new Quote(4, Side.SELL, 7)), told);
    }
  }

  @Test
  void anAnswerThatIsNoResultIsDamageAndTheNextCallIsFine() {
    UnsafeBuffer noise = new UnsafeBuffer(new byte[64]);
    Random random = new Random(1);
    RequestHandler lying =
        (request, type, buffer, offset, length) -> {
          random.nextBytes(noise.byteArray());
          int kind = random.nextInt(3);
          request.reply(kind == 0 ? 1 : type | 0x8000, noise, 0, random.nextInt(64));
        };
    try (RequestClient client = Requests.client(registry, "orders")) {
      Orders orders = Requests.caller(Orders.class, client, HOW);
      try (ServingThread server = ServingThread.start(registry, "orders", lying)) {
        for (int i = 0; i < 200; i++) {
          assertEquals(Reason.DAMAGED, failureOf(() -> orders.quote(1)).reason());
        }
        assertTrue(server.isServing());
      }
      try (RequestServer liar = Requests.server(registry, "orders")) {
        CallbackCaller<Orders> caller = Requests.callbacks(Orders.class, client, HOW);
        List<Reason> told = new ArrayList<>();
        caller.call(
            one -> one.quote(1),
            (result, failure) -> told.add(failure == null ? null : failure.reason()));
        Eventually.await(
            "the failure",
            SOON,
            () -> {
              liar.poll(lying, 10);
              caller.poll(10);
              return !told.isEmpty();
            });
        assertEquals(List.of(Reason.DAMAGED), told);
      }
      try (ServingThread server = ServingThread.start(registry, "orders", handler)) {
        assertEquals(4, orders.quote(4).id());
        assertTrue(server.isServing());
      }
    }
  }

  @Test
  void aRequestThatIsNoCallIsRefusedAndTheServerGoesOn() {
    try (RequestClient client = Requests.client(registry, "orders");
        ServingThread server = ServingThread.start(registry, "orders", handler)) {
      int[] sent = new int[1];
      byte[] payload = new byte[64];
      Messages.caller(
              MethodHandles.lookup(),
              Orders.class,
              new CallSender() {
                @Override
                public void send(
                    int type, DirectBuffer buffer, int offset, int length, RecordHandler result) {
                  sent[0] = type;
                  buffer.getBytes(offset, payload, 0, length);
                }

                @Override
                public int maxRequestLength() {
                  return payload.length;
                }
              })
          .calls()
          .cancel(9);
      UnsafeBuffer request = new UnsafeBuffer(payload);
      for (int length = 8; length < 16; length++) {
        int cut = length;
        CallFailure refused = failureOf(() -> client.call(sent[0], request, 0, cut, SOON));
        assertEquals(MalformedRecordException.class.getName(), refused.error());
      }
      CallFailure unknown = failureOf(() -> client.call(sent[0] + 1, request, 0, 16, SOON));
      assertEquals(Requests.UNKNOWN_METHOD, unknown.error());
      client.call(sent[0], request, 0, 16, SOON);
      assertEquals(List.of(9L), book.cancelled);
      assertTrue(server.isServing());
    }
  }

  @Test
  void aCallAllocatesNothing() {
    try (RequestClient client = Requests.client(registry, "orders");
        ServingThread server = ServingThread.start(registry, "orders", handler)) {
      Orders orders = Requests.caller(Orders.class, client, HOW);
      ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
      long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
      long allocated;
      do {
        long before = threads.getCurrentThreadAllocatedBytes();
        for (int i = 0; i < 2_000; i++) {
          assertTrue(orders.place("MILL", Side.BUY, i) >= 0);
        }
        allocated = threads.getCurrentThreadAllocatedBytes() - before;
      } while (allocated > 4096 && System.nanoTime() < end);
      assertTrue(allocated <= 4096, allocated + " bytes");
      assertTrue(server.isServing());
    }
  }
}
