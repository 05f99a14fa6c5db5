package io.millrace.request;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.ClosedException;
import io.millrace.discovery.Registry;
import io.millrace.request.CallFailure.Reason;
import io.millrace.ring.RecordSender;
import io.millrace.ring.WaitStrategy;
import io.millrace.testkit.Eventually;
import io.millrace.testkit.OpenDescriptors;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Requests and replies between clients and servers of one process, one step after the other. */
@Timeout(120)
class RequestTest {
  private static final int TYPE = 7;

  @TempDir Path root;
  private Registry registry;

  @BeforeEach
  void open() {
    registry = Registry.open(root);
  }

  @AfterEach
  void close() throws IOException {
    assertEquals(List.of(), registry.list());
    registry.close();
    try (var left = Files.list(root)) {
      assertEquals(List.of(), left.toList());
    }
  }

  @Test
  void aCallIsAnsweredByAServer() {
    try (RequestClient client = Requests.client(registry, "echo");
        ServingThread server = ServingThread.start(registry, "echo", ServingThread.ECHO)) {
      for (int i = 0; i < 1000; i++) {
        Reply reply = client.call(TYPE, Numbers.of(i), 0, Long.BYTES, Duration.ofSeconds(60));
        assertEquals(TYPE, reply.type());
        assertEquals(Long.BYTES, reply.length());
        assertEquals(i, reply.buffer().getLong(0));
      }
      assertEquals(0, client.openCalls());
      assertTrue(server.isServing());
    }
  }

  @Test
  void manyCallsAreOpenAtOnce() {
    try (RequestClient client = Requests.client(registry, "echo");
        RequestServer server = Requests.server(registry, "echo")) {
      Replies replies = new Replies();
      for (int i = 0; i < 10; i++) {
        assertTrue(client.send(TYPE, Numbers.of(i), 0, Long.BYTES) > 0);
      }
      assertEquals(10, client.openCalls());
      assertEquals(10, server.poll(ServingThread.ECHO, 100));
      assertEquals(10, client.poll(replies, 100));
      assertEquals(List.of(0L, 1L, 2L, 3L, 4L, 5L, 6L, 7L, 8L, 9L), replies.values);
      assertEquals(0, client.openCalls());
    }
  }

  @Test
  void withoutAServerACallThatIsNotToWaitIsToldSo() {
    try (RequestClient client = Requests.client(registry, "echo")) {
      CallOptions how = CallOptions.defaults().failFast();
      assertEquals(RequestClient.NO_SERVER, client.send(TYPE, Numbers.of(1), 0, Long.BYTES, how));
      CallException none =
          assertThrows(
              CallException.class, () -> client.call(TYPE, Numbers.of(1), 0, Long.BYTES, how));
      assertEquals(Reason.NO_SERVER, none.failure().reason());
    }
  }

  @Test
  void aCallWithoutAServerExpires() {
    try (RequestClient client = Requests.client(registry, "echo")) {
      CallException late =
          assertThrows(
              CallException.class,
              () -> client.call(TYPE, Numbers.of(1), 0, Long.BYTES, Duration.ofMillis(20)));
      assertEquals(Reason.EXPIRED, late.failure().reason());
      // Nobody begins with it any more.
      try (RequestServer server = Requests.server(registry, "echo")) {
        assertEquals(0, server.poll(ServingThread.ECHO, 10));
        assertEquals(0, client.poll(new Replies(), 10));
        Replies replies = new Replies();
        assertTrue(client.send(TYPE, Numbers.of(2), 0, Long.BYTES) > 0);
        assertEquals(1, server.poll(ServingThread.ECHO, 10));
        assertEquals(
            1, client.poll(replies, 10, WaitStrategy.blocking(), Duration.ofSeconds(60).toNanos()));
        assertEquals(List.of(2L), replies.values);
      }
    }
  }

