package io.millrace.discovery;

import io.millrace.discovery.RecordException.Flaw;
import io.millrace.os.Descriptor;
import io.millrace.os.Directory;
import io.millrace.os.Errno;
import io.millrace.os.FileContent;
import io.millrace.os.OfdLock;
import io.millrace.os.SystemCallException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Instant;

/** The file of somebody's record, opened to look at it. */
final class RecordFile implements AutoCloseable {
  private static final int ESPIPE = 29;
  private static final int READS = 1000;

  private final String name;
  private final Descriptor descriptor;

  private RecordFile(String name, Descriptor descriptor) {
    this.name = name;
    this.descriptor = descriptor;
  }

  /**
   * Opens the file of a service.
   *
   * @return the file, or {@code null} if there is none
   * @throws RecordException if what has the name is no file or is closed to this user
   */
  static RecordFile open(Directory directory, String name, boolean writable) {
    try {
      Descriptor descriptor = directory.openFile(name, writable);
      return descriptor == null ? null : new RecordFile(name, descriptor);
    } catch (SystemCallException failure) {
      throw switch (failure.errno()) {
        case Errno.ELOOP, Errno.EISDIR, Errno.ENXIO ->
            new RecordException(name, Flaw.NOT_A_FILE, "; remove it by hand");
        case Errno.EACCES, Errno.EPERM -> new RecordException(name, Flaw.NOT_READABLE, "");
        default -> failure;
      };
    }
  }

  /**
   * Reads the newest whole record.
   *
   * @throws RecordException if there is none that can be trusted
   */
  Service read() {
    boolean mayChange = true;
    for (int left = READS; ; left--) {
      byte[] content = content();
      try {
        return RecordParser.parse(name, content);
      } catch (RecordException flaw) {
        // Two updates during one read can tear both slots. One slot alone is never torn.
        if (content.length <= RecordLayout.SLOT_SIZE || left == 0 || !mayChange) {
          throw flaw;
        }
        // What its last updates tore in this read is whole in the next one.
        mayChange = isPublisherAlive();
        Thread.onSpinWait();
      }
    }
  }

  private byte[] content() {
    try {
      return FileContent.readOnce(descriptor, RecordLayout.MAX_FILE_SIZE + 1);
    } catch (SystemCallException failure) {
      if (failure.errno() == Errno.EISDIR || failure.errno() == ESPIPE) {
        throw new RecordException(name, Flaw.NOT_A_FILE, "; remove it by hand");
      }
      throw failure;
    }
  }

  /** Looks whether the process that published lives and has not withdrawn; once false, for ever. */
  boolean isPublisherAlive() {
    return OfdLock.isHeldByAnother(descriptor, RecordLayout.PUBLISHER_LOCK);
  }

  /** A damaged record is one, a file that somebody put here by mistake is not. */
  boolean isRecord() {
    try {
      read();
      return true;
    } catch (RecordException flaw) {
      return flaw.flaw() != Flaw.NOT_A_RECORD && flaw.flaw() != Flaw.NOT_A_FILE;
    }
  }

  /** When the file was made; where the file system does not tell, when it was written last. */
  Instant since() {
    Path same = Path.of("/proc/self/fd/" + descriptor.number());
    try {
      return Files.readAttributes(same, BasicFileAttributes.class).creationTime().toInstant();
    } catch (IOException failure) {
      throw new UncheckedIOException("cannot look at record " + name, failure);
    }
  }

  String name() {
    return name;
  }

  Descriptor descriptor() {
    return descriptor;
  }

  @Override
  public void close() {
    descriptor.close();
  }
}
