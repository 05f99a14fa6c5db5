package io.millrace.request;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.discovery.Registry;
import io.millrace.os.Deadline;
import io.millrace.request.CallFailure.Reason;
import io.millrace.request.RequestProcess.Step;
import io.millrace.ring.Consumer;
import io.millrace.ring.GroupOptions;
import io.millrace.testkit.ChildProcess;
import io.millrace.testkit.Eventually;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.agrona.DirectBuffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Servers and clients are killed, at each step of a request. */
@Timeout(120)
class RequestDeathTest {
  private static final CallOptions STREAM = CallOptions.defaults().stream(8);

  @TempDir Path root;
  private Registry registry;

  @BeforeEach
  void open() {
    registry = Registry.open(root);
  }

  @AfterEach
  void close() throws Exception {
    Eventually.await("nobody", RequestProcess.DEADLINE, () -> registry.list().isEmpty());
    registry.close();
    try (var left = Files.list(root)) {
      assertEquals(List.of(), left.toList());
    }
  }

  /** Answers everything, and counts. */
  private static final class Survivor implements RequestHandler {
    final List<Integer> attempts = new ArrayList<>();

    @Override
    public void onRequest(Request request, int type, DirectBuffer buffer, int offset, int length) {
      attempts.add(request.attempt());
      request.reply(type, buffer, offset, length);
    }
  }

  private record End(Replies replies, Survivor survivor) {}

  /** A server dies at a step of its first request, then another one is there. */
  private End killAt(Step step, CallOptions how) {
    Replies replies = new Replies();
    Survivor survivor = new Survivor();
    ClientOptions options = ClientOptions.defaults().replyCapacity(1 << 17);
    try (RequestClient client = Requests.client(registry, "s", options)) {
      long call;
      try (ChildProcess server = RequestProcess.serve(root, step)) {
        call = client.send(1, Numbers.of(7), 0, Long.BYTES, how);
        Eventually.await(
            step + " kills",
            RequestProcess.DEADLINE,
            () -> {
              client.poll(replies, 10);
              return !server.isAlive();
            });
      }
      try (RequestServer another = Requests.server(registry, "s")) {
        long marker = client.send(1, Numbers.of(8), 0, Long.BYTES);
        Eventually.await(
            "both ends",
            RequestProcess.DEADLINE,
            () -> {
              another.poll(survivor, 10);
              client.poll(replies, 10);
              return replies.calls.contains(call) && replies.calls.contains(marker);
            });
        // Nothing more is told of either, and both slots come back.
        assertEquals(2, replies.calls.size(), step.toString());
        assertEquals(0, client.openCalls());
        for (int i = 0; i < 200; i++) {
          long next = client.send(1, Numbers.of(9), 0, Long.BYTES);
          assertTrue(next > 0, step + ": round " + i);
          another.poll(survivor, 10);
          client.poll(replies, 10);
          assertEquals(next, replies.calls.get(replies.calls.size() - 1));
        }
      }
    }
    return new End(replies, survivor);
  }

  @Test
  void whatAServerHadInHandGoesToAnotherOneAsTheNextAttempt() {
    End end = killAt(Step.BEGUN, CallOptions.defaults());
    assertTrue(end.survivor.attempts.contains(2));
    assertEquals(List.of(), end.replies.failures);
    assertTrue(end.replies.values.contains(7L));
  }

  @Test
  void aStreamThatStartsAgainIsTold() {
    End end = killAt(Step.MORE, STREAM);
    assertEquals(List.of(7L), end.replies.more);
    assertEquals(1, end.replies.restarts);
    assertTrue(end.survivor.attempts.contains(2));
  }

  /** It has no credit for the new attempt before the client has heard of it. */
  @Test
  void aStreamThatAnotherServerTakesGoesOnWhenTheClientHasHeardOfIt() {
    Replies replies = new Replies();
    try (RequestClient client = Requests.client(registry, "s")) {
      try (ChildProcess server = RequestProcess.serve(root, Step.BEGUN)) {
        client.send(1, Numbers.of(7), 0, Long.BYTES, STREAM);
        server.awaitExit(RequestProcess.DEADLINE);
      }
      try (RequestServer another = Requests.server(registry, "s")) {
        Taker taker = new Taker(another);
        Eventually.await(
            "answered",
            RequestProcess.DEADLINE,
            () -> {
              another.poll(taker, 10);
              if (taker.token != 0) {
                client.poll(replies, 10);
              }
              return !replies.values.isEmpty();
            });
      }
      assertEquals(List.of(7L), replies.more);
      assertEquals(List.of(7L), replies.values);
      assertEquals(List.of(), replies.failures);
    }
  }

  /** Takes a stream, and sends it when there is credit. */
  private static final class Taker implements RequestHandler {
    private final RequestServer server;
    private long token;

    Taker(RequestServer server) {
      this.server = server;
    }

    @Override
    public void onRequest(Request request, int type, DirectBuffer buffer, int offset, int length) {
      token = request.later();
      onCredit(token);
    }

    @Override
    public void onCredit(long which) {
      if (server.more(which, 1, Numbers.of(7), 0, Long.BYTES) >= 0) {
        server.reply(which, 1, Numbers.of(7), 0, Long.BYTES);
      }
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"ANSWERED", "FAILED"})
  void whatWasAnsweredIsNotBegunWithAgain(Step step) {
    End end = killAt(step, CallOptions.defaults());
    assertTrue(!end.survivor.attempts.contains(2));
    assertEquals(step == Step.FAILED ? List.of(Reason.REFUSED) : List.of(), end.replies.reasons());
  }

