package io.millrace.examples.telemetry;

import io.millrace.examples.telemetry.codec.MessageHeaderEncoder;
import io.millrace.examples.telemetry.codec.OriginEncoder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.agrona.CloseHelper;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Samples one kind of {@code /proc} data and writes it as an SBE message, header first.
 *
 * <p>Reading and writing are two steps, because reading takes the kernel many microseconds: a
 * producer reads first, then claims its room in the ring, and holds the claim only while it writes.
 * The sample is kept as a finished message, so that writing it is one copy.
 *
 * <p>For one thread, which must be the one that opened it. Neither step allocates.
 */
public abstract class ProcSampler implements AutoCloseable {
  private final int templateId;
  private final UnsafeBuffer image;
  private final OriginEncoder origin = new OriginEncoder();
  private final List<ProcFile> files = new ArrayList<>();

  ProcSampler(int templateId, int blockLength) {
    this.templateId = templateId;
    this.image = new UnsafeBuffer(new byte[MessageHeaderEncoder.ENCODED_LENGTH + blockLength]);
  }

  /** The SBE template id of the message, also fit for the type of a ring's record. */
  public final int templateId() {
    return templateId;
  }

  /** The length of the message in bytes with its header, the same for every sample. */
  public final int encodedLength() {
    return image.capacity();
  }

  /**
   * Takes a new sample. What this host does not tell is zero.
   *
   * @param nowNanos the time, from {@link System#nanoTime()}
   * @throws io.millrace.SystemCallException if the kernel refuses to read a file that could be
   *     opened
   */
  public final void refresh(long nowNanos) {
    origin.wrap(image, MessageHeaderEncoder.ENCODED_LENGTH).sampleNanos(nowNanos);
    sample();
  }

  /**
   * Writes the last sample, any number of times.
   *
   * @param buffer where to
   * @param offset of the message in the buffer, in bytes
   * @param producer the number of this producer, not negative
   * @param sequence the number of the message, from 0 without gaps
   * @param publishNanos the time, from {@link System#nanoTime()}
   * @return {@link #encodedLength()}
   */
  public final int encode(
      MutableDirectBuffer buffer, int offset, int producer, long sequence, long publishNanos) {
    buffer.putBytes(offset, image, 0, image.capacity());
    origin
        .wrap(buffer, offset + MessageHeaderEncoder.ENCODED_LENGTH)
        .sequence(sequence)
        .publishNanos(publishNanos)
        .producer(producer);
    return image.capacity();
  }

  /** Closes the files of this sampler. */
  @Override
  public final void close() {
    CloseHelper.closeAll(files);
  }

  /** Opens a file that {@link #close()} will close, as it does if this one cannot be opened. */
  final ProcFile open(Path path) {
    try {
      ProcFile file = ProcFile.open(path);
      files.add(file);
      return file;
    } catch (RuntimeException e) {
      close();
      throw e;
    }
  }

  /** The message that {@link #sample()} fills. */
  final MutableDirectBuffer image() {
    return image;
  }

  /** Reads the files and sets every field of the message but its origin. */
  abstract void sample();
}
