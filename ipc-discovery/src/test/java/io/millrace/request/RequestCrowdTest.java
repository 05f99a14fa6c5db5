package io.millrace.request;

import static io.millrace.request.CallLayout.*;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.millrace.discovery.Publication;
import io.millrace.discovery.Registry;
import io.millrace.os.Closing;
import io.millrace.os.Descriptor;
import io.millrace.ring.Consumer;
import io.millrace.ring.GroupOptions;
import io.millrace.ring.Producer;
import io.millrace.ring.Ring;
import io.millrace.ring.RingOptions;
import io.millrace.ring.WaitStrategy;
import io.millrace.ring.Waitable;
import io.millrace.testkit.ChildProcess;
import io.millrace.testkit.Eventually;
import io.millrace.testkit.OpenDescriptors;
import io.millrace.testkit.Tools;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Scanner;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A server of many clients, which may not open more descriptors than is usual. {@code
 * -Dmillrace.request.clients=500} for more.
 */
class RequestCrowdTest {
  private static final int CLIENTS = Integer.getInteger("millrace.request.clients", 40);
  private static final int HOSTS = 4;
  private static final Duration DEADLINE = Duration.ofSeconds(300);

  private static final long LOOK_NANOS = 10_000_000;

  /** What a client costs a server that sleeps. */
  private static final int EACH = 7;

  /** Under the usual limit, and where there are few clients near to what they cost. */
  private static final int LIMIT = Math.min(4096, 200 + EACH * CLIENTS);

  @TempDir Path root;

  /**
   * What a client has and publishes, without its watch of the servers: of those a user has not more
   * than 128 where nobody has raised that.
   */
  private static final class Member implements AutoCloseable {
    private static final int SLOTS = 4;
    private static final int GREATEST_REPLY = 64;

    private final Ring requestRing =
        Ring.create(
            RingOptions.capacity(1 << 16)
                .maxGroups(1)
                .maxConsumers(63)
                .maxWaiters(2)
                .forSingleProducer());
    private final Ring replyRing =
        Ring.create(
            RingOptions.capacity(1 << 16)
                .maxProducers(63)
                .maxGroups(1)
                .maxConsumers(1)
                .maxWaiters(1));
    private final Descriptor memory = CallTable.create("crowd", SLOTS, GREATEST_REPLY);
    private final CallTable table = CallTable.open(memory);
    private final Producer requests;
    private final Consumer replies;
    private final Publication publication;
    private long call;
    private boolean answered;

    Member(Registry registry) {
      requestRing.addGroup(RequestRecord.GROUP);
      requests = requestRing.addProducer();
      replies = replyRing.addConsumer(GroupOptions.named("client"));
      String name = RequestRecord.CLIENTS.unique("crowd");
      publication =
          registry.publish(RequestRecord.client(name, "crowd", requestRing, replyRing, memory));
    }

    void ask() {
      answered = false;
      call++;
      long deadline = System.nanoTime() + DEADLINE.toNanos();
      table.open(call, CallLayout.credit(1, 0), deadline, 0);
      UnsafeBuffer record = new UnsafeBuffer(new byte[REQUEST_HEADER + Long.BYTES]);
      record.putLong(REQUEST_CORRELATION, call);
      record.putInt(REQUEST_LIMITS, CallLayout.limits(deadline, 0));
      record.putLong(REQUEST_HEADER, call);
      if (requests.offer(1, record, 0, record.capacity()) < 0) {
        throw new IllegalStateException("no room");
      }
    }

    boolean isAnswered() {
      replies.poll(
          (type, buffer, offset, length) ->
              answered |=
                  CallLayout.kind(buffer.getInt(offset + REPLY_MARK)) == END
                      && buffer.getLong(offset + REPLY_HEADER) == call,
          1);
      return answered;
    }

    @Override
    public void close() {
      table.free(call);
      Closing.closeAll(publication, requests, replies, requestRing, replyRing, table, memory);
    }
  }