  /** Its client has not looked at the time since: only the server knows. */
  @Test
  void aServerDoesNotBeginWithARequestWhoseTimeIsOver() {
    try (RequestClient client = Requests.client(registry, "s");
        RequestServer server = Requests.server(registry, "s")) {
      Replies replies = new Replies();
      CallOptions how = CallOptions.timeout(Duration.ofNanos(1));
      long late = client.send(TYPE, Numbers.of(1), 0, Long.BYTES, how);
      long next = client.send(TYPE, Numbers.of(2), 0, Long.BYTES);
      List<Long> begun = new ArrayList<>();
      RequestHandler serving =
          (request, type, buffer, offset, length) -> {
            begun.add(buffer.getLong(offset));
            request.reply(type, buffer, offset, length);
          };
      assertEquals(1, server.poll(serving, 10));
      assertEquals(List.of(2L), begun);
      assertEquals(2, client.poll(replies, 10));
      assertEquals(List.of(late, next), replies.calls);
      assertEquals(List.of(Reason.EXPIRED), replies.reasons());
      assertEquals(0, client.lateReplies()); // It was the server's answer.
    }
  }

  @Test
  void anExceptionBecomesAnErrorReply() {
    try (RequestClient client = Requests.client(registry, "echo");
        RequestServer server = Requests.server(registry, "echo")) {
      Replies replies = new Replies();
      client.send(TYPE, Numbers.of(1), 0, Long.BYTES);
      server.poll(
          (request, type, buffer, offset, length) -> {
            throw new IllegalArgumentException("no such account");
          },
          10);
      client.poll(replies, 10);
      assertEquals(
          List.of(
              new CallFailure(
                  Reason.REFUSED, IllegalArgumentException.class.getName(), "no such account")),
          replies.failures);
    }
  }

  /** What a handler answers in its own call must not come to be used for two calls at once. */
  @Test
  void aHandlerAnswersCallsOfItsOwnTokenAndTakesOthers() {
    try (RequestClient client = Requests.client(registry, "s");
        RequestServer server = Requests.server(registry, "s")) {
      Replies replies = new Replies();
      List<Long> left = new ArrayList<>();
      int calls = 100;
      for (int i = 0; i < calls; i++) {
        boolean now = i % 3 != 0;
        client.send(TYPE, Numbers.of(i), 0, Long.BYTES);
        server.poll(
            (request, type, buffer, offset, length) -> {
              long token = request.later();
              if (now) {
                assertTrue(server.reply(token, type, buffer, offset, length) >= 0);
                assertFalse(server.isWanted(token));
              } else {
                left.add(token);
              }
            },
            10);
        client.poll(replies, 10);
      }
      assertEquals(left.size(), server.takenCalls());
      for (int i = 0; i < left.size(); i++) {
        assertTrue(server.reply(left.get(i), TYPE, Numbers.of(3L * i), 0, Long.BYTES) >= 0);
      }
      client.poll(replies, calls);
      assertEquals(List.of(), replies.failures);
      assertEquals(
          LongStream.range(0, calls).boxed().toList(), replies.values.stream().sorted().toList());
      assertEquals(calls, replies.calls.stream().distinct().count());
      assertEquals(0, server.takenCalls());
    }
  }

  /** Calls that end one after the other have the same slot. */
  @Test
  void whatACallBeforeItWasToldIsNoRestartOfTheNextOne() {
    try (RequestClient client = Requests.client(registry, "s");
        RequestServer server = Requests.server(registry, "s")) {
      Replies replies = new Replies();
      for (int i = 0; i < 3; i++) {
        client.send(TYPE, Numbers.of(i), 0, Long.BYTES, CallOptions.defaults().stream(8));
        server.poll(
            (request, type, buffer, offset, length) -> {
              request.more(type, buffer, offset, length);
              request.reply(type, buffer, offset, length);
            },
            10);
        client.poll(replies, 10);
      }
      assertEquals(List.of(0L, 1L, 2L), replies.values);
      assertEquals(0, replies.restarts);
    }
  }

