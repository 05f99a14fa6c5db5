package io.millrace.discovery.record;

import io.millrace.discovery.codec.MessageHeaderDecoder;
import io.millrace.discovery.model.Capabilities;
import io.millrace.discovery.model.DescriptorKind;
import io.millrace.discovery.model.RecordException;
import io.millrace.discovery.model.RecordException.Flaw;
import io.millrace.discovery.model.Service;
import io.millrace.discovery.model.ServiceDescriptor;
import io.millrace.discovery.root.HiddenNames;
import io.millrace.discovery.transfer.TransferMessages;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;

/**
 * What Jazzer runs millions of times: whatever bytes stand in a file or come over a socket, they
 * are parsed to something sound or refused by name.
 */
public final class RecordFuzz {
  private RecordFuzz() {}

  /** Whole records to begin with, without their headers. */
  static List<byte[]> seeds() {
    Service small = service(Capabilities.none(), List.of(), "");
    Service large =
        service(
            Capabilities.none().with("key", "value").with("hz", 1000),
            List.of(
                new ServiceDescriptor(DescriptorKind.RING, 1, 2, 4096),
                new ServiceDescriptor(DescriptorKind.EVENT, 0, 0, 0)),
            ".server.0123456789abcdef.sock");
    return List.of(message(small), message(large), TransferMessages.request(7));
  }

  private static Service service(
      Capabilities capabilities, List<ServiceDescriptor> descriptors, String socket) {
    return new Service(
        "x", "ring", 42, 0, 3, 1000, 77, 4026531836L, 0, 7, capabilities, descriptors, socket);
  }

  private static byte[] message(Service service) {
    byte[] record = ServiceEncoder.encode(service);
    return Arrays.copyOfRange(record, RecordLayout.MESSAGE_OFFSET, record.length);
  }

  /** Called by Jazzer. */
  public static void fuzzerTestOneInput(byte[] data) {
    parse(data);
    // The checksum keeps accidents out, not malice: so here it is right.
    int length = Math.min(data.length, RecordLayout.MAX_MESSAGE_SIZE);
    byte[] file = new byte[RecordLayout.MESSAGE_OFFSET + length];
    System.arraycopy(data, 0, file, RecordLayout.MESSAGE_OFFSET, length);
    ByteBuffer.wrap(file)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putInt(RecordLayout.MAGIC_OFFSET, RecordLayout.MAGIC)
        .putShort(RecordLayout.MAJOR_OFFSET, (short) RecordLayout.MAJOR)
        .putInt(RecordLayout.LENGTH_OFFSET, length)
        .putInt(
            RecordLayout.CRC_OFFSET, ServiceEncoder.crc(file, RecordLayout.MESSAGE_OFFSET, length));
    parse(file);
    if (TransferMessages.isRequest(data)) {
      byte[] same = TransferMessages.request(TransferMessages.instance(data));
      // The header's version may differ: peers of another minor version are understood.
      int body = MessageHeaderDecoder.ENCODED_LENGTH;
      require(Arrays.equals(same, body, same.length, data, body, data.length), "request");
    }
    require(TransferMessages.answer(data) != null, "answer");
  }

  private static void parse(byte[] file) {
    try {
      Service service = RecordParser.parse("x", file);
      require(service.name().equals("x"), "name");
      require(service.pid() > 0 && service.generation() > 0 && service.revision() >= 0, "numbers");
      require(service.descriptors().size() <= RecordParser.MAX_DESCRIPTORS, "descriptors");
      require(service.bundle() >= 0 || service.descriptors().isEmpty(), "bundle");
      require(service.socket().isEmpty() || HiddenNames.isSocket(service.socket()), "socket");
    } catch (RecordException refusal) {
      require(refusal.flaw() != Flaw.NOT_A_FILE, "flaw");
    }
  }

  private static void require(boolean sound, String what) {
    if (!sound) {
      throw new AssertionError("unsound: " + what);
    }
  }
}
