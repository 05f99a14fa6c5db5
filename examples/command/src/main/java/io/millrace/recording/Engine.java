package io.millrace.recording;

import java.io.File;
import java.nio.file.Path;
import net.openhft.chronicle.core.time.TimeProvider;
import net.openhft.chronicle.queue.impl.single.SingleChronicleQueue;
import net.openhft.chronicle.queue.impl.single.SingleChronicleQueueBuilder;
import net.openhft.chronicle.queue.impl.single.TableStoreWriteLock;
import net.openhft.chronicle.queue.impl.table.Metadata;
import net.openhft.chronicle.queue.impl.table.SingleTableBuilder;
import net.openhft.chronicle.threads.Pauser;

/** The one place where queues are opened. */
final class Engine {
  /**
   * How long the engine waits for other writers, which do not exist: a recording has one recorder,
   * by a lock of the recorder's own.
   */
  private static final long OTHERS_MILLIS = 50;

  static {
    // Unless the user wants these: words on standard output, and a thread that warns of full disks.
    setIfAbsent("chronicle.announcer.disable", "true");
    setIfAbsent("chronicle.disk.monitor.disable", "true");
    SingleChronicleQueueBuilder.addAliases();
  }

  private Engine() {}

  private static void setIfAbsent(String property, String value) {
    if (System.getProperty(property) == null) {
      System.setProperty(property, value);
    }
  }

  /** Opens it for the only writer. */
  static SingleChronicleQueue forWriting(
      Path directory, Rolling rolling, long blockSize, TimeProvider time) {
    RecordingFlags.require();
    return SingleChronicleQueueBuilder.binary(directory)
        .rollCycle(rolling.cycle())
        .blockSize(blockSize)
        .timeoutMS(OTHERS_MILLIS)
        .timeProvider(time)
        .build();
  }

  static SingleChronicleQueue forReading(Path directory, Rolling rolling, long blockSize) {
    RecordingFlags.require();
    return SingleChronicleQueueBuilder.binary(directory)
        .rollCycle(rolling.cycle())
        .blockSize(blockSize)
        .readOnly(true)
        .build();
  }

  /**
   * Takes the engine's locks from a writer that was killed. It knows its holder by a pid, which may
   * be another process by now, and would wait for that for seconds; the caller has the recording's
   * own lock, which the kernel takes from the dead.
   */
  static void unlock(Path directory) {
    RecordingFlags.require();
    File metadata = directory.resolve(QueueFiles.METADATA).toFile();
    if (metadata.length() == 0) {
      return;
    }
    try (var table =
            SingleTableBuilder.binary(metadata, Metadata.NoMeta.INSTANCE).readOnly(false).build();
        var appending =
            new TableStoreWriteLock(
                table, Pauser::balanced, 0L, TableStoreWriteLock.APPEND_LOCK_KEY);
        var writing = new TableStoreWriteLock(table, Pauser::balanced, 0L)) {
      appending.forceUnlock();
      writing.forceUnlock();
    }
  }
}
