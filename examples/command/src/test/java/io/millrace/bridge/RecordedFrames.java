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

  /** How much of the file a record takes. */
  static int lengthOf(int record) {
    return BitUtil.align(
        DataHeaderFlyweight.HEADER_LENGTH + FrameLayout.PAYLOAD + record,
        FrameDescriptor.FRAME_ALIGNMENT);
  }

  /** Zeros from the last boundary of two pages on that a frame lies across. */
  void cutInsideAFrameOnTwoPages() {
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      ByteBuffer length = ByteBuffer.allocate(Integer.BYTES).order(ByteOrder.LITTLE_ENDIAN);
      int cut = 0;
      for (int at = 0; at < end; ) {
        channel.read(length.clear(), at);
        int next = at + BitUtil.align(length.getInt(0), FrameDescriptor.FRAME_ALIGNMENT);
        cut = at / PAGE == (next - 1) / PAGE ? cut : (next - 1) / PAGE * PAGE;
        at = next;
      }
      if (cut == 0) {
        throw new AssertionError("no frame is on two pages");
      }
      channel.write(ByteBuffer.allocate(end - cut), cut);
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }
}
