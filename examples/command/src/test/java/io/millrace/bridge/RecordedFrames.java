package io.millrace.bridge;

import io.aeron.logbuffer.FrameDescriptor;
import io.aeron.protocol.DataHeaderFlyweight;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.agrona.BitUtil;

/**
 * The frames of the first recording of an archive, as they stand in its file.
 *
 * @param file where they are
 * @param last where the last one begins, -1 if there is none
 * @param end where it ends
 */
record RecordedFrames(Path file, int last, int end) {
  private static final int PAGE = 4096;

  static RecordedFrames in(Path archive) {
    Path file = archive.resolve("0-0.rec");
    if (!Files.exists(file)) {
      return new RecordedFrames(file, -1, 0);
    }
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      ByteBuffer length = ByteBuffer.allocate(Integer.BYTES).order(ByteOrder.LITTLE_ENDIAN);
      int last = -1;
      int end = 0;
      while (channel.read(length.clear(), end) == Integer.BYTES && length.getInt(0) > 0) {
        last = end;
        end += BitUtil.align(length.getInt(0), FrameDescriptor.FRAME_ALIGNMENT);
      }
      return new RecordedFrames(file, last, end);
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  /** Behind the number of the record, the tests' records are zeros. */
  boolean endsWithZerosOnAnotherPage() {
    int zeros = last + DataHeaderFlyweight.HEADER_LENGTH + FrameLayout.PAYLOAD + Long.BYTES;
    return last >= 0 && last / PAGE == zeros / PAGE && zeros / PAGE != (end - 1) / PAGE;
  }
}
