package io.millrace.examples.telemetry;

import io.millrace.examples.telemetry.codec.CpuSampleDecoder;
import io.millrace.examples.telemetry.codec.DiskSampleDecoder;
import io.millrace.examples.telemetry.codec.MemorySampleDecoder;
import io.millrace.examples.telemetry.codec.MessageHeaderDecoder;
import io.millrace.examples.telemetry.codec.NetworkSampleDecoder;
import io.millrace.examples.telemetry.codec.OriginDecoder;
import io.millrace.examples.telemetry.codec.SchedulerSampleDecoder;
import org.agrona.DirectBuffer;

/**
 * Reads the messages of the samplers and hands each to its listeners. A message comes out of memory
 * that others write, so nothing in it is believed before it was checked.
 *
 * <p>For one thread; allocates nothing.
 */
public final class SampleDecoder {
  private static final int UNKNOWN = -1;

  private final MessageHeaderDecoder header = new MessageHeaderDecoder();
  private final OriginDecoder origin = new OriginDecoder();
  private final CpuSampleDecoder cpu = new CpuSampleDecoder();
  private final MemorySampleDecoder memory = new MemorySampleDecoder();
  private final DiskSampleDecoder disk = new DiskSampleDecoder();
  private final NetworkSampleDecoder network = new NetworkSampleDecoder();
  private final SchedulerSampleDecoder scheduler = new SchedulerSampleDecoder();
  private final OriginListener originListener;
  private final SampleListener sampleListener;

  /**
   * A decoder with its two listeners.
   *
   * @param originListener is called first, for every sample
   * @param sampleListener is called second, by the kind of the sample
   */
  public SampleDecoder(OriginListener originListener, SampleListener sampleListener) {
    this.originListener = originListener;
    this.sampleListener = sampleListener;
  }

  /**
   * Reads one message.
   *
   * @param buffer that holds it
   * @param offset of its header in the buffer, in bytes
   * @param length of the whole message, in bytes
   * @return {@code false} if this is no sample: of another schema or an unknown kind, cut short, or
   *     with a number that no producer writes; no listener was called then
   */
  public boolean onSample(DirectBuffer buffer, int offset, int length) {
    if (length < MessageHeaderDecoder.ENCODED_LENGTH) {
      return false;
    }
    header.wrap(buffer, offset);
    int templateId = header.templateId();
    int blockLength = header.blockLength();
    int knownLength = knownLength(templateId);
    if (header.schemaId() != MessageHeaderDecoder.SCHEMA_ID
        || knownLength == UNKNOWN
        || blockLength < knownLength
        || blockLength > length - MessageHeaderDecoder.ENCODED_LENGTH) {
      return false;
    }
    int body = offset + MessageHeaderDecoder.ENCODED_LENGTH;
    origin.wrap(buffer, body);
    int producer = origin.producer();
    long sequence = origin.sequence();
    if (producer < 0 || sequence < 0 || sequence > SequenceCheck.LAST) {
      return false;
    }
    originListener.onOrigin(producer, sequence, origin.publishNanos());
    dispatch(buffer, body, templateId, blockLength, header.version());
    return true;
  }

  /** A later version may append fields to a block, but never has a shorter one. */
  private static int knownLength(int templateId) {
    switch (templateId) {
      case CpuSampleDecoder.TEMPLATE_ID:
        return CpuSampleDecoder.BLOCK_LENGTH;
      case MemorySampleDecoder.TEMPLATE_ID:
        return MemorySampleDecoder.BLOCK_LENGTH;
      case DiskSampleDecoder.TEMPLATE_ID:
        return DiskSampleDecoder.BLOCK_LENGTH;
      case NetworkSampleDecoder.TEMPLATE_ID:
        return NetworkSampleDecoder.BLOCK_LENGTH;
      case SchedulerSampleDecoder.TEMPLATE_ID:
        return SchedulerSampleDecoder.BLOCK_LENGTH;
      default:
        return UNKNOWN;
    }
  }

  private void dispatch(DirectBuffer buffer, int body, int templateId, int length, int version) {
    switch (templateId) {
      case CpuSampleDecoder.TEMPLATE_ID:
        sampleListener.onCpu(cpu.wrap(buffer, body, length, version));
        break;
      case MemorySampleDecoder.TEMPLATE_ID:
        sampleListener.onMemory(memory.wrap(buffer, body, length, version));
        break;
      case DiskSampleDecoder.TEMPLATE_ID:
        sampleListener.onDisk(disk.wrap(buffer, body, length, version));
        break;
      case NetworkSampleDecoder.TEMPLATE_ID:
        sampleListener.onNetwork(network.wrap(buffer, body, length, version));
        break;
      default:
        sampleListener.onScheduler(scheduler.wrap(buffer, body, length, version));
        break;
    }
  }
}