  @Test
  void aHandlerThatThrowsForOneLostCallIsToldOfTheOthersByTheNextPoll() {
    try (RequestClient client = Requests.client(registry, "s")) {
      CallOptions how = CallOptions.defaults().failFast();
      RequestServer server = Requests.server(registry, "s");
      Eventually.await(
          "sent",
          Duration.ofSeconds(60),
          () -> client.send(TYPE, Numbers.of(1), 0, Long.BYTES, how) > 0);
      assertTrue(client.send(TYPE, Numbers.of(2), 0, Long.BYTES, how) > 0);
      server.close();
      Replies replies =
          new Replies() {
            private boolean hasThrown;

            @Override
            public void onFailure(long call, CallFailure failure) {
              if (!hasThrown) {
                hasThrown = true;
                throw new IllegalStateException("not now");
              }
              super.onFailure(call, failure);
            }
          };
      long ever = Duration.ofSeconds(60).toNanos();
      assertThrows(
          IllegalStateException.class,
          () -> {
            while (client.poll(replies, 10, WaitStrategy.blocking(), ever) == 0) {}
          });
      Eventually.await(
          "both told",
          Duration.ofSeconds(60),
          () -> {
            client.poll(replies, 10);
            return replies.failures.size() == 2;
          });
      assertEquals(List.of(Reason.NO_SERVER, Reason.NO_SERVER), replies.reasons());
    }
  }

  @Test
  void aClientThatIsClosedBesideAClaimGivesItsRingBackWithTheClaim() {
    Requests.client(registry, "s").close(); // The registry keeps what it needs for the first one.
    OpenDescriptors.assertNoneLeftBy(
        () -> {
          for (boolean commits : new boolean[] {false, true}) {
            RequestClient client = Requests.client(registry, "s");
            RecordSender sender = client.sender(CallOptions.defaults());
            int index = sender.tryClaim(TYPE, Long.BYTES);
            Thread closing = new Thread(client::close);
            closing.start();
            closing.join();
            assertThrows(
                ClosedException.class,
                () -> {
                  if (commits) {
                    sender.commit(index);
                  } else {
                    sender.abort(index);
                  }
                });
          }
        });
  }

  @Test
  void onlyWhatIsClaimedCanBeCommitted() {
    try (RequestClient client = Requests.client(registry, "s")) {
      RecordSender sender = client.sender(CallOptions.defaults());
      int index = sender.tryClaim(TYPE, Long.BYTES);
      assertThrows(IllegalStateException.class, () -> sender.commit(index + 64));
      assertThrows(IllegalStateException.class, () -> sender.abort(index - 8));
      assertTrue(sender.commit(index) > 0);
      assertEquals(1, client.openCalls());
    }
  }

  @Test
  void aHandlerThatReturnsWithoutAnAnswerIsToldOf() {
    try (RequestClient client = Requests.client(registry, "s");
        RequestServer server = Requests.server(registry, "s")) {
      Replies replies = new Replies();
      client.send(TYPE, Numbers.of(1), 0, Long.BYTES);
      server.poll((request, type, buffer, offset, length) -> {}, 10);
      client.poll(replies, 10);
      assertEquals(List.of(Reason.UNANSWERED), replies.reasons());
    }
  }

  @Test
  void anErrorOfAHandlerComesOutOfThePollBehindTheErrorReply() {
    try (RequestClient client = Requests.client(registry, "s");
        RequestServer server = Requests.server(registry, "s")) {
      Replies replies = new Replies();
      client.send(TYPE, Numbers.of(1), 0, Long.BYTES);
      client.send(TYPE, Numbers.of(2), 0, Long.BYTES);
      AssertionError thrown =
          assertThrows(
              AssertionError.class,
              () ->
                  server.poll(
                      (request, type, buffer, offset, length) -> {
                        throw new AssertionError("broken");
                      },
                      10));
      assertEquals("broken", thrown.getMessage());
      assertEquals(1, server.poll(ServingThread.ECHO, 10));
      client.poll(replies, 10);
      assertEquals(List.of(2L), replies.values);
      assertEquals(
          List.of(new CallFailure(Reason.REFUSED, AssertionError.class.getName(), "broken")),
          replies.failures);
    }
  }

