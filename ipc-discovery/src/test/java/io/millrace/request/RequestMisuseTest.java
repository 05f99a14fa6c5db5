package io.millrace.request;

import static io.millrace.request.CallLayout.*;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.ClosedException;
import io.millrace.ForeignThreadException;
import io.millrace.discovery.Registry;
import io.millrace.discovery.model.Departure;
import io.millrace.discovery.model.Service;
import io.millrace.request.CallFailure.Reason;
import io.millrace.ring.RecordSender;
import io.millrace.ring.WaitStrategy;
import io.millrace.testkit.Eventually;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.LongConsumer;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;

/** Whatever handlers, listeners and threads do with a client or a server, each call ends once. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class RequestMisuseTest {
  private static final int TYPE = 7;
  private static final Duration DEADLINE = Duration.ofSeconds(60);
  private static final ClientOptions ROOM = ClientOptions.defaults().replyCapacity(1 << 17);

  @TempDir Path root;
  private Registry registry;
  private final Replies replies = new Replies();

  @BeforeEach
  void open() {
    registry = Registry.open(root);
  }

  @AfterEach
  void close() {
    assertEquals(List.of(), registry.list());
    registry.close();
  }

  private static long send(RequestClient client, long number, CallOptions how) {
    long call = client.send(TYPE, Numbers.of(number), 0, Long.BYTES, how);
    assertTrue(call > 0);
    return call;
  }

  private static long send(RequestClient client, long number) {
    return send(client, number, CallOptions.defaults());
  }

  /** Takes each call, and says what becomes of it to a consumer. */
  private static final class Taking implements RequestHandler {
    final List<Long> tokens = new ArrayList<>();
    final LongConsumer told;

    Taking(LongConsumer told) {
      this.told = told;
    }

    @Override
    public void onRequest(Request request, int type, DirectBuffer buffer, int offset, int length) {
      tokens.add(request.later());
    }

    @Override
    public void onCredit(long token) {
      told.accept(token);
    }

    @Override
    public void onCancelled(long token) {
      told.accept(token);
    }
  }

  /** Tells only of failures what is given. */
  private record OnFailure(Replies replies, LongConsumer told) implements ReplyHandler {
    @Override
    public void onReply(long call, int type, DirectBuffer buffer, int offset, int length) {
      replies.onReply(call, type, buffer, offset, length);
    }

    @Override
    public void onFailure(long call, CallFailure failure) {
      replies.onFailure(call, failure);
      told.accept(call);
    }
  }

  /** Nothing more is told of a call behind its cancel, whatever it is done in. */
  @Test
  void whatIsCancelledWhereItsStreamStartsAgainIsToldNoMore() {
    for (int kind : new int[] {MORE, END, ERROR}) {
      try (RequestClient client = Requests.client(registry, "s", ROOM);
          HostileServer servers = new HostileServer(registry, client)) {
        Replies told = new Replies();
        long call = send(client, 1, CallOptions.defaults().stream(4));
        assertTrue(servers.say(call, 1, 0, MORE, TYPE, 8));
        assertTrue(servers.say(call, 2, 0, kind, ErrorReply.code(Reason.UNANSWERED), 8));
        ReplyHandler cancelling =
            new ReplyHandler() {
              @Override
              public void onReply(long which, int type, DirectBuffer b, int offset, int length) {
                told.onReply(which, type, b, offset, length);
              }

              @Override
              public void onMore(long which, int type, DirectBuffer b, int offset, int length) {
                told.onMore(which, type, b, offset, length);
              }

              @Override
              public void onRestart(long which) {
                assertTrue(client.cancel(which));
              }

              @Override
              public void onFailure(long which, CallFailure failure) {
                told.onFailure(which, failure);
              }
            };
        client.poll(cancelling, 100);
        assertEquals(1, told.more.size());
        assertEquals(List.of(), told.calls);
        assertEquals(0, client.openCalls());
      }
    }
  }

  /** The slot of the one that is told goes to another one meanwhile. */
  @Test
  void aHandlerThatCancelsWhatHasExpiredAndSendsAnotherLosesNone() {
    try (RequestClient client = Requests.client(registry, "s");
        HostileServer servers = new HostileServer(registry, client)) {
      RecordSender sender = client.sender(CallOptions.defaults());
      CallOptions how = CallOptions.timeout(Duration.ofMillis(5)).idempotent();
      long call = send(client, 1, how);
      servers.say(call, 1, 0, ERROR, ErrorReply.code(Reason.SERVER_LOST), 0);
      // While it is being written nothing can be sent again.
      int index = sender.tryClaim(TYPE, Long.BYTES);
      long[] next = new long[1];
      ReplyHandler handler =
          new OnFailure(
              replies,
              which -> {
                sender.abort(index);
                assertTrue(client.cancel(which));
                next[0] = send(client, 2);
              });
      Eventually.await(
          "expired",
          DEADLINE,
          () -> {
            client.poll(handler, 10);
            return next[0] != 0;
          });
      assertEquals(List.of(Reason.EXPIRED), replies.reasons());
      assertEquals(1, client.openCalls());
      try (RequestServer server = Requests.server(registry, "s")) {
        server.poll(ServingThread.ECHO, 10);
        assertEquals(1, client.poll(replies, 10));
      }
      assertEquals(List.of(2L), replies.values);
      assertEquals(List.of(call, next[0]), replies.calls);
    }
  }

  @Test
  void whatAHandlerOfCancelledCallsThrowsKeepsNoOtherFromBeingTold() {
    try (RequestClient client = Requests.client(registry, "s");
        RequestServer server = Requests.server(registry, "s")) {
      List<Long> told = new ArrayList<>();
      Taking handler =
          new Taking(
              token -> {
                told.add(token);
                assertEquals(
                    Request.CALL_OVER, server.reply(token, TYPE, Numbers.of(1), 0, Long.BYTES));
                assertFalse(server.isWanted(token));
                throw new IllegalStateException("of the application");
              });
      List<Long> calls = new ArrayList<>();
      for (int i = 0; i < 3; i++) {
        calls.add(send(client, i));
      }
      assertEquals(3, server.poll(handler, 10));
      client.poll(replies, 10);
      calls.forEach(client::cancel);
      for (int i = 0; i < 3; i++) {
        assertThrows(IllegalStateException.class, () -> server.poll(handler, 10));
      }
      assertEquals(handler.tokens, told);
      assertEquals(0, server.takenCalls());
      assertEquals(0, server.poll(handler, 10));
    }
  }

  @Test
  void whatAHandlerOfCreditThrowsKeepsNoOtherFromBeingTold() {
    try (RequestClient client = Requests.client(registry, "s", ROOM);
        RequestServer server = Requests.server(registry, "s")) {
      List<Long> told = new ArrayList<>();
      Taking handler =
          new Taking(
              token -> {
                told.add(token);
                server.reply(token, TYPE, Numbers.of(9), 0, Long.BYTES);
                throw new IllegalStateException("of the application");
              });
      for (int i = 0; i < 3; i++) {
        send(client, i, CallOptions.defaults().stream(1));
      }
      assertEquals(3, server.poll(handler, 10));
      for (long token : handler.tokens) {
        assertTrue(server.more(token, TYPE, Numbers.of(1), 0, Long.BYTES) >= 0);
        assertEquals(
            Request.BACK_PRESSURED, server.more(token, TYPE, Numbers.of(2), 0, Long.BYTES));
      }
      client.poll(replies, 10);
      for (int i = 0; i < 3; i++) {
        assertThrows(IllegalStateException.class, () -> server.poll(handler, 10));
      }
      assertEquals(handler.tokens, told);
      client.poll(replies, 10);
      assertEquals(List.of(9L, 9L, 9L), replies.values);
      assertEquals(0, server.takenCalls());
    }
  }

  @Test
  void aTokenOfAnotherServerIsNoneOfThisOne() {
    try (RequestClient client = Requests.client(registry, "s");
        RequestServer first = Requests.server(registry, "s");
        RequestServer second = Requests.server(registry, "s")) {
      Taking ofFirst = new Taking(token -> {});
      Taking ofSecond = new Taking(token -> {});
      send(client, 1);
      first.poll(ofFirst, 10);
      send(client, 2);
      second.poll(ofSecond, 10);
      long token = ofFirst.tokens.get(0);
      assertEquals(Request.CALL_OVER, second.reply(token, TYPE, Numbers.of(7), 0, Long.BYTES));
      assertEquals(Request.CALL_OVER, second.more(token, TYPE, Numbers.of(7), 0, Long.BYTES));
      assertEquals(Request.CALL_OVER, second.fail(token, "E", "text"));
      assertFalse(second.isWanted(token));
      for (long none : new long[] {0, -1, token + 1, Long.MIN_VALUE, Long.MAX_VALUE}) {
        assertEquals(Request.CALL_OVER, first.reply(none, TYPE, Numbers.of(7), 0, Long.BYTES));
      }
      assertEquals(0, client.poll(replies, 10));
      assertTrue(first.reply(token, TYPE, Numbers.of(1), 0, Long.BYTES) >= 0);
      long other = ofSecond.tokens.get(0);
      assertTrue(second.reply(other, TYPE, Numbers.of(2), 0, Long.BYTES) >= 0);
      client.poll(replies, 10);
      assertEquals(List.of(1L, 2L), replies.values);
    }
  }

  /** An exception of the application is code of the application. */
  private static final class Mute extends RuntimeException {
    private static final long serialVersionUID = 1;

    @Override
    public String getMessage() {
      throw new UnsupportedOperationException("no message");
    }
  }

  private static void exhaustTheStack() {
    exhaustTheStack();
  }

  /** Whatever it throws, before or behind its answer, or behind having taken the call. */
  @Test
  void whatAHandlerThrowsEndsItsCallOnce() {
    List<Executable> throwing =
        List.of(
            () -> {
              throw new Mute();
            },
            () -> {
              throw new OutOfMemoryError("none is left");
            },
            RequestMisuseTest::exhaustTheStack,
            () -> {
              throw new Throwable("neither exception nor error");
            },
            () -> {
              throw new InterruptedException("undeclared");
            });
    try (RequestClient client = Requests.client(registry, "s");
        RequestServer server = Requests.server(registry, "s")) {
      for (Executable one : throwing) {
        for (int before = 0; before < 4; before++) {
          Replies told = new Replies();
          int first = before;
          long call = send(client, 1);
          poll(
              server,
              (request, type, buffer, offset, length) -> {
                long token = first < 2 ? 0 : request.later();
                if (first == 1) {
                  request.reply(type, buffer, offset, length);
                } else if (first == 3) {
                  server.reply(token, type, buffer, offset, length);
                }
                fail(one);
              });
          long next = send(client, 2);
          assertEquals(1, server.poll(ServingThread.ECHO, 10));
          client.poll(told, 10);
          assertEquals(List.of(call, next), told.calls);
          boolean isAnswered = first % 2 == 1;
          assertEquals(isAnswered ? List.of() : List.of(Reason.REFUSED), told.reasons());
          assertEquals(0, server.takenCalls());
          assertEquals(0, client.lateReplies());
        }
      }
    }
  }

  /** An error comes out of the poll. */
  private static void poll(RequestServer server, RequestHandler handler) {
    try {
      server.poll(handler, 10);
    } catch (OutOfMemoryError | StackOverflowError expected) {
      assertEquals(0, server.poll(handler, 10));
    }
  }

  private static void fail(Executable one) {
    RequestMisuseTest.<RuntimeException>failAs(one);
  }

  @SuppressWarnings("unchecked")
  private static <T extends Throwable> void failAs(Executable one) throws T {
    try {
      one.execute();
    } catch (Throwable thrown) {
      throw (T) thrown;
    }
  }

  @Test
  void aRequestIsAnsweredOnceAndBeforeItsHandlerReturns() throws Exception {
    try (RequestClient client = Requests.client(registry, "s", ROOM);
        RequestServer server = Requests.server(registry, "s")) {
      Request[] kept = new Request[1];
      RecordSender[] sender = new RecordSender[1];
      RequestHandler twice =
          (request, type, buffer, offset, length) -> {
            kept[0] = request;
            sender[0] = request.sender();
            assertTrue(request.reply(type, buffer, offset, length) >= 0);
            assertEquals(Request.CALL_OVER, request.reply(type, buffer, offset, length));
            assertEquals(Request.CALL_OVER, request.more(type, buffer, offset, length));
            assertEquals(Request.CALL_OVER, request.fail("E", "text"));
            assertEquals(Request.CALL_OVER, request.later());
            assertEquals(Request.CALL_OVER, sender[0].tryClaim(type, length));
            assertFalse(request.isWanted());
          };
      RequestHandler taken =
          (request, type, buffer, offset, length) -> {
            long token = request.later();
            assertThrows(IllegalStateException.class, request::later);
            assertThrows(IllegalStateException.class, request::isWanted);
            assertThrows(IllegalStateException.class, () -> request.fail("E", "text"));
            assertThrows(
                IllegalStateException.class, () -> request.reply(type, buffer, offset, length));
            assertThrows(IllegalStateException.class, () -> sender[0].tryClaim(type, length));
            assertTrue(server.reply(token, type, buffer, offset, length) >= 0);
            assertEquals(Request.CALL_OVER, server.reply(token, type, buffer, offset, length));
          };
      RequestHandler elsewhere =
          (request, type, buffer, offset, length) -> {
            CompletableFuture<Void> other =
                CompletableFuture.runAsync(() -> request.reply(type, buffer, offset, length));
            ExecutionException refused =
                assertThrows(ExecutionException.class, () -> other.get(60, TimeUnit.SECONDS));
            assertEquals(ForeignThreadException.class, refused.getCause().getClass());
            request.reply(type, buffer, offset, length);
          };
      CallOptions how = CallOptions.defaults().stream(2);
      List<RequestHandler> handlers = List.of(twice, taken, elsewhere);
      for (int i = 0; i < handlers.size(); i++) {
        send(client, i, how);
        assertEquals(1, server.poll(handlers.get(i), 10));
        client.poll(replies, 10);
      }
      assertThrows(IllegalStateException.class, () -> kept[0].reply(1, Numbers.of(1), 0, 8));
      assertThrows(IllegalStateException.class, () -> sender[0].tryClaim(1, 8));
      assertEquals(List.of(0L, 1L, 2L), replies.values);
      assertEquals(List.of(), replies.failures);
      assertEquals(0, client.lateReplies());
    }
  }

  @Test
  void whatAListenerThrowsKeepsNothingFromBeingTold() {
    List<String> told = new ArrayList<>();
    ServerListener throwing =
        new ServerListener() {
          private void tell(String what) {
            told.add(what);
            throw new IllegalStateException("of the application");
          }

          @Override
          public void onCame(Service client) {
            tell("came");
          }

          @Override
          public void onGone(Service client, Departure how) {
            tell("gone");
          }

          @Override
          public void onError(Service client, Exception error) {
            tell("error");
          }
        };
    try (RequestServer server = Requests.server(registry, "s", throwing)) {
      try (RequestClient client = Requests.client(registry, "s");
          RequestClient other = Requests.client(registry, "s")) {
        send(client, 1);
        send(other, 2);
        pollUntil(server, told, 4);
        client.poll(replies, 10);
        other.poll(replies, 10);
        assertEquals(2, replies.failures.size());
      }
      pollUntil(server, told, 6);
    }
    assertEquals(
        List.of("came", "came", "error", "error", "gone", "gone"), told.stream().sorted().toList());
  }

  private static void pollUntil(RequestServer server, List<String> told, int count) {
    RequestHandler failing =
        (request, type, buffer, offset, length) -> {
          throw new IllegalArgumentException("no");
        };
    Eventually.await(
        "told",
        DEADLINE,
        () -> {
          try {
            server.poll(failing, 10);
          } catch (IllegalStateException expected) {
            assertEquals("of the application", expected.getMessage());
          }
          return told.size() == count;
        });
  }

  /** A closed handle says so, and no method of it does anything else. */
  @Test
  void everyMethodOfWhatIsClosedThrows() {
    UnsafeBuffer buffer = new UnsafeBuffer(new byte[8]);
    RequestClient client = Requests.client(registry, "s");
    RequestServer server = Requests.server(registry, "s");
    RecordSender sender = client.sender(CallOptions.defaults());
    long call = send(client, 1); // One that is open makes no difference.
    Taking taking = new Taking(token -> {});
    server.poll(taking, 10);
    long token = taking.tokens.get(0);
    client.close();
    server.close();
    CallOptions how = CallOptions.defaults();
    WaitStrategy blocking = WaitStrategy.blocking();
    Map<String, Executable> calls = new TreeMap<>();
    calls.put("client.send", () -> client.send(1, buffer, 0, 8));
    calls.put("client.send, how", () -> client.send(1, buffer, 0, 8, how));
    calls.put("client.call", () -> client.call(1, buffer, 0, 8, Duration.ofSeconds(1)));
    calls.put("client.call, how", () -> client.call(1, buffer, 0, 8, how));
    calls.put("client.call, others", () -> client.call(1, buffer, 0, 8, how, replies));
    calls.put("client.sender", () -> client.sender(how));
    calls.put("sender.tryClaim", () -> sender.tryClaim(1, 8));
    calls.put("client.cancel", () -> client.cancel(call));
    calls.put("client.poll", () -> client.poll(replies, 1));
    calls.put("client.poll, waiting", () -> client.poll(replies, 1, blocking, 1));
    calls.put("client.waitForReplies", client::waitForReplies);
    calls.put("client.openCalls", client::openCalls);
    calls.put("client.lateReplies", client::lateReplies);
    calls.put("server.poll", () -> server.poll(taking, 1));
    calls.put("server.poll, waiting", () -> server.poll(taking, 1, blocking, 1));
    calls.put("server.reply", () -> server.reply(token, 1, buffer, 0, 8));
    calls.put("server.more", () -> server.more(token, 1, buffer, 0, 8));
    calls.put("server.fail", () -> server.fail(token, "E", "text"));
    calls.put("server.isWanted", () -> server.isWanted(token));
    calls.put("server.waitForRequests", server::waitForRequests);
    calls.put("server.clients", server::clients);
    calls.put("server.takenCalls", server::takenCalls);
    calls.forEach((name, one) -> assertThrows(ClosedException.class, one, name));
    // These say what they are, and end nothing.
    assertTrue(client.isClosed());
    assertTrue(server.isClosed());
    client.wakeup();
    server.wakeup();
    client.close();
    server.close();
    assertTrue(client.service().name().startsWith(RequestRecord.KIND_CLIENT));
    assertTrue(server.presence().name().startsWith(RequestRecord.KIND_SERVER));
    assertTrue(client.maxRequestLength() > 0);
  }
}
