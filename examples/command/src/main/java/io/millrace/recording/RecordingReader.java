package io.millrace.recording;

import io.millrace.os.Closing;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import net.openhft.chronicle.bytes.Bytes;
import net.openhft.chronicle.core.io.IORuntimeException;
import net.openhft.chronicle.queue.ExcerptTailer;
import net.openhft.chronicle.queue.RollCycle;
import net.openhft.chronicle.queue.TailerDirection;
import net.openhft.chronicle.queue.impl.single.SingleChronicleQueue;
import net.openhft.chronicle.wire.DocumentContext;
import org.agrona.collections.Long2ObjectHashMap;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Reads a recording, even while it is being made. Used by one thread. It changes nothing in the
 * directory and holds no recorder up.
 *
 * <p>Records come in the order in which they were recorded, and times never go back.
 */
public final class RecordingReader implements AutoCloseable {
  /** Records of any length can be read. */
  private static final long BLOCK = 1 << 30;

  private final Path directory;
  private final QueueFiles files;
  private final RollCycle cycles;
  private final SingleChronicleQueue queue;
  private final ExcerptTailer tailer;

  /** Reads descriptions of sources that were passed over. */
  private final ExcerptTailer describer;

  private final UnsafeBuffer excerpt = new UnsafeBuffer();
  private final Long2ObjectHashMap<RecordedSource> sources = new Long2ObjectHashMap<>();
  private boolean closed;

  private RecordingReader(Path directory, Rolling rolling) {
    this.directory = directory;
    files = new QueueFiles(directory, rolling);
    cycles = rolling.cycle();
    queue = Engine.forReading(directory, rolling, BLOCK);
    ExcerptTailer first = null;
    try {
      first = queue.createTailer();
      describer = queue.createTailer();
    } catch (RuntimeException | Error failure) {
      Closing.closeAfter(failure, first == null ? null : first::close, queue::close);
      throw failure;
    }
    tailer = first;
  }

  /**
   * Opens a recording, in front of its first record.
   *
   * @param directory where it is
   * @return the reader
   * @throws RecordingException if there is none, it cannot be read, or this JVM lacks a {@linkplain
   *     RecordingFlags#required() flag}
   */
  public static RecordingReader open(Path directory) {
    RecordingFlags.require();
    if (!isRecording(directory)) {
      throw new RecordingException(
          "there is no recording in " + directory + ": 'millrace record NAME --to DIR' makes one");
    }
    Rolling rolling =
        QueueFiles.rollingOf(directory)
            .orElseThrow(
                () -> new RecordingException("the recording in " + directory + " is empty"));
    try {
      return new RecordingReader(directory, rolling);
    } catch (IORuntimeException failure) {
      throw new RecordingException(
          "the recording in " + directory + " cannot be read: " + failure, failure);
    }
  }

  /**
   * Tells whether a directory looks like a recording.
   *
   * @param directory any path
   * @return true if there is one
   */
  public static boolean isRecording(Path directory) {
    return Files.isRegularFile(directory.resolve(QueueFiles.METADATA));
  }

  /**
   * Delivers what was recorded, and returns without waiting for more.
   *
   * @param handler receives it; what it throws comes out of this method, and the record comes again
   * @param limit how many records at most; less than 1 delivers nothing
   * @return how many were delivered, 0 at the end
   * @throws RecordingException if the recording is damaged
   * @throws NullPointerException if the handler is null
   * @throws io.millrace.ClosedException if the reader is closed
   */
  public int poll(RecordedHandler handler, int limit) {
    Objects.requireNonNull(handler, "handler");
    requireOpen();
    int count = 0;
    while (count < limit) {
      try (DocumentContext document = tailer.readingDocument()) {
        if (!document.isPresent()) {
          break;
        }
        try {
          count += deliver(document, handler);
        } catch (RuntimeException | Error failure) {
          document.rollbackOnClose();
          throw failure;
        }
      }
    }
    return count;
  }

  /** Returns how many records that were. */
  private int deliver(DocumentContext document, RecordedHandler handler) {
    view(document);
    switch (ExcerptLayout.kind(excerpt)) {
      case ExcerptLayout.SOURCE -> sources.put(document.index(), ExcerptLayout.source(excerpt));
      case ExcerptLayout.LOSS ->
          handler.onLost(
              source(ExcerptLayout.sourceIndex(excerpt)),
              ExcerptLayout.time(excerpt),
              ExcerptLayout.position(excerpt));
      default -> {
        handler.onRecord(
            source(ExcerptLayout.sourceIndex(excerpt)),
            ExcerptLayout.time(excerpt),
            ExcerptLayout.position(excerpt),
            ExcerptLayout.type(excerpt),
            excerpt,
            ExcerptLayout.HEADER_LENGTH,
            ExcerptLayout.length(excerpt));
        return 1;
      }
    }
    return 0;
  }

