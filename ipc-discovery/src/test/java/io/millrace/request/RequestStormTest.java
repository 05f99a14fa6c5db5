package io.millrace.request;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.discovery.Registry;
import io.millrace.request.CallFailure.Reason;
import io.millrace.ring.WaitStrategy;
import io.millrace.testkit.ChildProcess;
import io.millrace.testkit.Eventually;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.agrona.DirectBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Many requests, while servers and other clients are killed: each call ends once. {@code
 * -Dmillrace.request.storm=100000} for more.
 */
class RequestStormTest {
  private static final int REQUESTS = Integer.getInteger("millrace.request.storm", 10_000);
  private static final int SERVERS = 3;
  private static final int CLIENTS = 2;
  private static final int KILLS = 12;

  @TempDir Path root;

  /** What is known of each call, checked with all that is told. */
  private static final class Ledger implements ReplyHandler {
    final Map<Long, Long> open = new HashMap<>();
    final Map<Long, Boolean> idempotent = new HashMap<>();
    final Map<Reason, Integer> failures = new HashMap<>();
    int answered;
    int restarts;

    private void requireOpen(long call, DirectBuffer buffer, int offset) {
      Long number = open.get(call);
      if (number == null || buffer != null && buffer.getLong(offset) != number) {
        throw new AssertionError(
            "call " + call + ": " + number + ", told " + (buffer == null ? "an end" : "a reply"));
      }
    }

    @Override
    public void onReply(long call, int type, DirectBuffer buffer, int offset, int length) {
      requireOpen(call, buffer, offset);
      open.remove(call);
      answered++;
    }

    @Override
    public void onMore(long call, int type, DirectBuffer buffer, int offset, int length) {
      requireOpen(call, buffer, offset);
    }

    @Override
    public void onRestart(long call) {
      requireOpen(call, null, 0);
      restarts++;
    }

    @Override
    public void onFailure(long call, CallFailure failure) {
      requireOpen(call, null, 0);
      open.remove(call);
      if (failure.reason() == Reason.SERVER_LOST && idempotent.get(call)) {
        throw new AssertionError("an idempotent call is lost");
      }
      failures.merge(failure.reason(), 1, Integer::sum);
    }
  }

  @Test
  @Timeout(600)
  void eachRequestIsAnsweredOnceOrItsClientIsTold() {
    long seed = Long.getLong("millrace.seed", System.nanoTime());
    Random random = new Random(seed);
    List<ChildProcess> children = new ArrayList<>();
    Ledger ledger = new Ledger();
    ClientOptions options = ClientOptions.defaults().calls(128).replyCapacity(1 << 19);
    try (Registry registry = Registry.open(root);
        RequestClient client = Requests.client(registry, "s", options)) {
      for (int i = 0; i < SERVERS + CLIENTS; i++) {
        children.add(child(i, random));
      }
      int sent = 0;
      int kills = 0;
      while (sent < REQUESTS) {
        CallOptions how = options(random);
        long call = client.send(1, Numbers.of(sent), 0, Long.BYTES, how);
        if (call > 0) {
          ledger.open.put(call, (long) sent);
          ledger.idempotent.put(call, how.isIdempotent());
          sent++;
        }
        client.poll(
            ledger, 20, WaitStrategy.blocking(), call > 0 ? 0 : Duration.ofSeconds(60).toNanos());
        if (sent > kills * (REQUESTS / KILLS)) {
          int victim = kills++ % children.size();
          children.get(victim).close();
          children.set(victim, child(victim, random));
        }
      }
      Eventually.await(
          "all ends",
          RequestProcess.DEADLINE,
          () -> {
            client.poll(ledger, 100);
            return ledger.open.isEmpty();
          });
      assertEquals(0, client.openCalls());
      assertEquals(
          Set.of(),
          difference(
              ledger.failures.keySet(), Reason.REFUSED, Reason.SERVER_LOST, Reason.UNANSWERED));
      assertTrue(ledger.answered > REQUESTS / 2, ledger.answered + " answered");
      children.forEach(ChildProcess::close);
      Eventually.await(
          "this client alone", RequestProcess.DEADLINE, () -> registry.list().size() == 1);
    } catch (AssertionError failure) {
      throw new AssertionError("-Dmillrace.seed=" + seed + ", open " + ledger.open, failure);
    } finally {
      children.forEach(ChildProcess::close);
    }
  }

  private static Set<Reason> difference(Set<Reason> all, Reason... expected) {
    Set<Reason> rest = new java.util.TreeSet<>(all);
    rest.removeAll(Set.of(expected));
    return rest;
  }

  private ChildProcess child(int index, Random random) {
    return RequestProcess.start(root, index < SERVERS ? "random" : "ask", random.nextLong());
  }

  private static CallOptions options(Random random) {
    CallOptions how = CallOptions.defaults();
    how = random.nextInt(3) == 0 ? how.idempotent() : how;
    return random.nextInt(3) == 0 ? how.stream(1 + random.nextInt(8)) : how;
  }
}
