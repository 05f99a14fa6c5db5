package io.millrace.discovery.record;

import io.millrace.discovery.codec.GroupSizeEncodingDecoder;
import io.millrace.discovery.codec.KindOfDescriptor;
import io.millrace.discovery.codec.MessageHeaderDecoder;
import io.millrace.discovery.codec.ServiceRecordDecoder;
import io.millrace.discovery.model.Capabilities;
import io.millrace.discovery.model.DescriptorKind;
import io.millrace.discovery.model.RecordException;
import io.millrace.discovery.model.RecordException.Flaw;
import io.millrace.discovery.model.Service;
import io.millrace.discovery.model.ServiceDescriptor;
import io.millrace.discovery.root.HiddenNames;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Turns the bytes of a file into a service, or refuses them with a named flaw.
 *
 * <p>The bytes may be anything. Every length in them is checked before it is used: nothing relies
 * on the bounds checks of Agrona, which its users may switch off.
 */
final class RecordParser {
  static final int MAX_DESCRIPTORS = 253;

  private final String name;
  private final byte[] file;
  private final UnsafeBuffer buffer;
  private final ServiceRecordDecoder record = new ServiceRecordDecoder();
  private int end;

  private RecordParser(String name, byte[] file) {
    this.name = name;
    this.file = file;
    this.buffer = new UnsafeBuffer(file);
  }

  /**
   * Parses the content of a file.
   *
   * @param name the name of the file, which must be that of the service
   * @param file its content
   * @return the newest whole record in it
   * @throws RecordException if there is none
   */
  static Service parse(String name, byte[] file) {
    if (file.length > RecordLayout.MAX_FILE_SIZE) {
      throw new RecordException(name, Flaw.OVERSIZED, "");
    }
    if (file.length <= RecordLayout.SLOT_SIZE) {
      return new RecordParser(name, file).parseSlot(0);
    }
    Service first = null;
    RecordException flaw = null;
    try {
      first = new RecordParser(name, file).parseSlot(0);
    } catch (RecordException torn) {
      flaw = torn;
    }
    try {
      Service second = new RecordParser(name, file).parseSlot(RecordLayout.SLOT_SIZE);
      return first == null || second.revision() > first.revision() ? second : first;
    } catch (RecordException torn) {
      if (first == null) {
        throw flaw;
      }
      return first;
    }
  }

  private Service parseSlot(int slot) {
    int available = Math.min(RecordLayout.SLOT_SIZE, file.length - slot);
    if (available < Integer.BYTES
        || intAt(slot + RecordLayout.MAGIC_OFFSET) != RecordLayout.MAGIC) {
      throw flaw(Flaw.NOT_A_RECORD, "");
    }
    if (available < RecordLayout.MESSAGE_OFFSET) {
      throw flaw(Flaw.CUT_SHORT, "");
    }
    int major = unsignedShortAt(slot + RecordLayout.MAJOR_OFFSET);
    if (major > RecordLayout.MAJOR) {
      throw flaw(Flaw.NEWER_VERSION, " (version " + major + "); update this process");
    }
    int length = intAt(slot + RecordLayout.LENGTH_OFFSET);
    if (length < 0 || length > RecordLayout.MAX_MESSAGE_SIZE) {
      throw flaw(Flaw.OVERSIZED, "");
    }
    if (length > available - RecordLayout.MESSAGE_OFFSET) {
      throw flaw(Flaw.CUT_SHORT, "");
    }
    int start = slot + RecordLayout.MESSAGE_OFFSET;
    if (ServiceEncoder.crc(file, start, length) != intAt(slot + RecordLayout.CRC_OFFSET)) {
      throw flaw(Flaw.BAD_CHECKSUM, "");
    }
    end = start + length;
    return parseMessage(start);
  }

