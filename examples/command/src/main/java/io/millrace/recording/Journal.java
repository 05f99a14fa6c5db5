package io.millrace.recording;

import static io.millrace.recording.Steps.Step.*;

import io.millrace.os.Closing;
import io.millrace.os.Directory;
import io.millrace.os.DirectoryLock;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import net.openhft.chronicle.bytes.Bytes;
import net.openhft.chronicle.core.time.TimeProvider;
import net.openhft.chronicle.queue.ExcerptAppender;
import net.openhft.chronicle.queue.impl.single.SingleChronicleQueue;
import net.openhft.chronicle.queue.impl.single.SingleChronicleQueueStore;
import net.openhft.chronicle.wire.DocumentContext;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.HighResolutionClock;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * The file side of a recorder: appends excerpts for which there is room on the disk. Used by one
 * thread; a lock on the directory keeps other recorders out.
 */
final class Journal implements AutoCloseable {
  /** What the engine may write beside an excerpt: its own header, and two pages of its index. */
  private static final long SLACK = 1 << 20;

  private static final long USUAL_BLOCK = 64 << 20;

  /** The engine writes into what it has mapped and a quarter of a block more. */
  private static final int BLOCK_PER_EXCERPT = 4;

  private static final int NONE = -1;

  private final Path path;
  private final RecorderOptions options;
  private final DiskRoom room;
  private final QueueFiles files;
  private final Time time = new Time();
  private final UnsafeBuffer excerpt = new UnsafeBuffer();
  private final UnsafeBuffer description = new UnsafeBuffer(new byte[ExcerptLayout.LONGEST_SOURCE]);
  private SingleChronicleQueue queue;
  private ExcerptAppender appender;
  private long blockSize = USUAL_BLOCK;

  /** The file that is written to, and up to where it is written. */
  private int cycle = NONE;

  private long end;
  private String obstacle = "";
  private RecordedSource newestSource;
  private long newestPosition = NONE;

  /** The engine asks this for the time, and so rolls between two excerpts and never inside one. */
  private static final class Time implements TimeProvider {
    private long nanos;

    @Override
    public long currentTimeMillis() {
      return TimeUnit.NANOSECONDS.toMillis(nanos);
    }

    @Override
    public long currentTimeNanos() {
      return nanos;
    }
  }

  /** What the journal keeps with each source that is written to it. */
  static final class Entry {
    final RecordedSource source;

    /** The newest record of it that is kept for certain. */
    long recorded = NONE;

    /** Where it is described in the file that is written to. */
    private long index;

    private int describedIn = NONE;

    Entry(RecordedSource source) {
      this.source = source;
    }
  }

  private Journal(Path path, RecorderOptions options, DiskRoom room) {
    this.path = path;
    this.options = options;
    this.room = room;
    files = new QueueFiles(path, options.rolling());
  }

  static Journal open(RecorderOptions options) {
    RecordingFlags.require();
    Path path = options.directory();
    DiskRoom room = null;
    Journal journal = null;
    try {
      Files.createDirectories(path);
      room = new DiskRoom(path, options.leaveFree());
      lock(room.directory());
      Steps.reached(DIRECTORY_LOCKED);
      requireSameRolling(path, options.rolling());
      journal = new Journal(path, options, room);
      journal.start();
      return journal;
    } catch (IOException failure) {
      Closing.closeAfter(failure, journal == null ? room : journal);
      throw new RecordingException("cannot make a recording in " + path + ": " + failure, failure);
    } catch (RuntimeException | Error failure) {
      Closing.closeAfter(failure, journal == null ? room : journal);
      throw failure;
    }
  }

  private static void lock(Directory directory) {
    if (!DirectoryLock.tryExclusive(directory)) {
      throw new RecordingException(
          directory.path()
              + " is being recorded to by another process: end that one, or record to another"
              + " directory");
    }
  }

  private static void requireSameRolling(Path path, Rolling wanted) {
    Rolling there = QueueFiles.rollingOf(path).orElse(wanted);
    if (there != wanted) {
      throw new RecordingException(
          "the recording in "
              + path
              + " rolls "
              + there
              + " and cannot go on "
              + wanted
              + ": record to another directory, or roll as before");
    }
  }

  private void start() throws IOException {
    // The engine's own file and the first one's beginning.
    if (!room.hasFree(2 * SLACK)) {
      throw new RecordingException("cannot record to " + path + ": " + room.obstacle());
    }
    files.removeUnused();
    Engine.unlock(path);
    Steps.reached(ENGINE_UNLOCKED);
    time.nanos = HighResolutionClock.epochNanos();
    openQueue();
    Steps.reached(ENGINE_OPENED);
    readNewest();
    Steps.reached(NEWEST_READ);
  }

  private void openQueue() {
    queue = Engine.forWriting(path, options.rolling(), blockSize, time);
    appender = queue.createAppender();
    cycle = NONE;
  }

  /** Finds out with which record the last recorder ended. */
  private void readNewest() {
    if (files.all().isEmpty()) {
      return;
    }
    try (RecordingReader reader = RecordingReader.open(path)) {
      reader.lookAtNewest(
          (source, nanos, position, type, buffer, offset, length) -> {
            newestSource = source;
            newestPosition = position;
            time.nanos = Math.max(time.nanos, nanos);
          });
    }
  }

