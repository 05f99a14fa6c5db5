package io.millrace.discovery.record;

import io.millrace.discovery.codec.KindOfDescriptor;
import io.millrace.discovery.codec.MessageHeaderEncoder;
import io.millrace.discovery.codec.ServiceRecordEncoder;
import io.millrace.discovery.model.Service;
import io.millrace.discovery.model.ServiceDescriptor;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.zip.CRC32C;
import org.agrona.concurrent.UnsafeBuffer;

/** Turns a service into the bytes of a record. */
public final class ServiceEncoder {
  private ServiceEncoder() {}

  /**
   * Encodes a record.
   *
   * @throws IllegalArgumentException if it does not fit into a slot
   */
  public static byte[] encode(Service service) {
    byte[] bytes = new byte[RecordLayout.SLOT_SIZE];
    UnsafeBuffer buffer = new UnsafeBuffer(bytes);
    int length;
    try {
      length = encodeMessage(service, buffer);
    } catch (IndexOutOfBoundsException | IllegalArgumentException tooLong) {
      throw new IllegalArgumentException(
          "service "
              + service.name()
              + " does not fit into a record of "
              + RecordLayout.SLOT_SIZE
              + " bytes: give it fewer or shorter capabilities",
          tooLong);
    }
    buffer.putInt(RecordLayout.MAGIC_OFFSET, RecordLayout.MAGIC, ByteOrder.LITTLE_ENDIAN);
    buffer.putShort(RecordLayout.MAJOR_OFFSET, (short) RecordLayout.MAJOR, ByteOrder.LITTLE_ENDIAN);
    buffer.putInt(RecordLayout.LENGTH_OFFSET, length, ByteOrder.LITTLE_ENDIAN);
    int crc = crc(bytes, RecordLayout.MESSAGE_OFFSET, length);
    buffer.putInt(RecordLayout.CRC_OFFSET, crc, ByteOrder.LITTLE_ENDIAN);
    return Arrays.copyOf(bytes, RecordLayout.MESSAGE_OFFSET + length);
  }

  static int crc(byte[] bytes, int offset, int length) {
    CRC32C crc = new CRC32C();
    crc.update(bytes, offset, length);
    return (int) crc.getValue();
  }

  private static int encodeMessage(Service service, UnsafeBuffer buffer) {
    ServiceRecordEncoder record = new ServiceRecordEncoder();
    record
        .wrapAndApplyHeader(buffer, RecordLayout.MESSAGE_OFFSET, new MessageHeaderEncoder())
        .instance(service.instance())
        .revision(service.revision())
        .generation(service.generation())
        .startTime(service.startTime())
        .pidNamespace(service.pidNamespace())
        .pid(service.pid())
        .uid(service.uid())
        .bundle(service.bundle());
    var descriptors = record.descriptorsCount(service.descriptors().size());
    for (ServiceDescriptor descriptor : service.descriptors()) {
      descriptors
          .next()
          .device(descriptor.device())
          .inode(descriptor.inode())
          .size(descriptor.size())
          .kind(KindOfDescriptor.valueOf(descriptor.kind().name()));
    }
    var values = service.capabilities().asMap();
    var capabilities = record.capabilitiesCount(values.size());
    values.forEach((key, value) -> capabilities.next().key(key).value(value));
    record.name(service.name()).kind(service.kind()).socket(service.socket());
    return MessageHeaderEncoder.ENCODED_LENGTH + record.encodedLength();
  }
}
