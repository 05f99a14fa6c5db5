package io.millrace.request;

import static io.millrace.request.CallLayout.*;

import io.millrace.discovery.Acquisition;
import io.millrace.discovery.Registry;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/** Has joined a client as servers do, and says what it likes. */
final class HostileServer implements AutoCloseable {
  private static final DirectBuffer NOTHING = new UnsafeBuffer(new byte[1 << 12]);

  final ServedClient client;
  private final UnsafeBuffer header = new UnsafeBuffer(new byte[REPLY_HEADER]);

  HostileServer(Registry registry, RequestClient client) {
    try (Acquisition acquisition = registry.acquire(client.service().name())) {
      this.client = ServedClient.join(acquisition);
    }
  }

  boolean say(long call, int attempt, int sequence, int kind, int type, int length) {
    return say(call, attempt, sequence, kind, type, NOTHING, length);
  }

  boolean say(long call, int attempt, int sequence, int kind, long number) {
    return say(call, attempt, sequence, kind, 0, Numbers.of(number), Long.BYTES);
  }

  private boolean say(
      long call, int attempt, int sequence, int kind, int type, DirectBuffer payload, int length) {
    header.putLong(REPLY_CORRELATION, call);
    header.putInt(REPLY_ATTEMPT, attempt);
    header.putInt(REPLY_MARK, CallLayout.mark(kind, sequence));
    return client.replies.offer(type, header, 0, REPLY_HEADER, payload, 0, length) >= 0;
  }

  /** Less than a reply begins with. */
  boolean sayNothing(int length) {
    return client.replies.offer(0, NOTHING, 0, length) >= 0;
  }

  @Override
  public void close() {
    client.close();
  }
}