  private void view(DocumentContext document) {
    Bytes<?> bytes = document.wire().bytes();
    long length = bytes.readRemaining();
    if (length > Integer.MAX_VALUE) {
      throw damaged(document.index());
    }
    excerpt.wrap(bytes.addressForRead(bytes.readPosition()), (int) length);
    if (!ExcerptLayout.isWhole(excerpt)) {
      throw damaged(document.index());
    }
  }

  private RecordingException damaged(long index) {
    return new RecordingException(
        "the recording in "
            + directory
            + " is damaged at index "
            + Long.toHexString(index)
            + ": what stands there was not written by a recorder");
  }

  private RecordedSource source(long index) {
    RecordedSource known = sources.get(index);
    return known != null ? known : describe(index);
  }

  private RecordedSource describe(long index) {
    UnsafeBuffer current = new UnsafeBuffer();
    current.wrap(excerpt);
    try (DocumentContext document =
        describer.moveToIndex(index) ? describer.readingDocument() : null) {
      if (document == null || !document.isPresent()) {
        throw damaged(index);
      }
      view(document);
      if (ExcerptLayout.kind(excerpt) != ExcerptLayout.SOURCE) {
        throw damaged(index);
      }
      RecordedSource found = ExcerptLayout.source(excerpt);
      sources.put(index, found);
      return found;
    } finally {
      excerpt.wrap(current);
    }
  }

  /**
   * Goes to the first record that was read at a time or later. It looks at a few records for that,
   * however long the recording is.
   *
   * @param time from when on
   * @throws RecordingException if the recording is damaged
   * @throws io.millrace.ClosedException if the reader is closed
   */
  public void seek(Instant time) {
    requireOpen();
    long nanos = nanos(time);
    TreeMap<Integer, Path> all = files.all();
    int wanted = (int) (TimeUnit.NANOSECONDS.toMillis(nanos) / cycles.lengthInMillis());
    Map.Entry<Integer, Path> file = all.ceilingEntry(wanted);
    if (file == null) {
      tailer.toEnd();
    } else {
      int cycle = file.getKey();
      long sequence = cycle > wanted ? 0 : firstNotBefore(cycle, nanos);
      if (!tailer.moveToIndex(cycles.toIndex(cycle, sequence))) {
        // Behind the last one of that file.
        Integer next = all.higherKey(cycle);
        if (next == null) {
          tailer.toEnd();
        } else {
          tailer.moveToIndex(cycles.toIndex(next, 0));
        }
      }
    }
  }

  private long firstNotBefore(int cycle, long nanos) {
    long low = 0; // All before it are too early.
    long step = 1;
    while (isBefore(cycle, low + step - 1, nanos)) {
      low += step;
      step *= 2;
    }
    long high = low + step - 1; // It is not too early, or not there.
    while (low < high) {
      long middle = (low + high) >>> 1;
      if (isBefore(cycle, middle, nanos)) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }

  private boolean isBefore(int cycle, long sequence, long nanos) {
    OptionalLong time = timeAt(cycles.toIndex(cycle, sequence));
    return time.isPresent() && time.getAsLong() < nanos;
  }

  private OptionalLong timeAt(long index) {
    if (!tailer.moveToIndex(index)) {
      return OptionalLong.empty();
    }
    try (DocumentContext document = tailer.readingDocument()) {
      if (!document.isPresent() || document.index() != index) {
        return OptionalLong.empty();
      }
      view(document);
      return OptionalLong.of(ExcerptLayout.time(excerpt));
    }
  }

  /** Hands the newest record to a handler, if there is one, and goes back to the start. */
  void lookAtNewest(RecordedHandler handler) {
    tailer.direction(TailerDirection.BACKWARD).toEnd();
    try {
      boolean found = false;
      while (!found) {
        try (DocumentContext document = tailer.readingDocument()) {
          if (!document.isPresent()) {
            return;
          }
          view(document);
          if (ExcerptLayout.kind(excerpt) == ExcerptLayout.RECORD) {
            deliver(document, handler);
            found = true;
          }
        }
      }
    } finally {
      tailer.direction(TailerDirection.FORWARD).toStart();
    }
  }

  /**
   * When the newest record was read.
   *
   * @return nanoseconds since 1970, nothing if there is no record
   * @throws RecordingException if the recording is damaged
   * @throws io.millrace.ClosedException if the reader is closed
   */
  public OptionalLong newestNanos() {
    requireOpen();
    long here = tailer.index();
    long[] newest = {-1};
    lookAtNewest((source, nanos, position, type, buffer, offset, length) -> newest[0] = nanos);
    if (here != 0) {
      tailer.moveToIndex(here);
    }
    return newest[0] < 0 ? OptionalLong.empty() : OptionalLong.of(newest[0]);
  }

  static long nanos(Instant time) {
    return TimeUnit.SECONDS.toNanos(time.getEpochSecond()) + time.getNano();
  }

  private void requireOpen() {
    if (closed) {
      throw new io.millrace.ClosedException("the reader of " + directory + " is closed");
    }
  }

  /** Closes the reader. Closing again does nothing. */
  @Override
  public void close() {
    if (!closed) {
      closed = true;
      Closing.closeAll(tailer::close, describer::close, queue::close);
    }
  }
}