  /** Before the client has read the answer, nothing but the record says that it was given. */
  @ParameterizedTest
  @EnumSource(names = {"ANSWERED", "FAILED"})
  void whatWasAnsweredIsNotBegunWithAgainThoughTheClientHasNotReadIt(Step step) {
    Survivor survivor = new Survivor();
    try (HostileClient client = new HostileClient(registry, "s")) {
      long call = 5;
      GroupOptions reading = GroupOptions.named("client").retained();
      client.replyRing.addGroup(reading);
      client.open(call);
      try (ChildProcess server = RequestProcess.serve(root, step)) {
        assertTrue(client.send(call, Deadline.NEVER, 0, 0, Long.BYTES));
        server.awaitExit(RequestProcess.DEADLINE);
      }
      try (RequestServer another = Requests.server(registry, "s")) {
        Eventually.await(
            "it has the record",
            RequestProcess.DEADLINE,
            () -> {
              another.poll(survivor, 10);
              return client.requestRing.counters().groups().get(0).redeliveries() > 0;
            });
      }
      List<Integer> kinds = new ArrayList<>();
      try (Consumer replies = client.replyRing.addConsumer(reading)) {
        replies.poll(
            (type, buffer, offset, length) ->
                kinds.add(CallLayout.kind(buffer.getInt(offset + CallLayout.REPLY_MARK))),
            10);
      }
      assertEquals(List.of(step == Step.FAILED ? CallLayout.ERROR : CallLayout.END), kinds);
    }
    assertEquals(List.of(), survivor.attempts);
  }

  @ParameterizedTest
  @EnumSource(names = {"TAKEN", "RETURNED", "STREAMING"})
  void whatWasTakenIsLostAndNobodyElseBeginsWithIt(Step step) {
    End end = killAt(step, STREAM);
    assertEquals(List.of(Reason.SERVER_LOST), end.replies.reasons());
    assertTrue(!end.survivor.attempts.contains(2));
    assertEquals(step == Step.STREAMING ? 20 : 0, end.replies.more.size());
  }

  @ParameterizedTest
  @EnumSource(names = {"TAKEN", "RETURNED", "STREAMING"})
  void anIdempotentCallThatWasTakenIsSentAgain(Step step) {
    End end = killAt(step, STREAM.idempotent());
    assertEquals(List.of(), end.replies.failures);
    assertTrue(end.survivor.attempts.contains(2));
    assertEquals(step == Step.STREAMING ? 1 : 0, end.replies.restarts);
  }

  @Test
  void anAnswerThatWasGivenLaterIsNotLostWithItsServer() {
    End end = killAt(Step.ANSWERED_LATER, CallOptions.defaults());
    assertEquals(List.of(), end.replies.failures);
    assertTrue(!end.survivor.attempts.contains(2));
  }

  @Test
  void withTheLastServerGoesACallThatIsNotToWait() {
    Replies replies = new Replies();
    try (RequestClient client = Requests.client(registry, "s");
        ChildProcess server = RequestProcess.serve(root, Step.BEGUN)) {
      CallOptions how = CallOptions.defaults().failFast();
      assertTrue(client.send(1, Numbers.of(7), 0, Long.BYTES, how) > 0);
      Eventually.await(
          "told",
          RequestProcess.DEADLINE,
          () -> {
            client.poll(replies, 10);
            return !replies.calls.isEmpty();
          });
      assertEquals(List.of(Reason.NO_SERVER), replies.reasons());
      Eventually.await("it is dead", RequestProcess.DEADLINE, () -> !server.isAlive());
      // A server that comes later does not begin with it.
      try (RequestServer another = Requests.server(registry, "s")) {
        Survivor survivor = new Survivor();
        another.poll(survivor, 10);
        assertEquals(List.of(), survivor.attempts);
      }
    }
  }

  @Test
  void aServerForgetsAClientThatIsKilled() {
    Replies replies = new Replies();
    try (RequestServer server = Requests.server(registry, "s");
        RequestClient own = Requests.client(registry, "s")) {
      List<Long> taken = new ArrayList<>();
      List<Long> cancelled = new ArrayList<>();
      RequestHandler taking =
          new RequestHandler() {
            @Override
            public void onRequest(
                Request request, int type, DirectBuffer buffer, int offset, int length) {
              long token = request.later();
              if (token > 0) {
                taken.add(token);
              }
            }

            @Override
            public void onCancelled(long token) {
              cancelled.add(token);
            }
          };
      try (ChildProcess client = RequestProcess.start(root, "ask", 1)) {
        Eventually.await(
            "requests",
            RequestProcess.DEADLINE,
            () -> {
              server.poll(taking, 10);
              return taken.size() > 20;
            });
        assertEquals(2, server.clients().size());
        assertTrue(client.isAlive());
      }
      Eventually.await(
          "it is gone",
          RequestProcess.DEADLINE,
          () -> {
            server.poll(taking, 10);
            return server.clients().size() == 1 && server.takenCalls() == 0;
          });
      assertEquals(taken.stream().sorted().toList(), cancelled.stream().sorted().toList());
      assertEquals(Request.CALL_OVER, server.reply(taken.get(0), 1, Numbers.of(1), 0, Long.BYTES));
      own.send(1, Numbers.of(3), 0, Long.BYTES);
      assertEquals(1, server.poll(ServingThread.ECHO, 10));
      assertEquals(1, own.poll(replies, 10));
    }
  }
}
