package io.millrace.perf.peer;

import io.millrace.perf.harness.Fork;
import io.millrace.perf.link.Link;
import io.millrace.perf.link.LinkPlace;
import io.millrace.perf.link.Receiver;
import io.millrace.perf.link.Sender;
import io.millrace.perf.link.Sink;
import java.io.IOException;
import java.util.Map;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * The floor: bytes in shared memory, and the first word of the message, which no two messages have
 * in common, stored last with release. A message of 32 bytes is in one cache line.
 *
 * <p>The next message is written over the last one: only for a sender that waits for an answer.
 */
final class LineLink implements Link {
  /** Lines away from the page's start and from each other's neighbours, which are prefetched. */
  private static final int AT = 256;

  @Override
  public Map<String, Object> settings(LinkPlace place) {
    return Map.of("memory", "a mapped file in tmpfs");
  }

  @Override
  public void prepare(Fork fork, LinkPlace place) throws IOException {
    try (MappedFile file = MappedFile.create(place.file(), 4096L + place.length())) {
      file.buffer().putLongVolatile(AT, -1);
    }
  }

  @Override
  public Receiver receiver(LinkPlace place) throws IOException {
    return new End(MappedFile.open(place.file()), place.length());
  }

  @Override
  public Sender sender(LinkPlace place) throws IOException {
    return new Start(MappedFile.open(place.file()));
  }

  private static final class End implements Receiver {
    private final MappedFile file;
    private final UnsafeBuffer line;
    private final int length;
    private long seen = -1;

    End(MappedFile file, int length) {
      this.file = file;
      line = file.buffer();
      this.length = length;
    }

    @Override
    public int poll(Sink sink, int limit) {
      long word = line.getLongVolatile(AT);
      if (word == seen) {
        return 0;
      }
      seen = word;
      sink.onMessage(line, AT, length);
      return 1;
    }

    @Override
    public void close() {
      file.close();
    }
  }

  private static final class Start implements Sender {
    private final MappedFile file;
    private final UnsafeBuffer line;

    Start(MappedFile file) {
      this.file = file;
      line = file.buffer();
    }

    @Override
    public boolean offer(DirectBuffer source, int offset, int length) {
      line.putBytes(AT + Long.BYTES, source, offset + Long.BYTES, length - Long.BYTES);
      line.putLongRelease(AT, source.getLong(offset));
      return true;
    }

    @Override
    public void close() {
      file.close();
    }
  }
}
