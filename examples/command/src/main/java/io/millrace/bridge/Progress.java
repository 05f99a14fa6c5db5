package io.millrace.bridge;

import io.millrace.os.Closing;
import io.millrace.snapshot.Snapshot;
import io.millrace.snapshot.SnapshotException;
import io.millrace.snapshot.SnapshotOptions;
import io.millrace.snapshot.SnapshotReader;
import io.millrace.snapshot.SnapshotWriter;
import io.millrace.snapshot.Synchronizer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import org.agrona.DirectBuffer;
import org.agrona.ExpandableArrayBuffer;

/**
 * What a receiver has received up to, in a snapshot: as a whole, or as it was before, also when the
 * receiver is killed while it writes.
 */
final class Progress implements AutoCloseable {
  /** The name of its file. */
  static final String NOTES = "received";

  private static final Duration GRACE = Duration.ofSeconds(1);
  private static final int VERSION = 1;
  private static final long LONGEST = 1 << 20;

  /** So many that have ended are remembered, in case that they come again. */
  private static final int MOST_ENDED = 1000;

  // Which recording.
  long recording = -1;
  long startedAt;

  /** Up to where it was read. */
  long position = -1;

  /** Up to where the archive certainly has what was read. */
  long safe = -1;

  /** The run of the sender that was read last; 0 if none was. */
  long run;

  /** Those that ended first are first among those that have ended. */
  final Map<Long, Incoming> sources = new LinkedHashMap<>();

  private final ExpandableArrayBuffer buffer = new ExpandableArrayBuffer();
  private final SnapshotWriter writer;
  private int at;

  private Progress(SnapshotWriter writer) {
    this.writer = writer;
  }

  static Progress open(Path file) {
    Synchronizer path = Synchronizer.open(file, SnapshotOptions.defaults().maximumLength(LONGEST));
    Progress progress = new Progress(path.writer());
    try (SnapshotReader reader = path.reader();
        Snapshot value = reader.read()) {
      progress.decode(value.buffer());
    } catch (SnapshotException.NothingWritten none) {
      return progress;
    } catch (IndexOutOfBoundsException | IllegalArgumentException damage) {
      Closing.closeAfter(damage, progress);
      throw new BridgeException(
          file + " is damaged: remove it, and everything that the archive has comes again", damage);
    } catch (RuntimeException | Error failure) {
      Closing.closeAfter(failure, progress);
      throw failure;
    }
    return progress;
  }

  private void decode(DirectBuffer value) {
    at = 0;
    if (value.getInt(take(Integer.BYTES)) != VERSION) {
      throw new IllegalArgumentException("another version");
    }
    recording = value.getLong(take(Long.BYTES));
    startedAt = value.getLong(take(Long.BYTES));
    position = value.getLong(take(Long.BYTES));
    safe = value.getLong(take(Long.BYTES));
    run = value.getLong(take(Long.BYTES));
    for (int left = value.getInt(take(Integer.BYTES)); left > 0; left--) {
      long id = value.getLong(take(Long.BYTES));
      BridgedSource.Kind kind = BridgedSource.kind(value.getInt(take(Integer.BYTES)));
      Incoming one = new Incoming(new BridgedSource(id, kind, text(value)));
      one.last = value.getLong(take(Long.BYTES));
      one.run = value.getLong(take(Long.BYTES));
      one.hasEnded = value.getInt(take(Integer.BYTES)) != 0;
      one.noted = value.getLong(take(Long.BYTES));
      one.notedRing = value.getLong(take(Long.BYTES));
      one.notedSkip = value.getLong(take(Long.BYTES));
      one.notedService = text(value);
      sources.put(id, one);
    }
  }

  private int take(int length) {
    at += length;
    return at - length;
  }

  private String text(DirectBuffer value) {
    String text = value.getStringUtf8(at);
    at += value.getInt(at) + Integer.BYTES;
    return text;
  }

  /** Writes it down. */
  void note() {
    at = 0;
    buffer.putInt(take(Integer.BYTES), VERSION);
    buffer.putLong(take(Long.BYTES), recording);
    buffer.putLong(take(Long.BYTES), startedAt);
    buffer.putLong(take(Long.BYTES), position);
    buffer.putLong(take(Long.BYTES), safe);
    buffer.putLong(take(Long.BYTES), run);
    buffer.putInt(take(Integer.BYTES), sources.size());
    for (Incoming one : sources.values()) {
      buffer.putLong(take(Long.BYTES), one.source.id());
      buffer.putInt(take(Integer.BYTES), one.source.kind().ordinal());
      at += buffer.putStringUtf8(at, one.source.name());
      buffer.putLong(take(Long.BYTES), one.last);
      buffer.putLong(take(Long.BYTES), one.run);
      buffer.putInt(take(Integer.BYTES), one.hasEnded ? 1 : 0);
      one.noteInlet();
      buffer.putLong(take(Long.BYTES), one.noted);
      buffer.putLong(take(Long.BYTES), one.notedRing);
      buffer.putLong(take(Long.BYTES), one.notedSkip);
      at += buffer.putStringUtf8(at, one.notedService);
    }
    writer.write(buffer, 0, at, GRACE);
  }

  /** Notes that one has ended, and forgets those that did long ago. */
  void ended(Incoming one) {
    one.hasEnded = true;
    sources.remove(one.source.id());
    sources.put(one.source.id(), one);
    long many = sources.values().stream().filter(known -> known.hasEnded).count();
    Iterator<Incoming> all = sources.values().iterator();
    while (many > MOST_ENDED) {
      if (all.next().hasEnded) {
        all.remove();
        many--;
      }
    }
  }

  @Override
  public void close() {
    writer.close();
  }
}
