package io.millrace.examples.telemetry;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * A file of {@code /proc} that is opened once and read whole as often as its owner likes. A file
 * that this host does not have, or keeps from us, reads as empty.
 *
 * <p>For one thread, which must not be interrupted while it reads: that would close the file.
 */
final class ProcFile implements AutoCloseable {
  private static final int FIRST_CAPACITY = 8 * 1024;

  private final Path path;
  private final FileChannel channel;
  private final ProcText text = new ProcText();
  private ByteBuffer buffer;

  private ProcFile(Path path, FileChannel channel, int capacity) {
    this.path = path;
    this.channel = channel;
    this.buffer = ByteBuffer.allocateDirect(capacity);
  }

  /** Opens the file; throws {@link UncheckedIOException} if it is there but cannot be opened. */
  static ProcFile open(Path path) {
    return open(path, FIRST_CAPACITY);
  }

  static ProcFile open(Path path, int capacity) {
    try {
      return new ProcFile(path, FileChannel.open(path, StandardOpenOption.READ), capacity);
    } catch (NoSuchFileException | AccessDeniedException e) {
      return new ProcFile(path, null, 0);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot open " + path, e);
    }
  }

  /**
   * Reads the file from its start. Allocates only when the file has outgrown the buffer.
   *
   * @return the text, before its first line, good until the next call
   * @throws UncheckedIOException if the read fails or the file is closed
   */
  ProcText read() {
    buffer.clear();
    if (channel != null) {
      try {
        // The kernel hands most of these files out in pieces of a page, whatever the buffer holds.
        while (channel.read(buffer, buffer.position()) > 0) {
          if (!buffer.hasRemaining()) {
            // Starts over, so that the text is of one moment.
            buffer = ByteBuffer.allocateDirect(2 * buffer.capacity());
          }
        }
      } catch (IOException e) {
        throw new UncheckedIOException("cannot read " + path, e);
      }
    }
    buffer.flip();
    return text.wrap(buffer);
  }

  @Override
  public void close() {
    if (channel != null) {
      try {
        channel.close();
      } catch (IOException e) {
        throw new UncheckedIOException("cannot close " + path, e);
      }
    }
  }
}
