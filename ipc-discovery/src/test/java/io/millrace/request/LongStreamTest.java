package io.millrace.request;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.discovery.Registry;
import io.millrace.testkit.Eventually;
import java.lang.reflect.Field;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A stream that is longer than a test can wait for: both sides are set forward alike. */
@Timeout(120)
class LongStreamTest {
  private static final int WINDOW = 8;

  @TempDir Path root;

  @Test
  void aStreamGoesOnWhereItsCountersHaveUsedUpTheirBits() throws Exception {
    Replies replies = new Replies();
    ClientOptions options = ClientOptions.defaults().replyCapacity(1 << 17);
    try (Registry registry = Registry.open(root);
        RequestServer server = Requests.server(registry, "s");
        RequestClient client = Requests.client(registry, "s", options)) {
      long[] token = new long[1];
      CallOptions stream = CallOptions.defaults().stream(WINDOW);
      long call = client.send(1, Numbers.of(1), 0, Long.BYTES, stream);
      // The client came behind the server.
      Eventually.await(
          "taken",
          RequestProcess.DEADLINE,
          () -> server.poll((request, t, b, o, l) -> token[0] = request.later(), 10) > 0);
      client.poll(replies, 10);
      OpenCall open = ((OpenCalls) field(client, "calls").get(client)).find(call);
      ServedCall served = ((TakenCalls) field(server, "taken").get(server)).find(token[0]);
      int[] sent = new int[1];
      for (long count : new long[] {(1L << 31) - 20, (1L << 32) - 20}) {
        setForward(open, served, count);
        int end = sent[0] + 100;
        Eventually.await(
            "replies behind " + count,
            RequestProcess.DEADLINE,
            () -> {
              while (sent[0] < end
                  && server.more(token[0], 1, Numbers.of(sent[0]), 0, Long.BYTES) >= 0) {
                sent[0]++;
              }
              assertTrue(sent[0] - replies.more.size() <= WINDOW, "no more than it has credit for");
              client.poll(replies, 100);
              return replies.more.size() == end;
            });
      }
      assertTrue(server.reply(token[0], 1, Numbers.of(-1), 0, Long.BYTES) > 0);
      client.poll(replies, 10);
      assertEquals(LongStream.range(0, sent[0]).boxed().toList(), replies.more);
      assertEquals(List.of(-1L), replies.values);
      assertEquals(List.of(), replies.failures);
      assertEquals(0, replies.restarts);
    }
  }

  /** All that was sent was received. */
  private static void setForward(OpenCall open, ServedCall served, long replies) throws Exception {
    open.received = replies;
    open.granted = replies + WINDOW;
    open.sequence = replies + 1; // The first one said that it was taken.
    field(served, "sent").setLong(served, replies);
    field(served, "sequence").setLong(served, replies + 1);
    served.client.table.grant(open.correlation, CallLayout.credit(open.attempt, open.granted));
  }

  private static Field field(Object of, String name) throws NoSuchFieldException {
    Field field = of.getClass().getDeclaredField(name);
    field.setAccessible(true);
    return field;
  }
}
