package io.millrace.discovery.record;

import io.millrace.SystemCallException;
import io.millrace.discovery.model.RecordException;
import io.millrace.discovery.model.RecordException.Flaw;
import io.millrace.discovery.model.Service;
import io.millrace.os.CallResult;
import io.millrace.os.Descriptor;
import io.millrace.os.Directory;
import io.millrace.os.Errno;
import io.millrace.os.FileContent;
import io.millrace.os.FileStatus;
import io.millrace.os.OfdLock;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Instant;
import java.util.Arrays;
import java.util.function.Supplier;

/** The file of somebody's record, opened to look at it. */
public final class RecordFile implements AutoCloseable {
  private static final int READS = 100;
  private static final int MAGIC_SIZE = 4;

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
   * @throws RecordException if what has the name is no file or cannot be opened; never because of
   *     anything else in the directory
   */
  public static RecordFile open(Directory directory, String name, boolean writable) {
    try {
      Descriptor descriptor = directory.openFile(name, writable);
      return descriptor == null ? null : new RecordFile(name, descriptor);
    } catch (SystemCallException failure) {
      throw refusal(name, failure);
    }
  }

  /**
   * Reads the newest whole record.
   *
   * @throws RecordException if there is none that can be trusted
   */
  public Service read() {
    return newest(name, this::content);
  }

  /**
   * Reads until a record is whole or the content stands still.
   *
   * <p>Two updates during one read can tear both slots. They can even spoil a read that saw one
   * slot: the kernel takes the size first, and if the first update then makes the second slot and
   * the next one writes a longer record into the first, what is read is cut off at the old size.
   * What updates spoiled is different in the next read; what nobody changes stays as it is.
   */
  static Service newest(String name, Supplier<byte[]> reads) {
    byte[] before = null;
    for (int left = READS; ; left--) {
      byte[] content = reads.get();
      try {
        return RecordParser.parse(name, content);
      } catch (RecordException flaw) {
        if (left == 0 || Arrays.equals(content, before)) {
          throw flaw;
        }
        before = content;
        Thread.onSpinWait();
      }
    }
  }

  private byte[] content() {
    try {
      return FileContent.readOnce(descriptor, RecordLayout.MAX_FILE_SIZE + 1);
    } catch (SystemCallException failure) {
      throw refusal(name, failure);
    }
  }

  /** Looks whether the process that published lives and has not withdrawn; once false, for ever. */
  public boolean isPublisherAlive() {
    try {
      return OfdLock.isHeldByAnother(descriptor, RecordLayout.PUBLISHER_LOCK);
    } catch (SystemCallException failure) {
      throw refusal(name, failure);
    }
  }

  /**
   * Whose file it is, in the numbers of this process's user namespace. The record says it too, but
   * in those of its publisher.
   */
  public int owner() {
    return descriptor.status().uid();
  }

  /** A damaged record is one, a file that somebody put here by mistake is not. */
  public boolean isRecord() {
    try {
      return descriptor.status().isRegularFile()
          && RecordLayout.isMarked(FileContent.readOnce(descriptor, MAGIC_SIZE));
    } catch (SystemCallException failure) {
      throw refusal(name, failure);
    }
  }

  /** Tells whether its name leads to this very file. */
  boolean isInPlace(Directory directory) {
    FileStatus current = directory.statusOf(name);
    return current != null && current.isSameFile(descriptor.status());
  }

  /** When the file was made; where the file system does not tell, when it was written last. */
  public Instant since() {
    Path same = Path.of("/proc/self/fd/" + descriptor.number());
    try {
      return Files.readAttributes(same, BasicFileAttributes.class).creationTime().toInstant();
    } catch (IOException failure) {
      throw new RecordException(name, Flaw.UNREADABLE, ": " + failure.getMessage());
    }
  }

  public String name() {
    return name;
  }

  public Descriptor descriptor() {
    return descriptor;
  }

  @Override
  public void close() {
    descriptor.close();
  }

  /**
   * Says what a failed call about the file of a record means for that record, and for no other.
   *
   * @throws SystemCallException the failure itself, if it has nothing to do with the file
   */
  private static RecordException refusal(String name, SystemCallException failure) {
    if (CallResult.isShortage(failure)) {
      throw failure;
    }
    if (CallResult.isDenied(failure)) {
      return new RecordException(name, RecordException.Flaw.NOT_READABLE, "", failure);
    }
    return switch (failure.errno()) {
      case Errno.ELOOP, Errno.EISDIR, Errno.ENXIO, Errno.ENODEV, Errno.ESPIPE ->
          new RecordException(
              name, RecordException.Flaw.NOT_A_FILE, "; remove it by hand", failure);
      case Errno.EAGAIN ->
          new RecordException(
              name,
              RecordException.Flaw.UNREADABLE,
              " while another process has a lease on it",
              failure);
      default ->
          new RecordException(
              name, RecordException.Flaw.UNREADABLE, ": " + failure.getMessage(), failure);
    };
  }
}