  /** Makes a source known, which may be one of an earlier recorder. */
  Entry entry(RecordedSource source) {
    Entry entry = new Entry(source);
    if (newestSource != null && newestSource.id() == source.id()) {
      entry.recorded = newestPosition;
    }
    return entry;
  }

  /** Why the last append was refused. */
  String obstacle() {
    return obstacle;
  }

  /**
   * Appends a record. Once this returns true it outlives this process, whatever becomes of it.
   *
   * @return false if there is no room for it
   */
  boolean append(
      Entry entry, long position, int type, DirectBuffer buffer, int offset, int length) {
    if (!prepare(entry, ExcerptLayout.HEADER_LENGTH + length)) {
      return false;
    }
    try (DocumentContext document = appender.writingDocument()) {
      try {
        claim(document, ExcerptLayout.HEADER_LENGTH + length);
        Steps.reached(EXCERPT_CLAIMED);
        ExcerptLayout.putHeader(
            excerpt, ExcerptLayout.RECORD, type, time.nanos, entry.index, position, length);
        excerpt.putBytes(ExcerptLayout.HEADER_LENGTH, buffer, offset, length);
        Steps.reached(EXCERPT_FILLED);
      } catch (RuntimeException | Error failure) {
        document.rollbackOnClose();
        throw failure;
      }
    }
    written();
    Steps.reached(RECORD_APPENDED);
    entry.recorded = position;
    return true;
  }

  /** Notes that so much of a stream was missed. Returns false if there is no room for it. */
  boolean appendLoss(Entry entry, long bytes) {
    if (!prepare(entry, ExcerptLayout.HEADER_LENGTH)) {
      return false;
    }
    try (DocumentContext document = appender.writingDocument()) {
      claim(document, ExcerptLayout.HEADER_LENGTH);
      ExcerptLayout.putHeader(excerpt, ExcerptLayout.LOSS, 0, time.nanos, entry.index, bytes, 0);
    }
    written();
    return true;
  }

  /** Sees to it that there is room for an excerpt, and that its source is described. */
  private boolean prepare(Entry entry, int length) {
    time.nanos = Math.max(time.nanos, HighResolutionClock.epochNanos());
    if (length > blockSize / BLOCK_PER_EXCERPT - SLACK) {
      enlargeBlocks(length);
    }
    int now = queue.cycle();
    if (now != cycle && !enter(now, length)
        || cycle == now && !room.reserve(end + length + ExcerptLayout.LONGEST_SOURCE + SLACK)) {
      obstacle = room.obstacle();
      return false;
    }
    if (entry.describedIn != cycle) {
      describe(entry);
    }
    return true;
  }

  /** Room first: the engine writes to a new file as soon as it has it. */
  private boolean enter(int next, int length) {
    long start = writtenTo(next);
    if (!room.open(files.name(next), start + length + ExcerptLayout.LONGEST_SOURCE + SLACK)) {
      return false;
    }
    Steps.reached(FILE_RESERVED);
    end = start;
    cycle = next;
    return true;
  }

  /** Removes the oldest finished files while all together are too large. */
  void dropOldest() {
    TreeMap<Integer, Path> all = files.all();
    long size = all.values().stream().mapToLong(file -> file.toFile().length()).sum();
    boolean dropped = false;
    while (size > options.keepAtMost() && !all.isEmpty() && all.firstKey() < cycle) {
      File oldest = all.pollFirstEntry().getValue().toFile();
      size -= oldest.length();
      dropped |= oldest.delete();
    }
    if (dropped) {
      queue.refreshDirectoryListing();
    }
  }

  /** Up to where a file is written that may be there; with what comes first in a new one. */
  private long writtenTo(int next) {
    try (SingleChronicleQueueStore store =
        queue.storeForCycle(next, options.rolling().cycle().defaultEpoch(), false, null)) {
      return store == null ? 0 : store.writePosition();
    }
  }

  private void describe(Entry entry) {
    int length = ExcerptLayout.putSource(description, time.nanos, entry.source);
    try (DocumentContext document = appender.writingDocument()) {
      claim(document, length);
      excerpt.putBytes(0, description, 0, length);
    }
    written();
    Steps.reached(SOURCE_DESCRIBED);
    entry.index = appender.lastIndexAppended();
    entry.describedIn = cycle;
  }

  private void claim(DocumentContext document, int length) {
    Bytes<?> bytes = document.wire().bytes();
    long at = bytes.writePosition();
    bytes.writeSkip(length); // Maps what is not mapped yet.
    excerpt.wrap(bytes.addressForWrite(at), length);
  }

  private void written() {
    end = appender.wire().bytes().writePosition();
  }

  private void enlargeBlocks(int length) {
    blockSize = Long.highestOneBit(BLOCK_PER_EXCERPT * (length + SLACK)) * 2;
    Closing.closeAll(appender::close, queue::close);
    openQueue();
  }

  @Override
  public void close() {
    Closing.closeAll(
        appender == null ? null : appender::close, queue == null ? null : queue::close, room);
  }
}