  @Test
  void aServerAnswersLaterByItsToken() {
    try (RequestClient client = Requests.client(registry, "s");
        RequestServer server = Requests.server(registry, "s")) {
      Replies replies = new Replies();
      long[] token = new long[1];
      client.send(TYPE, Numbers.of(1), 0, Long.BYTES);
      server.poll((request, type, b, offset, length) -> token[0] = request.later(), 10);
      assertEquals(1, server.takenCalls());
      assertEquals(0, client.poll(replies, 10));
      assertEquals(1, client.openCalls());
      assertTrue(server.reply(token[0], TYPE, Numbers.of(11), 0, Long.BYTES) >= 0);
      assertEquals(Request.CALL_OVER, server.reply(token[0], TYPE, Numbers.of(2), 0, Long.BYTES));
      assertEquals(0, server.takenCalls());
      assertEquals(1, client.poll(replies, 10));
      assertEquals(List.of(11L), replies.values);
    }
  }

  @Test
  void whatAServerHadTakenIsLostWithItAndAnIdempotentCallIsSentAgain() {
    try (RequestClient client = Requests.client(registry, "s")) {
      Replies replies = new Replies();
      long lost;
      long again;
      try (RequestServer server = Requests.server(registry, "s")) {
        lost = client.send(TYPE, Numbers.of(1), 0, Long.BYTES);
        again =
            client.send(TYPE, Numbers.of(2), 0, Long.BYTES, CallOptions.defaults().idempotent());
        assertEquals(2, server.poll((request, type, b, offset, length) -> request.later(), 10));
        assertEquals(0, client.poll(replies, 10));
      }
      try (RequestServer another = Requests.server(registry, "s")) {
        Eventually.await(
            "it",
            Duration.ofSeconds(60),
            () -> {
              client.poll(replies, 10);
              another.poll(
                  (request, type, buffer, offset, length) -> {
                    assertEquals(2, request.attempt());
                    request.reply(type, buffer, offset, length);
                  },
                  10);
              return replies.calls.size() == 2;
            });
      }
      assertEquals(List.of(lost, again), replies.calls);
      assertEquals(List.of(Reason.SERVER_LOST), replies.reasons());
      assertEquals(List.of(2L), replies.values);
    }
  }

  @Test
  void aLateAnswerOfAnOlderAttemptIsDropped() {
    try (Registry early = Registry.open(root);
        RequestServer first = Requests.server(early, "s");
        RequestClient client = Requests.client(registry, "s")) {
      Replies replies = new Replies();
      long[] token = new long[1];
      CallOptions how = CallOptions.defaults().idempotent().stream(2);
      client.send(TYPE, Numbers.of(1), 0, Long.BYTES, how);
      Eventually.await(
          "taken",
          Duration.ofSeconds(60),
          () ->
              first.poll((request, type, b, offset, length) -> token[0] = request.later(), 10) > 0);
      client.poll(replies, 10);
      Runnable leave = early::close;
      leave.run(); // So clients see it leave, though it goes on.
      try (RequestServer second = Requests.server(registry, "s")) {
        Eventually.await(
            "sent again",
            Duration.ofSeconds(60),
            () -> {
              client.poll(replies, 10);
              return second.poll(
                      (request, type, buffer, offset, length) -> {
                        first.more(token[0], TYPE, Numbers.of(5), 0, Long.BYTES);
                        first.reply(token[0], TYPE, Numbers.of(6), 0, Long.BYTES);
                        request.reply(type, buffer, offset, length);
                      },
                      10)
                  > 0;
            });
        client.poll(replies, 10);
      }
      assertEquals(List.of(1L), replies.values);
      assertEquals(List.of(), replies.more);
      assertEquals(1, client.lateReplies()); // The stream had no credit any more.
    }
  }

