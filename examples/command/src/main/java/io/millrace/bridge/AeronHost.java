package io.millrace.bridge;

import io.aeron.Aeron;
import io.aeron.CommonContext;
import io.aeron.archive.Archive;
import io.aeron.archive.ArchiveMarkFile;
import io.aeron.archive.ArchiveThreadingMode;
import io.aeron.archive.ArchiveTool;
import io.aeron.archive.client.ArchiveException;
import io.aeron.driver.MediaDriver;
import io.aeron.driver.ThreadingMode;
import io.aeron.exceptions.AeronException;
import io.millrace.os.Closing;
import io.millrace.os.Directory;
import io.millrace.os.DirectoryLock;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.agrona.concurrent.BackoffIdleStrategy;
import org.agrona.concurrent.status.CountersReader;

/**
 * The engine in this process: a client, and the media driver and the archive if they are not
 * foreign ones.
 */
final class AeronHost implements AutoCloseable {
  /** After so long without a packet a receiver looks for the sender anew. */
  private static final long IMAGE_LIVENESS_NANOS = TimeUnit.SECONDS.toNanos(2);

  /** Of what the archive says when its process was killed inside a write. */
  private static final Pattern HALF_A_FRAME =
      Pattern.compile("straddling page boundary in file: .*?([^/]+\\.rec)");

  /** Of the client's own thread. */
  private final Queue<Throwable> errors = new ConcurrentLinkedQueue<>();

  private Directory lock;
  private OwnDriver place;
  private MediaDriver driver;
  private Archive archive;
  private Aeron aeron;

  private AeronHost() {}

  /** With a driver of its own, and an archive if a directory for it is given. */
  static AeronHost own(Path directory, Path driver, String control) {
    AeronHost host = new AeronHost();
    try {
      host.take(directory);
      Path ownDriver = driver == null ? driverOf(directory) : driver;
      host.place = OwnDriver.at(directory, ownDriver);
      host.driver =
          MediaDriver.launch(
              new MediaDriver.Context()
                  .aeronDirectoryName(ownDriver.toString())
                  .threadingMode(ThreadingMode.SHARED)
                  .sharedIdleStrategy(idle())
                  .imageLivenessTimeoutNs(IMAGE_LIVENESS_NANOS)
                  // What may be there is that of a killed bridge.
                  .dirDeleteOnStart(true)
                  .dirDeleteOnShutdown(true));
      if (control != null) {
        host.archive = launchArchive(directory, ownDriver, control);
      }
      host.connect(ownDriver);
      return host;
    } catch (IOException failure) {
      Closing.closeAfter(failure, host);
      throw new BridgeException("cannot use " + directory + ": " + failure, failure);
    } catch (AeronException failure) {
      Closing.closeAfter(failure, host);
      throw new BridgeException(
          "Aeron does not start in " + directory + ": " + failure.getMessage(), failure);
    } catch (RuntimeException | Error failure) {
      Closing.closeAfter(failure, host);
      throw failure;
    }
  }

  /** With the driver of another process, and a directory that is this one's if it is given. */
  static AeronHost foreign(Path directory, Path driver) {
    AeronHost host = new AeronHost();
    try {
      if (directory != null) {
        host.take(directory);
      }
      host.connect(driver);
      return host;
    } catch (IOException failure) {
      Closing.closeAfter(failure, host);
      throw new BridgeException("cannot use " + directory + ": " + failure, failure);
    } catch (AeronException failure) {
      Closing.closeAfter(failure, host);
      throw new BridgeException(
          "no media driver runs in " + driver + ": start it, or bridge with an own one", failure);
    }
  }

  /** Also where a killed one has left a frame in half, without which the archive begins. */
  private static Archive launchArchive(Path directory, Path driver, String control)
      throws IOException {
    Set<String> cut = new HashSet<>();
    while (true) {
      // The lock says that this mark is that of a killed process; it would count for ten seconds.
      Files.deleteIfExists(directory.resolve(ArchiveMarkFile.FILENAME));
      try {
        return Archive.launch(archive(directory, driver, control));
      } catch (ArchiveException failure) {
        Matcher half = HALF_A_FRAME.matcher(String.valueOf(failure.getMessage()));
        if (!half.find() || !cut.add(half.group(1))) {
          throw failure;
        }
        // Nobody was told of that frame, so its record is in its ring still, and comes again.
        cutHalfAFrame(directory, half.group(1));
      }
    }
  }

  /**
   * As Aeron's own sentence asks for; but only in the file that it names, for without a checksum a
   * whole frame may look like this one. Aeron makes checksums by name in a JVM that is opened to it
   * only.
   */
  private static void cutHalfAFrame(Path directory, String file) {
    ByteArrayOutputStream said = new ByteArrayOutputStream();
    boolean isWell =
        ArchiveTool.verify(
            new PrintStream(said, true, StandardCharsets.UTF_8),
            directory.toFile(),
            Set.of(),
            null,
            found -> found.getName().equals(file));
    if (!isWell) {
      throw new BridgeException(
          "the archive in "
              + directory
              + " is damaged: begin a new one in another directory; "
              + said.toString(StandardCharsets.UTF_8).strip());
    }
  }

  private static Archive.Context archive(Path directory, Path driver, String control) {
    return new Archive.Context()
        .aeronDirectoryName(driver.toString())
        .archiveDir(directory.toFile())
        .controlChannel("aeron:udp?endpoint=" + control)
        .replicationChannel("aeron:udp?endpoint=localhost:0")
        .recordingEventsEnabled(false)
        .recordChecksum(new FrameChecksum())
        .threadingMode(ArchiveThreadingMode.SHARED)
        .idleStrategySupplier(AeronHost::idle);
  }

  private static BackoffIdleStrategy idle() {
    return new BackoffIdleStrategy(100, 10, 1_000, 100_000);
  }

  private static Path driverOf(Path directory) throws IOException {
    return Path.of(
        CommonContext.getAeronDirectoryName()
            + "-millrace-"
            + Integer.toHexString(directory.toRealPath().toString().hashCode()));
  }

  private void take(Path directory) throws IOException {
    Files.createDirectories(directory);
    lock = Directory.open(directory);
    if (!DirectoryLock.tryExclusive(lock)) {
      throw new BridgeException(
          directory + " is used by another bridge: end that one, or take another directory");
    }
  }

  private void connect(Path directory) {
    aeron =
        Aeron.connect(
            new Aeron.Context()
                .aeronDirectoryName(directory.toString())
                .driverTimeoutMs(TimeUnit.SECONDS.toMillis(10))
                .subscriberErrorHandler(
                    failure -> {
                      throw failure instanceof RuntimeException ours
                          ? ours
                          : new BridgeException("a record cannot be taken: " + failure, failure);
                    })
                .errorHandler(errors::add));
  }

  /**
   * Tells of errors of the client, and that it is at its end.
   *
   * @throws BridgeException if it is
   */
  void check(BridgeListener listener) {
    for (Throwable error = errors.poll(); error != null; error = errors.poll()) {
      listener.onRefused("Aeron", new BridgeException(String.valueOf(error.getMessage()), error));
    }
    if (aeron.isClosed()) {
      throw new BridgeException(
          "Aeron's client has ended, because the media driver has, or this process stood still for"
              + " long: open the bridge again");
    }
  }

  Aeron aeron() {
    return aeron;
  }

  CountersReader counters() {
    return aeron.countersReader();
  }

  @Override
  public void close() {
    Closing.closeAll(aeron, archive, driver, place, lock);
  }
}
