package io.millrace.bridge;

import io.aeron.CncFileDescriptor;
import io.aeron.CommonContext;
import java.io.IOException;
import java.nio.MappedByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.concurrent.TimeUnit;
import org.agrona.BufferUtil;
import org.agrona.DirectBuffer;
import org.agrona.IoUtil;

/**
 * The place of a bridge's own media driver. What a killed bridge has left there goes, although it
 * counts as alive for ten seconds; the driver that somebody else runs there stays. What tells them
 * from each other is a note in the directory of the bridge, which is there as long as its driver.
 */
final class OwnDriver implements AutoCloseable {
  private static final String NOTE = "driver";
  private static final long ALIVE_MILLIS = TimeUnit.SECONDS.toMillis(10);

  private static final long STARTING = -1;

  private final Path note;

  private OwnDriver(Path note) {
    this.note = note;
  }

  /**
   * Takes the place.
   *
   * @param directory of the bridge, whose lock the caller has
   * @throws BridgeException if the driver of another one runs there
   */
  static OwnDriver at(Path directory, Path driver) throws IOException {
    Path note = directory.resolve(NOTE);
    String before = "";
    if (Files.exists(driver.resolve(CncFileDescriptor.CNC_FILE))) {
      long pid = pid(driver);
      String there = noteOf(pid, driver);
      if (Files.exists(note) && Files.readAllLines(note).contains(there)) {
        before = there + System.lineSeparator(); // Still true if this one is killed soon.
      } else if (pid != STARTING
          && CommonContext.isDriverActive(driver.toFile(), ALIVE_MILLIS, said -> {})) {
        throw new BridgeException(
            "a media driver runs in "
                + driver
                + " already, of process "
                + pid
                + ": give the bridge's own one another directory");
      }
    }
    Path written = directory.resolve(NOTE + ".new");
    Files.writeString(written, before + noteOf(ProcessHandle.current().pid(), driver));
    Files.move(written, note, StandardCopyOption.ATOMIC_MOVE);
    return new OwnDriver(note);
  }

  private static String noteOf(long pid, Path driver) {
    return pid + " " + driver.toAbsolutePath();
  }

  /** Of the driver that made the file, if it has come so far that it runs. */
  private static long pid(Path driver) {
    MappedByteBuffer file =
        IoUtil.mapExistingFile(driver.resolve(CncFileDescriptor.CNC_FILE).toFile(), "driver");
    try {
      if (file.capacity() < CncFileDescriptor.END_OF_METADATA_OFFSET) {
        return STARTING;
      }
      DirectBuffer data = CncFileDescriptor.createMetaDataBuffer(file);
      return data.getInt(CncFileDescriptor.cncVersionOffset(0)) == 0
          ? STARTING
          : CncFileDescriptor.pid(data);
    } finally {
      BufferUtil.free(file);
    }
  }

  /** Once the driver has ended. */
  @Override
  public void close() throws IOException {
    Files.deleteIfExists(note);
  }
}