  @Test
  void aStreamHasCreditAndTheServerNeverWaits() {
    try (RequestClient client =
            Requests.client(registry, "s", ClientOptions.defaults().replyCapacity(1 << 17));
        RequestServer server = Requests.server(registry, "s")) {
      Replies replies = new Replies();
      Stream stream = new Stream(server, 100);
      client.send(TYPE, Numbers.of(0), 0, Long.BYTES, CallOptions.defaults().stream(8));
      assertEquals(1, server.poll(stream, 10));
      assertEquals(8, stream.next);
      assertEquals(0, server.poll(stream, 10));
      assertEquals(8, stream.next);
      Eventually.await(
          "it",
          Duration.ofSeconds(60),
          () -> {
            client.poll(replies, 3);
            server.poll(stream, 10);
            assertTrue(stream.next - replies.more.size() <= 8);
            return !replies.values.isEmpty();
          });
      assertEquals(LongStream.range(0, 100).boxed().toList(), replies.more);
      assertEquals(0, client.lateReplies());
    }
  }

  /** Sends numbers as long as there is credit, and goes on when there is more. */
  private static final class Stream implements RequestHandler {
    private final RequestServer server;
    private final int count;
    int next;
    final List<Long> cancelled = new ArrayList<>();

    Stream(RequestServer server, int count) {
      this.server = server;
      this.count = count;
    }

    @Override
    public void onRequest(Request request, int type, DirectBuffer buffer, int offset, int length) {
      next = 0;
      goOn(request.later());
    }

    @Override
    public void onCredit(long token) {
      goOn(token);
    }

    @Override
    public void onCancelled(long token) {
      cancelled.add(token);
    }

    private void goOn(long token) {
      while (next < count && server.more(token, TYPE, Numbers.of(next), 0, Long.BYTES) >= 0) {
        next++;
      }
      if (next == count) {
        server.reply(token, TYPE, Numbers.of(-1), 0, Long.BYTES);
      }
    }
  }

  @Test
  void cancellingReachesTheServer() {
    try (RequestClient client =
            Requests.client(registry, "s", ClientOptions.defaults().replyCapacity(1 << 17));
        RequestServer server = Requests.server(registry, "s")) {
      Replies replies = new Replies();
      Stream stream = new Stream(server, 1000);
      long call = client.send(TYPE, Numbers.of(0), 0, Long.BYTES, CallOptions.defaults().stream(8));
      server.poll(stream, 10);
      client.poll(replies, 100);
      assertEquals(8, replies.more.size());
      assertTrue(client.cancel(call));
      assertFalse(client.cancel(call));
      assertEquals(0, client.openCalls());
      server.poll(stream, 10);
      assertEquals(1, stream.cancelled.size());
      assertEquals(0, server.takenCalls());
      client.poll(replies, 100);
      assertEquals(8, replies.more.size());
      assertEquals(List.of(), replies.calls);
    }
  }

  @Test
  void aCancelledRequestIsNotBegunWithAndItsRoomComesBack() {
    ClientOptions one = ClientOptions.defaults().calls(1);
    try (RequestClient client = Requests.client(registry, "s", one);
        RequestServer server = Requests.server(registry, "s")) {
      Replies replies = new Replies();
      for (int i = 0; i < 100; i++) {
        long call = client.send(TYPE, Numbers.of(1), 0, Long.BYTES);
        assertTrue(call > 0);
        assertEquals(RequestClient.BACK_PRESSURED, client.send(TYPE, Numbers.of(1), 0, Long.BYTES));
        assertTrue(client.cancel(call));
        assertEquals(RequestClient.BACK_PRESSURED, client.send(TYPE, Numbers.of(1), 0, Long.BYTES));
        assertEquals(0, server.poll(ServingThread.ECHO, 10));
        assertEquals(0, client.poll(replies, 10));
      }
      assertEquals(List.of(), replies.calls);
    }
  }

