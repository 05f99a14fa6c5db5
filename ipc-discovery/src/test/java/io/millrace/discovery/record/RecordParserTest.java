package io.millrace.discovery.record;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.discovery.model.Capabilities;
import io.millrace.discovery.model.DescriptorKind;
import io.millrace.discovery.model.RecordException;
import io.millrace.discovery.model.RecordException.Flaw;
import io.millrace.discovery.model.Service;
import io.millrace.discovery.model.ServiceDescriptor;
import io.millrace.discovery.root.HiddenNames;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class RecordParserTest {
  private static final int MUTATIONS = 300_000;

  private static Service service(long revision) {
    return new Service(
        "x",
        "test",
        42,
        revision,
        3,
        1000,
        77,
        4026531836L,
        0,
        7,
        Capabilities.none().with("key", "value").with("other", revision),
        List.of(
            new ServiceDescriptor(DescriptorKind.RING, 1, 2, 4096),
            new ServiceDescriptor(DescriptorKind.EVENT, 0, 0, 0)),
        ".server.0123456789abcdef.sock");
  }

  private static byte[] twoSlots(byte[] first, byte[] second) {
    byte[] file = Arrays.copyOf(first, RecordLayout.SLOT_SIZE + second.length);
    System.arraycopy(second, 0, file, RecordLayout.SLOT_SIZE, second.length);
    return file;
  }

  private static Flaw flawOf(byte[] file) {
    return assertThrows(RecordException.class, () -> RecordParser.parse("x", file)).flaw();
  }

  @Test
  void whatWasEncodedIsParsed() {
    assertEquals(service(0), RecordParser.parse("x", ServiceEncoder.encode(service(0))));
  }

  @Test
  void theWholeSlotWithTheHigherRevisionWins() {
    byte[] old = ServiceEncoder.encode(service(2));
    byte[] recent = ServiceEncoder.encode(service(3));
    assertEquals(3, RecordParser.parse("x", twoSlots(old, recent)).revision());
    assertEquals(3, RecordParser.parse("x", twoSlots(recent, old)).revision());
    recent[recent.length - 1] ^= 1;
    assertEquals(2, RecordParser.parse("x", twoSlots(old, recent)).revision());
    assertEquals(2, RecordParser.parse("x", twoSlots(recent, old)).revision());
    assertEquals(Flaw.BAD_CHECKSUM, flawOf(twoSlots(recent, recent)));
  }

  @Test
  void everyCutIsNoticed() {
    byte[] whole = ServiceEncoder.encode(service(0));
    for (int length = 0; length < whole.length; length++) {
      Flaw flaw = flawOf(Arrays.copyOf(whole, length));
      assertEquals(length < 4 ? Flaw.NOT_A_RECORD : Flaw.CUT_SHORT, flaw, length + " bytes");
    }
  }

  @Test
  void everyFlippedBitIsNoticed() {
    byte[] whole = ServiceEncoder.encode(service(0));
    for (int bit = 0; bit < whole.length * 8; bit++) {
      byte[] flipped = whole.clone();
      flipped[bit / 8] ^= (byte) (1 << bit % 8);
      boolean reserved = bit / 8 == 6 || bit / 8 == 7;
      boolean older = bit / 8 == 4 && bit % 8 == 0;
      if (!reserved && !older) {
        flawOf(flipped);
      }
    }
  }

  @Test
  void flawsAreNamed() {
    byte[] whole = ServiceEncoder.encode(service(0));
    byte[] newer = whole.clone();
    newer[RecordLayout.MAJOR_OFFSET] = 2;
    assertEquals(Flaw.NEWER_VERSION, flawOf(newer));
    byte[] huge = whole.clone();
    ByteBuffer.wrap(huge).order(ByteOrder.LITTLE_ENDIAN).putInt(RecordLayout.LENGTH_OFFSET, -1);
    assertEquals(Flaw.OVERSIZED, flawOf(huge));
    assertEquals(Flaw.OVERSIZED, flawOf(new byte[RecordLayout.MAX_FILE_SIZE + 1]));
    assertEquals(Flaw.NOT_A_RECORD, flawOf(new byte[100]));
    RecordException other =
        assertThrows(RecordException.class, () -> RecordParser.parse("y", whole));
    assertEquals(Flaw.OTHER_NAME, other.flaw());
    assertTrue(other.getMessage().startsWith("record y is refused: it carries another name"));
  }

  /** The checksum keeps accidents out, not malice: so here it is right and the content is not. */
  @Test
  void noContentWithARightChecksumDoesAnythingButParseOrBeRefusedByName() {
    Random random = new Random(20261121);
    byte[] whole = ServiceEncoder.encode(service(0));
    Map<Flaw, Integer> seen = new EnumMap<>(Flaw.class);
    int parsed = 0;
    for (int i = 0; i < MUTATIONS; i++) {
      byte[] hostile = mutate(whole, random);
      try {
        Service service = RecordParser.parse("x", hostile);
        assertEquals("x", service.name());
        assertTrue(service.descriptors().size() <= RecordParser.MAX_DESCRIPTORS);
        assertTrue(service.socket().isEmpty() || HiddenNames.isSocket(service.socket()));
        parsed++;
      } catch (RecordException refusal) {
        seen.merge(refusal.flaw(), 1, Integer::sum);
      }
    }
    assertTrue(parsed > 0, "some mutations are harmless");
    assertTrue(seen.get(Flaw.MALFORMED) > MUTATIONS / 10, seen.toString());
    assertTrue(seen.containsKey(Flaw.OTHER_NAME), seen.toString());
  }

  private static byte[] mutate(byte[] whole, Random random) {
    int size =
        random.nextInt(4) == 0
            ? RecordLayout.MESSAGE_OFFSET + random.nextInt(whole.length)
            : whole.length;
    byte[] mutant = Arrays.copyOf(whole, size);
    int changes = 1 + random.nextInt(4);
    for (int i = 0; i < changes && size > RecordLayout.MESSAGE_OFFSET; i++) {
      int at = RecordLayout.MESSAGE_OFFSET + random.nextInt(size - RecordLayout.MESSAGE_OFFSET);
      mutant[at] =
          switch (random.nextInt(4)) {
            case 0 -> (byte) 0xff;
            case 1 -> 0;
            case 2 -> (byte) 0x7f;
            default -> (byte) random.nextInt();
          };
    }
    int length = size - RecordLayout.MESSAGE_OFFSET;
    ByteBuffer.wrap(mutant)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putInt(RecordLayout.LENGTH_OFFSET, length)
        .putInt(
            RecordLayout.CRC_OFFSET,
            ServiceEncoder.crc(mutant, RecordLayout.MESSAGE_OFFSET, length));
    return mutant;
  }
}
