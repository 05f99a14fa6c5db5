package io.millrace.request;

import static io.millrace.request.CallLayout.*;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.discovery.Publication;
import io.millrace.discovery.Registry;
import io.millrace.os.Descriptor;
import io.millrace.os.Mapping;
import io.millrace.os.Memfd;
import io.millrace.request.CallFailure.Reason;
import io.millrace.ring.RecordSender;
import io.millrace.ring.Ring;
import io.millrace.ring.WaitStrategy;
import io.millrace.ring.Waitable;
import io.millrace.testkit.Eventually;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a client may write costs its servers nothing, and what a server may write costs a call. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class HostileMembersTest {
  private static final int TYPE = 7;
  private static final Duration DEADLINE = Duration.ofSeconds(60);

  /** A ring that holds few requests. */
  private static final ClientOptions SMALL = ClientOptions.defaults().requestCapacity(1 << 16);

  @TempDir Path root;
  private Registry registry;
  private final Replies replies = new Replies();

  /** Keeps what is told of clients. */
  private static final class Refusals implements ServerListener {
    final List<RuntimeException> all = new ArrayList<>();

    @Override
    public void onRefused(String client, RuntimeException why) {
      all.add(why);
    }
  }

  @BeforeEach
  void open() {
    registry = Registry.open(root);
  }

  @AfterEach
  void close() {
    assertEquals(List.of(), registry.list());
    registry.close();
  }

  private static long send(RequestClient client, CallOptions how) {
    long call = client.send(TYPE, Numbers.of(1), 0, Long.BYTES, how);
    assertTrue(call > 0);
    return call;
  }

  /** Others are served as if nothing had been. */
  private void assertServes(RequestClient client) {
    Replies honest = new Replies();
    try (RequestServer server = Requests.server(registry, "s")) {
      for (int i = 0; i < 10; i++) {
        long call = client.send(TYPE, Numbers.of(i), 0, Long.BYTES);
        assertTrue(call > 0);
        int number = i + 1;
        Eventually.await(
            "an answer",
            DEADLINE,
            () -> {
              server.poll(ServingThread.ECHO, 10);
              client.poll(honest, 10);
              return honest.calls.size() == number;
            });
        assertEquals(call, honest.calls.get(i));
      }
      assertEquals(List.of(), honest.failures);
      assertEquals(List.of(0L, 1L, 2L, 3L, 4L, 5L, 6L, 7L, 8L, 9L), honest.values);
    }
  }

  /** Says something of a call, which then is told to be damaged, and nothing else of it. */
  private void assertDamages(CallOptions how, Consumer<HostileCall> says) {
    Replies told = new Replies();
    try (RequestClient client = Requests.client(registry, "s");
        HostileServer server = new HostileServer(registry, client)) {
      long call = send(client, how);
      says.accept(new HostileCall(server, call));
      client.poll(told, 100);
      assertEquals(List.of(Reason.DAMAGED), told.reasons());
      assertEquals(List.of(call), told.calls);
      assertEquals(0, client.openCalls());
      assertServes(client);
    }
  }

  private record HostileCall(HostileServer server, long call) {
    boolean say(int attempt, int sequence, int kind, int type, int length) {
      return server.say(call, attempt, sequence, kind, type, length);
    }
  }

  @Test
  void anAnswerThatNoServerWritesEndsItsCall() {
    CallOptions one = CallOptions.defaults();
    CallOptions stream = one.stream(2);
    assertDamages(one, call -> call.say(1, 0, 0, TYPE, 8));
    assertDamages(one, call -> call.say(1, 0, -1, TYPE, 8));
    assertDamages(one, call -> call.say(1, 0, ERROR + 1, TYPE, 8));
    assertDamages(one, call -> call.say(1, 1, END, TYPE, 8));
    assertDamages(one, call -> call.say(1, -1, END, TYPE, 8));
    assertDamages(one, call -> call.say(1, 0, END, TYPE, 2000));
    assertDamages(one, call -> call.say(1, 0, ERROR, 99, 0));
    assertDamages(one, call -> call.say(1, 0, ERROR, ErrorReply.code(Reason.REFUSED), 2000));
    assertDamages(one, call -> call.say(1, 0, TAKEN, TYPE, 4));
    assertDamages(one, call -> call.server.say(call.call, 1, 0, TAKEN, Servers.NONE));
    assertDamages(stream, call -> call.say(1, 1, MORE, TYPE, 8));
    assertDamages(
        stream,
        call -> {
          call.server.say(call.call, 1, 0, TAKEN, 4711);
          call.server.say(call.call, 1, 1, TAKEN, 4712);
        });
  }

  @Test
  void aCallForOneReplyIsToldOfNoStream() {
    assertDamages(CallOptions.defaults(), call -> call.say(1, 0, MORE, TYPE, 8));
  }

  @Test
  void aStreamWithoutCreditEndsItsCall() {
    try (RequestClient client = Requests.client(registry, "s");
        HostileServer server = new HostileServer(registry, client)) {
      long call = send(client, CallOptions.defaults().stream(3));
      ReplyHandler greedy =
          new ReplyHandler() {
            @Override
            public void onReply(long which, int type, DirectBuffer b, int offset, int length) {
              throw new AssertionError("no last reply was sent");
            }

            @Override
            public void onMore(long which, int type, DirectBuffer b, int offset, int length) {
              // What comes behind it was sent when there was credit for three.
              replies.onMore(which, type, b, offset, length);
              client.cancel(call);
            }

            @Override
            public void onFailure(long which, CallFailure failure) {
              replies.onFailure(which, failure);
            }
          };
      for (int i = 0; i < 100; i++) {
        assertTrue(server.say(call, 1, i, MORE, TYPE, 8));
      }
      client.poll(greedy, 1000);
      assertEquals(1, replies.more.size());
      assertEquals(List.of(), replies.failures);
      assertServes(client);
    }
  }

  @Test
  void repliesToNobodyAreCountedAndPassedOver() {
    try (RequestClient client = Requests.client(registry, "s");
        HostileServer server = new HostileServer(registry, client)) {
      long call = send(client, CallOptions.defaults());
      for (int length : new int[] {0, 1, REPLY_HEADER - 1}) {
        assertTrue(server.sayNothing(length));
      }
      long[] nobodys = {0, 1, -1, -call, call + 1, Long.MIN_VALUE, Long.MAX_VALUE};
      for (long other : nobodys) {
        assertTrue(server.say(other, 1, 0, END, TYPE, 8));
      }
      int[] attempts = {0, -1, Integer.MIN_VALUE, ATTEMPTS + 2, ANSWERED_FLAG, Integer.MAX_VALUE};
      for (int attempt : attempts) {
        assertTrue(server.say(call, attempt, 0, END, TYPE, 8));
      }
      assertEquals(0, client.poll(replies, 100));
      assertEquals(nobodys.length + attempts.length, client.lateReplies());
      assertTrue(client.cancel(call));
      assertServes(client);
    }
  }

  /** Its number can be guessed. */
  @Test
  void aRequestThatIsBeingWrittenIsNotAnsweredYet() {
    try (RequestClient client = Requests.client(registry, "s", SMALL.calls(2));
        HostileServer server = new HostileServer(registry, client)) {
      RecordSender sender = client.sender(CallOptions.defaults());
      for (int i = 1; i <= 10; i++) {
        int index = sender.tryClaim(TYPE, Long.BYTES);
        for (long guess = 0; guess < 100; guess++) {
          assertTrue(server.say(guess, 1, 0, END, TYPE, 8));
          server.client.table.undelivered(guess);
        }
        assertEquals(0, client.poll(replies, 1000));
        assertEquals(0, client.openCalls());
        if (i % 2 == 0) {
          sender.abort(index);
        } else {
          sender.buffer().putLong(index, i);
          assertTrue(sender.commit(index) > 0);
          assertEquals(1, client.openCalls());
          try (RequestServer honest = Requests.server(registry, "s")) {
            assertEquals(1, honest.poll(ServingThread.ECHO, 10));
            assertEquals(1, client.poll(replies, 10));
          }
        }
      }
      assertEquals(List.of(1L, 3L, 5L, 7L, 9L), replies.values);
      assertServes(client);
    }
  }

  @Test
  void aCallThatIsToBeSentAgainIsAnsweredByNobody() {
    try (RequestClient client = Requests.client(registry, "s");
        HostileServer server = new HostileServer(registry, client)) {
      long call = send(client, CallOptions.defaults().idempotent());
      int lost = ErrorReply.code(Reason.SERVER_LOST);
      assertTrue(server.say(call, 1, 0, ERROR, lost, 0));
      assertTrue(server.say(call, ATTEMPTS + 1, 0, ERROR, lost, 0));
      assertTrue(server.say(call, ATTEMPTS + 1, 0, END, TYPE, 8));
      assertEquals(0, client.poll(replies, 100));
      assertEquals(2, client.lateReplies());
      try (RequestServer honest = Requests.server(registry, "s")) {
        honest.poll(ServingThread.ECHO, 10); // Also what was sent first: its answer is late.
        assertEquals(1, client.poll(replies, 100));
      }
      assertEquals(List.of(1L), replies.values);
      // Nothing that it would have to look after every millisecond.
      Waitable waitable = client.waitForReplies();
      Eventually.await(
          "a long sleep",
          DEADLINE,
          () -> {
            client.poll(replies, 10);
            boolean sleeps = waitable.prepareWait() && waitable.longestWaitNanos() > 2_000_000;
            waitable.cancelWait();
            return sleeps;
          });
    }
  }

  @Test
  void aCallThatNobodyHasTakenIsLostThoughTheClientSleeps() {
    try (RequestClient client = Requests.client(registry, "s");
        HostileServer server = new HostileServer(registry, client)) {
      for (int i = 1; i <= 10; i++) {
        long call = send(client, CallOptions.defaults());
        assertTrue(server.say(call, 1, 0, TAKEN, 4711L + i));
        int count = i;
        client.poll(replies, 10); // So soon behind the last look that there is none yet.
        while (replies.failures.size() < count) {
          client.poll(replies, 10, WaitStrategy.blocking(), DEADLINE.toNanos());
        }
        assertEquals(Reason.SERVER_LOST, replies.failures.get(i - 1).reason());
      }
      assertServes(client);
    }
  }

  /** It may be one, and it may not: the call goes on until that is certain. */
  @Test
  void aServerWhoseRecordCannotBeTrustedIsLookedForAgain() throws IOException {
    try (RequestClient client = Requests.client(registry, "s");
        HostileServer server = new HostileServer(registry, client)) {
      Path untrusted = root.resolve(RequestRecord.SERVERS.of("s", 4711));
      Files.write(untrusted, new byte[100]);
      long call = send(client, CallOptions.defaults());
      assertTrue(server.say(call, 1, 0, TAKEN, 4711L));
      look(client);
      assertEquals(1, client.openCalls());
      Files.delete(untrusted);
      while (replies.failures.isEmpty()) {
        client.poll(replies, 10, WaitStrategy.blocking(), DEADLINE.toNanos());
      }
      assertEquals(List.of(Reason.SERVER_LOST), replies.reasons());
    }
  }

  /** Names without a number stand for no server, and their end is nobody's. */
  @Test
  void aServerWithoutANumberTakesNoCallsAlong() {
    try (RequestClient client = Requests.client(registry, "s")) {
      send(client, CallOptions.defaults());
      String name = RequestRecord.SERVERS.of("s", 1).replaceAll("0*1$", "nonsense");
      try (Publication odd = registry.publish(RequestRecord.server(name, "s"))) {
        look(client);
        assertEquals(name, odd.service().name());
      }
      look(client);
      assertEquals(List.of(), replies.failures);
      assertEquals(1, client.openCalls());
    }
  }

  private void look(RequestClient client) {
    for (int i = 0; i < 100; i++) {
      client.poll(replies, 10);
      client.waitForReplies().await(0);
    }
  }

  /** Each reply is answered by another one before it was looked whether there are more. */
  @Test
  void aStreamWithoutEndDoesNotKeepACallFromItsTimeLimit() {
    ClientOptions options = ClientOptions.defaults().replyCapacity(1 << 17);
    try (RequestClient client = Requests.client(registry, "s", options);
        HostileServer server = new HostileServer(registry, client)) {
      CallOptions how = CallOptions.timeout(Duration.ofMillis(20)).stream(8);
      ReplyHandler endless =
          new ReplyHandler() {
            private int sequence;

            @Override
            public void onReply(long call, int type, DirectBuffer buffer, int offset, int length) {
              throw new AssertionError("there is no last one");
            }

            @Override
            public void onMore(long call, int type, DirectBuffer buffer, int offset, int length) {
              assertTrue(server.say(call, 1, ++sequence, MORE, TYPE, 8));
            }

            @Override
            public void onFailure(long call, CallFailure failure) {
              if (failure.reason() == Reason.CANCELLED) {
                return;
              }
              throw new CallException(failure);
            }
          };
      long first = (client.send(TYPE, Numbers.of(1), 0, 8) & -64) + 64;
      client.cancel(first - 64);
      // The number of the call that comes is the next one, in one of the slots.
      for (long call = first; call < first + 64; call++) {
        assertTrue(server.say(call, 1, 0, MORE, TYPE, 8));
      }
      RequestClient caller = client;
      CallException late =
          assertThrows(
              CallException.class,
              () -> caller.call(TYPE, Numbers.of(1), 0, Long.BYTES, how, endless));
      assertEquals(Reason.EXPIRED, late.failure().reason());
    }
  }

  @Test
  void aClientThatAsksWithoutEndKeepsNoOtherFromBeingServed() {
    try (RequestServer server = Requests.server(registry, "s");
        RequestClient busy = Requests.client(registry, "s");
        RequestClient other = Requests.client(registry, "s")) {
      List<Long> served = new ArrayList<>();
      send(busy, CallOptions.defaults());
      other.send(TYPE, Numbers.of(2), 0, Long.BYTES);
      RequestHandler asking =
          (request, type, buffer, offset, length) -> {
            long number = buffer.getLong(offset);
            served.add(number);
            request.reply(type, buffer, offset, length);
            if (number == 1) {
              busy.poll(new Replies(), 10);
              send(busy, CallOptions.defaults());
            }
          };
      Eventually.await(
          "both",
          DEADLINE,
          () -> server.poll(asking, Integer.MAX_VALUE) > 0 && served.contains(2L));
      assertEquals(1, other.poll(replies, 10));
    }
  }

  @Test
  void requestsThatNobodyWaitsForDoNotKeepAPollFromEnding() {
    try (RequestServer server = Requests.server(registry, "s");
        HostileClient hostile = new HostileClient(registry, "s")) {
      hostile.open(4);
      RequestHandler flooding =
          (request, type, buffer, offset, length) -> {
            for (long i = 5; i < 200; i++) {
              hostile.send(i, Long.MAX_VALUE, 0, 0, 0);
            }
            hostile.send(4, Long.MAX_VALUE, 0, 0, 0);
          };
      hostile.send(4, Long.MAX_VALUE, 0, 0, 0);
      Eventually.await("served", DEADLINE, () -> server.poll(flooding, Integer.MAX_VALUE) > 0);
    }
  }

  @Test
  void aServerTakesNoMoreCallsOfAClientThanItSaysThatItHas() {
    try (RequestServer server = Requests.server(registry, "s");
        HostileClient hostile = new HostileClient(registry, "s");
        RequestClient honest = Requests.client(registry, "s")) {
      List<Long> tokens = new ArrayList<>();
      RequestHandler taking =
          (request, type, buffer, offset, length) -> tokens.add(request.later());
      for (long i = 1; i <= 100; i++) {
        long number = i;
        hostile.open(number);
        assertTrue(hostile.send(number, Long.MAX_VALUE, 0, 0, 8));
        Eventually.await(
            "request",
            DEADLINE,
            () -> {
              server.poll(taking, 10);
              return tokens.size() == number;
            });
      }
      assertEquals(HostileClient.SLOTS, server.takenCalls());
      assertEquals(96, tokens.stream().filter(one -> one == Request.BACK_PRESSURED).count());
      send(honest, CallOptions.defaults());
      server.poll(taking, 10);
      assertEquals(HostileClient.SLOTS + 1, server.takenCalls());
    }
  }

  @Test
  void requestsThatNoClientWritesCostItsServers() {
    for (long[] header :
        new long[][] {
          {0, 0, 0}, {-1, 0, 0}, {Long.MIN_VALUE, 0, 0}, {1, 0, -1}, {1, 0, Integer.MIN_VALUE}
        }) {
      Refusals refusals = new Refusals();
      try (RequestServer server = Requests.server(registry, "s", refusals);
          HostileClient hostile = new HostileClient(registry, "s")) {
        hostile.open(1);
        hostile.send(header[0], Long.MAX_VALUE, (int) header[1], (int) header[2], 8);
        Eventually.await(
            "it is left",
            DEADLINE,
            () -> {
              assertEquals(0, server.poll(ServingThread.ECHO, 10));
              return refusals.all.size() == 1 && server.clients().isEmpty();
            });
        assertEquals(DamagedCallsException.class, refusals.all.get(0).getClass());
      }
    }
  }

  @Test
  void anyNumbersInARequestCostNothing() {
    long[] deadlines = {0, -1, Long.MIN_VALUE, Long.MAX_VALUE - 1, System.nanoTime()};
    int[] attempts = {-1, Integer.MIN_VALUE, Integer.MAX_VALUE, ANSWERED_FLAG - 1, 254, 255, 256};
    int[] windows = {0, 1, Integer.MAX_VALUE};
    try (RequestServer server = Requests.server(registry, "s");
        HostileClient hostile = new HostileClient(registry, "s");
        RequestClient honest = Requests.client(registry, "s")) {
      RequestHandler curious =
          (request, type, buffer, offset, length) -> {
            assertTrue(request.attempt() > 0);
            assertTrue(request.nanosLeft() >= 0);
            assertTrue(request.window() >= 0);
            if (request.window() > 0) {
              request.more(type, buffer, offset, length);
            }
            request.reply(type, buffer, offset, length);
          };
      for (long deadline : deadlines) {
        for (int attempt : attempts) {
          for (int window : windows) {
            hostile.open(1);
            hostile.words.putLong(slot(1) + SLOT_CREDIT, deadline ^ window);
            hostile.send(1, deadline, attempt, window, 8);
          }
        }
      }
      honest.send(TYPE, Numbers.of(3), 0, Long.BYTES);
      Eventually.await(
          "an answer",
          DEADLINE,
          () -> {
            server.poll(curious, 10);
            return honest.poll(replies, 10) > 0;
          });
      assertEquals(List.of(3L), replies.values);
      assertEquals(2, server.clients().size());
    }
  }

  @Test
  void memoryOfCallsThatIsSomethingElseIsRefused() {
    int page = Mapping.PAGE_SIZE;
    try (Descriptor plain = Memfd.create("calls", page);
        Descriptor large = Memfd.create("calls", 1 << 24)) {
      assertRefused(plain);
      assertRefused(large);
      assertRefused(with(SLOTS_OFFSET, 0));
      assertRefused(with(SLOTS_OFFSET, -1));
      assertRefused(with(SLOTS_OFFSET, 3));
      assertRefused(with(SLOTS_OFFSET, 1 << 10));
      assertRefused(with(SLOTS_OFFSET, 1 << 30));
      assertRefused(with(SLOTS_OFFSET, Integer.MIN_VALUE));
      assertRefused(with(GREATEST_REPLY_OFFSET, -1));
      assertRefused(with(GREATEST_REPLY_OFFSET, Integer.MIN_VALUE));
      assertRefused(with(GREATEST_REPLY_OFFSET, Integer.MAX_VALUE));
      assertRefused(with(GREATEST_REPLY_OFFSET, 1 << 16));
      assertRefused(with(VERSION_OFFSET, VERSION + (1 << 16)));
      assertRefused(with(MAGIC_OFFSET, 0));
    }
  }

  private final List<Descriptor> made = new ArrayList<>();

  @AfterEach
  void closeMemory() {
    made.forEach(Descriptor::close);
  }

  private Descriptor with(int offset, int value) {
    Descriptor memory = CallTable.create("s", 4, 100);
    made.add(memory);
    try (Mapping mapping = Mapping.of(memory, 0, Mapping.PAGE_SIZE, true)) {
      new UnsafeBuffer(mapping.buffer(0, Mapping.PAGE_SIZE)).putInt(offset, value);
    }
    return memory;
  }

  private void assertRefused(Descriptor memory) {
    Refusals refusals = new Refusals();
    try (Ring requests = HostileClient.ring();
        Ring answers = HostileClient.ring();
        Publication published = HostileClient.publish(registry, "s", requests, answers, memory);
        RequestClient honest = Requests.client(registry, "s")) {
      assertRefused(refusals, honest);
      assertTrue(published.service().name().startsWith(RequestRecord.KIND_CLIENT));
    }
  }

  private void assertRefused(Refusals refusals, RequestClient honest) {
    try (RequestServer server = Requests.server(registry, "s", refusals)) {
      honest.send(TYPE, Numbers.of(3), 0, Long.BYTES);
      Replies answered = new Replies();
      Eventually.await(
          "an answer",
          DEADLINE,
          () -> {
            server.poll(ServingThread.ECHO, 10);
            return honest.poll(answered, 10) > 0 && refusals.all.size() == 1;
          });
      assertEquals(DamagedCallsException.class, refusals.all.get(0).getClass());
      assertEquals(1, server.clients().size());
    }
  }

  /** Its server would ask itself, for ever. */
  @Test
  void aClientWhoseRepliesAreItsRequestsIsRefused() {
    Refusals refusals = new Refusals();
    try (Ring ring = HostileClient.ring();
        Descriptor memory = CallTable.create("s", 4, 100);
        Publication published = HostileClient.publish(registry, "s", ring, ring, memory);
        RequestClient honest = Requests.client(registry, "s")) {
      assertRefused(refusals, honest);
      assertTrue(published.service().name().startsWith(RequestRecord.KIND_CLIENT));
    }
  }
}