  @Test
  void aClientThatDoesNotPollHoldsNoServerUp() {
    ClientOptions few = ClientOptions.defaults().calls(1024).greatestReply(1000);
    try (RequestClient lazy = Requests.client(registry, "s", few);
        RequestServer server = Requests.server(registry, "s")) {
      int sent = 0;
      while (lazy.send(TYPE, Numbers.of(sent), 0, Long.BYTES) > 0) {
        sent++;
      }
      assertEquals(1024, sent);
      UnsafeBuffer greatest = new UnsafeBuffer(new byte[1000]);
      Eventually.await(
          "it",
          Duration.ofSeconds(60),
          () ->
              server.poll(
                      (request, type, buffer, offset, length) ->
                          assertTrue(request.reply(type, greatest, 0, 1000) >= 0),
                      2000)
                  == 0);
      Replies replies = new Replies();
      assertEquals(sent, lazy.poll(replies, 5000));
    }
  }

  @Test
  void eachClientGetsItsShare() {
    try (RequestServer server = Requests.server(registry, "s");
        RequestClient busy = Requests.client(registry, "s");
        RequestClient modest = Requests.client(registry, "s")) {
      for (int i = 0; i < 64; i++) {
        busy.send(TYPE, Numbers.of(i), 0, Long.BYTES);
      }
      modest.send(TYPE, Numbers.of(1), 0, Long.BYTES);
      Eventually.await(
          "it",
          Duration.ofSeconds(60),
          () -> {
            server.poll(ServingThread.ECHO, 1);
            return server.clients().size() == 2;
          });
      server.poll(ServingThread.ECHO, 4);
      assertEquals(1, modest.poll(new Replies(), 1));
    }
  }

  @Test
  void whatAHandlerOfRepliesThrowsComesOutAndTheSameIsToldAgain() {
    try (RequestClient client = Requests.client(registry, "s");
        RequestServer server = Requests.server(registry, "s")) {
      client.send(TYPE, Numbers.of(1), 0, Long.BYTES);
      server.poll(ServingThread.ECHO, 10);
      assertThrows(
          IllegalStateException.class,
          () ->
              client.poll(
                  (call, type, buffer, offset, length) -> {
                    throw new IllegalStateException("not ready");
                  },
                  10));
      Replies replies = new Replies();
      assertEquals(1, client.poll(replies, 10));
      assertEquals(List.of(1L), replies.values);
      // A failure is told by an exception where no handler takes it.
      client.send(TYPE, Numbers.of(1), 0, Long.BYTES);
      server.poll((request, type, buffer, offset, length) -> request.fail("E", "text"), 10);
      CallException refused =
          assertThrows(
              CallException.class,
              () -> client.poll((call, type, buffer, offset, length) -> {}, 10));
      assertEquals("the server answered E: text", refused.getMessage());
      assertEquals(1, client.poll(replies, 10));
    }
  }

  @Test
  void handlersSendAndCancelButUseNothingElseOfTheClient() {
    try (RequestClient client = Requests.client(registry, "s");
        RequestServer server = Requests.server(registry, "s")) {
      Replies replies = new Replies();
      long[] next = new long[1];
      client.send(TYPE, Numbers.of(1), 0, Long.BYTES);
      server.poll(
          (request, type, buffer, offset, length) -> {
            assertThrows(IllegalStateException.class, () -> server.poll(ServingThread.ECHO, 1));
            assertThrows(IllegalStateException.class, server::close);
            request.reply(type, buffer, offset, length);
          },
          10);
      client.poll(
          (call, type, buffer, offset, length) -> {
            assertThrows(IllegalStateException.class, () -> client.poll(replies, 1));
            assertThrows(
                IllegalStateException.class,
                () -> client.call(TYPE, buffer, offset, length, Duration.ofSeconds(1)));
            assertThrows(IllegalStateException.class, client::close);
            next[0] = client.send(TYPE, buffer, offset, length);
          },
          10);
      assertTrue(client.cancel(next[0]));
    }
  }