  private Service parseMessage(int start) {
    require(end - start >= MessageHeaderDecoder.ENCODED_LENGTH, "no message header");
    MessageHeaderDecoder header = new MessageHeaderDecoder().wrap(buffer, start);
    int block = start + MessageHeaderDecoder.ENCODED_LENGTH;
    require(
        header.schemaId() == ServiceRecordDecoder.SCHEMA_ID
            && header.templateId() == ServiceRecordDecoder.TEMPLATE_ID,
        "another message");
    require(
        header.blockLength() >= ServiceRecordDecoder.BLOCK_LENGTH
            && header.blockLength() <= end - block,
        "block length " + header.blockLength());
    record.wrap(buffer, block, header.blockLength(), header.version());

    List<ServiceDescriptor> descriptors = descriptors();
    Capabilities capabilities = capabilities();
    requireText();
    String ownName = record.name();
    requireText();
    String kind = record.kind();
    requireText();
    String socket = record.socket();

    if (!ownName.equals(name)) {
      throw flaw(Flaw.OTHER_NAME, "");
    }
    require(record.pid() > 0, "pid " + record.pid());
    require(record.revision() >= 0 && record.generation() > 0, "revision or generation");
    require(record.bundle() >= 0 || descriptors.isEmpty(), "bundle " + record.bundle());
    require(socket.isEmpty() || HiddenNames.isSocket(socket), "socket name");
    return new Service(
        ownName,
        kind,
        record.instance(),
        record.revision(),
        record.generation(),
        record.pid(),
        record.startTime(),
        record.pidNamespace(),
        record.uid(),
        record.bundle(),
        capabilities,
        descriptors,
        socket);
  }

  private List<ServiceDescriptor> descriptors() {
    int count = requireGroup(ServiceRecordDecoder.DescriptorsDecoder.sbeBlockLength());
    require(count <= MAX_DESCRIPTORS, count + " descriptors");
    List<ServiceDescriptor> descriptors = new ArrayList<>(count);
    for (ServiceRecordDecoder.DescriptorsDecoder entry : record.descriptors()) {
      require(entry.size() >= 0, "size of descriptor " + descriptors.size());
      descriptors.add(
          new ServiceDescriptor(
              kind(entry.kindRaw()), entry.device(), entry.inode(), entry.size()));
    }
    return descriptors;
  }

  private DescriptorKind kind(short raw) {
    // Not KindOfDescriptor.get(), which throws an unnamed exception for an unknown value.
    for (KindOfDescriptor known : KindOfDescriptor.values()) {
      if (known != KindOfDescriptor.NULL_VAL && known.value() == raw) {
        return DescriptorKind.valueOf(known.name());
      }
    }
    throw flaw(Flaw.MALFORMED, " (descriptor of unknown kind " + raw + ")");
  }

  private Capabilities capabilities() {
    int count = requireGroup(ServiceRecordDecoder.CapabilitiesDecoder.sbeBlockLength());
    ServiceRecordDecoder.CapabilitiesDecoder group = record.capabilities();
    Map<String, String> values = new TreeMap<>();
    for (int i = 0; i < count; i++) {
      require(record.limit() + group.actingBlockLength() <= end, "capability " + i);
      group.next();
      requireText();
      String key = group.key();
      requireText();
      String value = group.value();
      require(!key.isEmpty() && values.put(key, value) == null, "capability key " + i);
    }
    return Capabilities.of(values);
  }

  /** Checks that the group at the decoder's limit lies inside the record, and tells its size. */
  private int requireGroup(int knownBlockLength) {
    int at = record.limit();
    require(at + GroupSizeEncodingDecoder.ENCODED_LENGTH <= end, "group header");
    int blockLength = unsignedShortAt(at);
    int count = unsignedShortAt(at + 2);
    long last = at + GroupSizeEncodingDecoder.ENCODED_LENGTH + (long) blockLength * count;
    require(blockLength >= knownBlockLength && last <= end, "group of " + count);
    return count;
  }

  /** Checks that the text at the decoder's limit lies inside the record. */
  private void requireText() {
    int at = record.limit();
    require(at + Short.BYTES <= end && at + Short.BYTES + unsignedShortAt(at) <= end, "text");
  }

  private void require(boolean sound, String what) {
    if (!sound) {
      throw flaw(Flaw.MALFORMED, " (" + what + ")");
    }
  }

  private RecordException flaw(Flaw flaw, String detail) {
    return new RecordException(name, flaw, detail);
  }

  private int intAt(int offset) {
    return buffer.getInt(offset, ByteOrder.LITTLE_ENDIAN);
  }

  private int unsignedShortAt(int offset) {
    return buffer.getShort(offset, ByteOrder.LITTLE_ENDIAN) & 0xffff;
  }
}
