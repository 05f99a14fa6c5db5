package io.millrace.perf.peer;

import io.millrace.perf.link.Link;
import io.millrace.perf.link.LinkPlace;
import io.millrace.perf.link.Receiver;
import io.millrace.perf.link.Sender;
import io.millrace.perf.link.Sink;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import net.openhft.chronicle.bytes.Bytes;
import net.openhft.chronicle.queue.ChronicleQueue;
import net.openhft.chronicle.queue.ExcerptAppender;
import net.openhft.chronicle.queue.ExcerptTailer;
import net.openhft.chronicle.queue.RollCycles;
import net.openhft.chronicle.queue.impl.single.SingleChronicleQueueBuilder;
import net.openhft.chronicle.wire.DocumentContext;
import org.agrona.CloseHelper;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/** Chronicle Queue, with its files in memory. */
final class ChronicleLink implements Link {
  /** It keeps all messages. */
  private static final long MOST_BYTES = 1 << 30;

  @Override
  public Map<String, Object> settings(LinkPlace place) {
    Map<String, Object> settings = new LinkedHashMap<>();
    settings.put("directory", "tmpfs");
    settings.put("rollCycle", "FAST_DAILY");
    settings.put("blockSize", "default");
    return settings;
  }

  /** The flags that its documentation asks for on Java 17 and later. */
  @Override
  public List<String> jvmFlags() {
    return List.of(
        "--add-exports=java.base/jdk.internal.ref=ALL-UNNAMED",
        "--add-exports=java.base/sun.nio.ch=ALL-UNNAMED",
        "--add-exports=jdk.unsupported/sun.misc=ALL-UNNAMED",
        "--add-exports=jdk.compiler/com.sun.tools.javac.file=ALL-UNNAMED",
        "--add-opens=jdk.compiler/com.sun.tools.javac=ALL-UNNAMED",
        "--add-opens=java.base/java.lang=ALL-UNNAMED",
        "--add-opens=java.base/java.lang.reflect=ALL-UNNAMED",
        "--add-opens=java.base/java.io=ALL-UNNAMED",
        "--add-opens=java.base/java.util=ALL-UNNAMED",
        "--add-opens=java.base/sun.nio.ch=ALL-UNNAMED",
        // It would announce itself.
        "-Dchronicle.announcer.disable=true");
  }

  @Override
  public long mostBytes() {
    return MOST_BYTES;
  }

  private static ChronicleQueue open(LinkPlace place) {
    return SingleChronicleQueueBuilder.binary(place.file())
        .rollCycle(RollCycles.FAST_DAILY)
        .build();
  }

  @Override
  public Receiver receiver(LinkPlace place) {
    ChronicleQueue queue = open(place);
    return new End(queue, queue.createTailer(), new UnsafeBuffer());
  }

  @Override
  public Sender sender(LinkPlace place) {
    ChronicleQueue queue = open(place);
    return new Start(queue);
  }

  private record End(ChronicleQueue queue, ExcerptTailer tailer, UnsafeBuffer view)
      implements Receiver {
    @Override
    public int poll(Sink sink, int limit) {
      int count = 0;
      while (count < limit) {
        try (DocumentContext document = tailer.readingDocument()) {
          if (!document.isPresent()) {
            break;
          }
          Bytes<?> bytes = document.wire().bytes();
          long at = bytes.readPosition();
          view.wrap(bytes.addressForRead(at), (int) bytes.readRemaining());
          sink.onMessage(view, 0, view.capacity());
          count++;
        }
      }
      return count;
    }

    @Override
    public void close() {
      CloseHelper.closeAll(tailer, queue);
    }
  }

  private static final class Start implements Sender {
    private final ChronicleQueue queue;
    private final ExcerptAppender appender;
    private final UnsafeBuffer view = new UnsafeBuffer();

    Start(ChronicleQueue queue) {
      this.queue = queue;
      appender = queue.createAppender();
    }

    @Override
    public boolean offer(DirectBuffer source, int offset, int length) {
      try (DocumentContext document = appender.writingDocument()) {
        Bytes<?> bytes = document.wire().bytes();
        long at = bytes.writePosition();
        bytes.writeSkip(length); // Makes room.
        view.wrap(bytes.addressForWrite(at), length);
        view.putBytes(0, source, offset, length);
      }
      return true;
    }

    @Override
    public void close() {
      CloseHelper.closeAll(appender, queue);
    }
  }
}