  @Test
  void requestsAndRepliesAreWrittenInPlace() {
    try (RequestClient client = Requests.client(registry, "s");
        RequestServer server = Requests.server(registry, "s")) {
      Replies replies = new Replies();
      RecordSender sender = client.sender(CallOptions.defaults());
      int given = sender.tryClaim(TYPE, Long.BYTES);
      sender.abort(given);
      int index = sender.tryClaim(TYPE, Long.BYTES);
      assertThrows(IllegalStateException.class, () -> sender.tryClaim(TYPE, Long.BYTES));
      sender.buffer().putLong(index, 5);
      long call = sender.commit(index);
      assertEquals(
          1,
          server.poll(
              (request, type, buffer, offset, length) -> {
                RecordSender reply = request.sender();
                reply.abort(reply.tryClaim(TYPE, Long.BYTES));
                int at = reply.tryClaim(TYPE, Long.BYTES);
                reply.buffer().putLong(at, buffer.getLong(offset) + 1);
                reply.commit(at);
              },
              10));
      assertEquals(1, client.poll(replies, 10));
      assertEquals(List.of(call), replies.calls);
      assertEquals(List.of(6L), replies.values);
    }
  }

  @Test
  void aSleepingServerIsWokenByARequestAndByACancelledCall() throws Exception {
    long[] token = new long[1];
    CountDownLatch taken = new CountDownLatch(1);
    CountDownLatch cancelled = new CountDownLatch(1);
    RequestHandler taking =
        new RequestHandler() {
          @Override
          public void onRequest(
              Request request, int type, DirectBuffer buffer, int offset, int length) {
            token[0] = request.later();
            taken.countDown();
          }

          @Override
          public void onCancelled(long which) {
            assertEquals(token[0], which);
            cancelled.countDown();
          }
        };
    try (RequestClient client = Requests.client(registry, "s");
        ServingThread server = ServingThread.start(registry, "s", taking)) {
      long call = client.send(TYPE, Numbers.of(1), 0, Long.BYTES);
      assertTrue(taken.await(60, TimeUnit.SECONDS));
      Eventually.await(
          "it",
          Duration.ofSeconds(60),
          () -> {
            client.poll(new Replies(), 10);
            return server.isSleeping();
          });
      client.cancel(call);
      assertTrue(cancelled.await(60, TimeUnit.SECONDS));
    }
  }

  @Test
  void namesAndOptionsAreChecked() {
    String longest = "a".repeat(100);
    try (RequestClient client = Requests.client(registry, longest);
        RequestServer server = Requests.server(registry, longest)) {
      client.send(TYPE, Numbers.of(1), 0, Long.BYTES);
      assertEquals(1, server.poll(ServingThread.ECHO, 10));
      assertThrows(
          IllegalArgumentException.class, () -> client.send(-1, Numbers.of(1), 0, Long.BYTES));
      assertThrows(
          IndexOutOfBoundsException.class, () -> client.send(TYPE, Numbers.of(1), 1, Long.BYTES));
      assertThrows(
          IllegalArgumentException.class,
          () ->
              client.send(TYPE, Numbers.of(1), 0, Long.BYTES, CallOptions.defaults().stream(999)));
      assertEquals(0, client.openCalls() - 1);
    }
    for (String name : List.of("", "a".repeat(101), "a/b", ".a", "a b")) {
      assertThrows(IllegalArgumentException.class, () -> Requests.client(registry, name));
      assertThrows(IllegalArgumentException.class, () -> Requests.server(registry, name));
    }
    ClientOptions options = ClientOptions.defaults();
    assertEquals(128, options.calls(100).calls());
    assertThrows(IllegalArgumentException.class, () -> options.calls(0));
    assertThrows(IllegalArgumentException.class, () -> options.calls(1 << 17));
    assertThrows(IllegalArgumentException.class, () -> options.greatestReply(-1));
    assertThrows(IllegalArgumentException.class, () -> options.greatestReply(1 << 28));
    assertThrows(IllegalArgumentException.class, () -> options.requestCapacity(1000));
    assertThrows(IllegalArgumentException.class, () -> options.replyCapacity(1 << 30));
    assertThrows(
        IllegalArgumentException.class, () -> options.greatestReply(40_000).replyCapacity(1 << 16));
    assertThrows(IllegalArgumentException.class, () -> options.sleepers(65));
    assertThrows(IllegalArgumentException.class, () -> CallOptions.defaults().stream(-1));
  }
}
