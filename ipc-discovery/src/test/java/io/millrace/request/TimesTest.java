package io.millrace.request;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.discovery.Registry;
import io.millrace.request.CallFailure.Reason;
import io.millrace.testkit.Times;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

/** Every time that can be given to a call means something. */
@Timeout(120)
class TimesTest {
  private static final Map<String, Calling> CALLS =
      Map.of(
          "RequestClient.call(int, DirectBuffer, int, int, Duration)",
          (client, time) -> client.call(1, Numbers.of(1), 0, Long.BYTES, time),
          "CallOptions.timeout(Duration)",
          (client, time) -> call(client, CallOptions.timeout(time)),
          "CallOptions.within(Duration)",
          (client, time) -> call(client, CallOptions.defaults().idempotent().within(time)));

  static final Iterable<Duration> FOR_EVER = Times.FOR_EVER;
  static final Iterable<Duration> AT_ONCE = Times.AT_ONCE;

  @TempDir Path root;

  private interface Calling {
    Reply call(RequestClient client, Duration time);
  }

  private static Reply call(RequestClient client, CallOptions how) {
    return client.call(1, Numbers.of(1), 0, Long.BYTES, how);
  }

  @Test
  void everyPublicMethodThatTakesATimeIsTestedHere() {
    assertEquals(Times.methodsThatTakeATime(RequestClient.class), new TreeSet<>(CALLS.keySet()));
  }

  @ParameterizedTest
  @FieldSource("FOR_EVER")
  void whoWaitsForEverGetsWhatComes(Duration time) throws Exception {
    try (Registry registry = Registry.open(root)) {
      for (Map.Entry<String, Calling> each : CALLS.entrySet()) {
        FutureTask<Integer> waiting =
            new FutureTask<>(
                () -> {
                  try (RequestClient client = Requests.client(registry, "s")) {
                    return each.getValue().call(client, time).length();
                  }
                });
        Thread thread = new Thread(waiting, each.getKey());
        thread.start();
        try (ServingThread server = ServingThread.start(registry, "s", ServingThread.ECHO)) {
          assertEquals(Long.BYTES, waiting.get(60, TimeUnit.SECONDS), each.getKey());
          assertTrue(server.isServing());
        }
        thread.join();
      }
    }
  }

  @ParameterizedTest
  @FieldSource("AT_ONCE")
  void whoDoesNotWaitIsToldAtOnceAndNobodyBeginsWithIt(Duration time) {
    try (Registry registry = Registry.open(root);
        RequestServer server = Requests.server(registry, "s");
        RequestClient client = Requests.client(registry, "s")) {
      for (Map.Entry<String, Calling> each : CALLS.entrySet()) {
        CallException late =
            assertThrows(CallException.class, () -> each.getValue().call(client, time));
        assertEquals(Reason.EXPIRED, late.failure().reason(), each.getKey());
        assertEquals(0, server.poll(ServingThread.ECHO, 10), each.getKey());
      }
    }
  }
}