  /** A process with some clients, each of which asks once when it comes and once more. */
  static final class Host {
    public static void main(String[] arguments) {
      List<Member> members = new ArrayList<>();
      Scanner input = new Scanner(System.in);
      try (Registry registry = Registry.open(Path.of(arguments[0]))) {
        for (int i = 0; i < Integer.parseInt(arguments[1]); i++) {
          members.add(new Member(registry));
        }
        for (int round = 0; round < 2; round++) {
          members.forEach(Member::ask);
          for (Member member : members) {
            Eventually.await("an answer", DEADLINE, member::isAnswered);
          }
          System.out.println("answered " + round);
          input.nextLine();
        }
        Closing.closeAll(members);
      }
    }
  }

  /** A process with the server. */
  static final class Server {
    public static void main(String[] arguments) {
      int expected = Integer.parseInt(arguments[1]);
      List<String> refused = new ArrayList<>();
      ServerListener listener =
          new ServerListener() {
            @Override
            public void onRefused(String name, RuntimeException reason) {
              refused.add(name + ": " + reason);
            }
          };
      try (Registry registry = Registry.open(Path.of(arguments[0]));
          RequestServer server = Requests.server(registry, "crowd", listener)) {
        System.out.println("serving");
        int served = 0;
        while (served < expected) {
          served += server.poll(ServingThread.ECHO, 100, WaitStrategy.blocking(), Waitable.FOREVER);
        }
        System.out.println("served " + served + " refused " + refused);
        while (!server.clients().isEmpty()) {
          server.poll(ServingThread.ECHO, 100, WaitStrategy.blocking(), LOOK_NANOS);
        }
        System.out.println("alone");
      }
    }
  }

  @Test
  @Timeout(900)
  void aServerOfManyClientsAnswersThemAllUnderTheUsualLimitOfDescriptors() {
    Tools.assumeWorks("prlimit", "--nofile=" + LIMIT, "true");
    int each = CLIENTS / HOSTS;
    int all = HOSTS * each;
    List<ChildProcess> hosts = new ArrayList<>();
    try (ChildProcess server =
        ChildProcess.startUnder(
            List.of("prlimit", "--nofile=" + LIMIT),
            List.of(),
            Server.class,
            root.toString(),
            "" + 2 * all)) {
      server.expectLine("serving", DEADLINE);
      for (int i = 0; i < HOSTS; i++) {
        hosts.add(ChildProcess.start(Host.class, root.toString(), "" + each));
      }
      for (int round = 0; round < 2; round++) {
        for (ChildProcess host : hosts) {
          host.expectLine("answered " + round, DEADLINE);
        }
        hosts.forEach(host -> host.send("go on"));
      }
      assertEquals(2 * all + " refused []", server.expectLine("served ", DEADLINE));
      for (ChildProcess host : hosts) {
        assertEquals(0, host.awaitExit(DEADLINE));
      }
      server.expectLine("alone", DEADLINE);
      assertEquals(0, server.awaitExit(DEADLINE));
      try (Registry registry = Registry.open(root)) {
        assertEquals(List.of(), registry.list());
      }
    } finally {
      hosts.forEach(ChildProcess::close);
    }
  }

  @Test
  @Timeout(300)
  void aSleepingServerHoldsSevenDescriptorsForEachClient() {
    List<ChildProcess> hosts = new ArrayList<>();
    try (Registry registry = Registry.open(root);
        ServingThread server = ServingThread.start(registry, "crowd", ServingThread.ECHO)) {
      Eventually.await("it sleeps", DEADLINE, server::isSleeping);
      long before = descriptors();
      for (int clients = 1; clients <= 3; clients++) {
        hosts.add(ChildProcess.start(Host.class, root.toString(), "1"));
        hosts.getLast().expectLine("answered 0", DEADLINE);
        long expected = before + (long) EACH * clients;
        Eventually.await(
            EACH + " for each of " + clients,
            DEADLINE,
            () -> server.isSleeping() && descriptors() == expected);
      }
      for (ChildProcess host : hosts) {
        host.send("once more");
        host.expectLine("answered 1", DEADLINE);
        host.send("end");
        assertEquals(0, host.awaitExit(DEADLINE));
      }
      Eventually.await("none is left", DEADLINE, () -> descriptors() == before);
    } finally {
      hosts.forEach(ChildProcess::close);
    }
  }

  /** Without the pipes to children of this process. */
  private static long descriptors() {
    return OpenDescriptors.now().values().stream()
        .filter(target -> !target.startsWith("pipe:"))
        .count();
  }
}
