package io.millrace.message;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.SystemCallException;
import io.millrace.os.Descriptor;
import io.millrace.os.EventFd;
import io.millrace.os.FileContent;
import io.millrace.os.Mapping;
import io.millrace.os.Memfd;
import io.millrace.ring.Consumer;
import io.millrace.ring.GroupOptions;
import io.millrace.ring.Producer;
import io.millrace.ring.Ring;
import io.millrace.ring.RingOptions;
import io.millrace.testkit.LeavesNothingOpen;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.Random;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** The schema that goes along with a ring, even where it is none. */
@ExtendWith(LeavesNothingOpen.class)
class CarriedSchemaTest {
  private static final Duration SOON = Duration.ofSeconds(30);
  private static final MessageSchema MARKET = MessageSchema.of(Market.class);

  private final Ring ring = Ring.create(RingOptions.capacity(1 << 16).maxWaiters(1));

  @Schema(id = 12)
  interface Old {
    void placed(long id);
  }

  @Schema(id = 12)
  interface Newer {
    void placed(long id, @Since(1) int quantity);
  }

  @Schema(id = 12)
  interface Other {
    void placed(int id);
  }

  @AfterEach
  void close() {
    ring.close();
  }

  private void attach(byte[] content) {
    try (Descriptor memory = Memfd.constant("schema", content)) {
      ring.attach(memory.number());
    }
  }

  private void assertDamaged(String words, Runnable attaching) {
    attaching.run();
    DamagedSchemaException refusal =
        assertTimeoutPreemptively(
            SOON,
            () -> assertThrows(DamagedSchemaException.class, () -> MessageSchema.carriedBy(ring)));
    assertTrue(refusal.getMessage().contains(words), refusal.getMessage());
    assertThrows(DamagedSchemaException.class, () -> MARKET.requireCompatible(ring));
    try (Consumer consumer = ring.addConsumer(GroupOptions.named("raw"));
        Producer producer = ring.addProducer()) {
      producer.offer(1, new UnsafeBuffer(new byte[3]), 0, 3);
      assertEquals(1, consumer.poll((type, buffer, offset, length) -> {}, 10));
    }
  }

  private void assertDamaged(String words, String xml) {
    assertDamaged(words, () -> attach(xml.getBytes(StandardCharsets.UTF_8)));
  }

  @Test
  void aRingCarriesTheSchemaThatWasAttached() {
    assertEquals(Optional.empty(), MessageSchema.carriedBy(ring));
    MARKET.requireCompatible(ring);
    MARKET.attachTo(ring);
    MessageSchema carried = MessageSchema.carriedBy(ring).orElseThrow();
    assertEquals(MARKET.xml(), carried.xml());
    assertEquals(MARKET.fingerprint(), carried.fingerprint());
    MARKET.requireCompatible(ring);
    assertThrows(IllegalStateException.class, () -> MARKET.attachTo(ring));
  }

  @Test
  void itsMemoryCanBeWrittenByNobody() {
    MARKET.attachTo(ring);
    try (Descriptor memory = Descriptor.duplicateOf(ring.attachment(), "test")) {
      assertTrue(Memfd.isConstant(memory));
      assertFalse(Memfd.isSealed(memory), "not to be mapped for writing");
      assertThrows(SystemCallException.class, () -> FileContent.write(memory, new byte[1]));
    }
  }

  @Test
  void anotherVersionIsFineAndAnotherMeaningIsRefusedWithBothNames() {
    MessageSchema.of(Old.class).attachTo(ring);
    MessageSchema.of(Newer.class).requireCompatible(ring);
    MessageSchema other = MessageSchema.of(Other.class);
    IncompatibleSchemaException refusal =
        assertThrows(IncompatibleSchemaException.class, () -> other.requireCompatible(ring));
    assertTrue(refusal.getMessage().contains(other.toString()), refusal.getMessage());
    assertTrue(
        refusal.getMessage().contains(MessageSchema.of(Old.class).toString()),
        refusal.getMessage());
  }

  @Test
  void memoryThatCanBeChangedIsNotRead() {
    assertDamaged(
        "not sealed",
        () -> {
          try (Descriptor open = Memfd.create("schema", 16 * Mapping.PAGE_SIZE)) {
            FileContent.write(open, MARKET.xml().getBytes(StandardCharsets.UTF_8));
            ring.attach(open.number());
          }
        });
  }

  @Test
  void whatIsNoMemoryIsNotRead() {
    assertDamaged(
        "not sealed",
        () -> {
          try (EventFd event = EventFd.create()) {
            ring.attach(event.descriptor().number());
          }
        });
  }

  @Test
  void memoryThatIsTooLongIsNotRead() {
    assertDamaged("it has 1048577 bytes", () -> attach(new byte[(1 << 20) + 1]));
  }

  @Test
  void emptyMemoryIsNoSchema() {
    assertDamaged("no XML", "");
  }

  @Test
  void whatIsNoTextIsNoSchema() {
    assertDamaged("no UTF-8", () -> attach(new byte[] {'<', (byte) 0xc3, '('}));
  }

  @Test
  void entitiesAreRefused() {
    StringBuilder bomb = new StringBuilder("<!DOCTYPE a [<!ENTITY e0 'x'>");
    for (int i = 1; i < 30; i++) {
      bomb.append("<!ENTITY e" + i + " '&e" + (i - 1) + ";&e" + (i - 1) + ";'>");
    }
    assertDamaged("no XML", bomb + "]><a>&e29;</a>");
  }

  @Test
  void filesAreNotRead() {
    assertDamaged("no XML", "<!DOCTYPE a [<!ENTITY e SYSTEM 'file:///etc/passwd'>]><a>&e;</a>");
  }

  @Test
  void elementsInElementsInElementsAreRefused() {
    assertDamaged("no", "<a>".repeat(100_000) + "</a>".repeat(100_000));
  }

  @Test
  void anEnumOfManyConstantsInManyFieldsIsRefused() {
    StringBuilder constants = new StringBuilder();
    for (int i = 0; i < 9_000; i++) {
      constants.append("<validValue name='a" + i + "'>" + i + "</validValue>");
    }
    StringBuilder fields = new StringBuilder();
    for (int i = 0; i < 9_000; i++) {
      fields.append("<field name='f' id='1' type='E'/>");
    }
    String header =
        "<composite name='messageHeader'><type name='blockLength' primitiveType='uint16'/>"
            + "<type name='templateId' primitiveType='uint16'/>"
            + "<type name='schemaId' primitiveType='uint16'/>"
            + "<type name='version' primitiveType='uint16'/></composite>";
    assertDamaged(
        "too many constants",
        "<s xmlns:sbe='s' id='1' version='0' byteOrder='littleEndian'><types>"
            + header
            + "<enum name='E' encodingType='uint16'>"
            + constants
            + "</enum></types><sbe:message name='m' id='1'>"
            + fields
            + "</sbe:message></s>");
  }

  @Test
  void noiseInASchemaIsAnotherSchemaOrNone() {
    byte[] whole = MARKET.xml().getBytes(StandardCharsets.UTF_8);
    Random random = new Random(1);
    for (int round = 0; round < 300; round++) {
      byte[] changed = whole.clone();
      for (int i = 0; i <= round % 3; i++) {
        changed[random.nextInt(changed.length)] = (byte) random.nextInt();
      }
      try (Ring noisy = Ring.create(RingOptions.capacity(1 << 16).maxWaiters(1));
          Descriptor memory = Memfd.constant("schema", changed)) {
        noisy.attach(memory.number());
        MessageSchema.carriedBy(noisy).orElseThrow().fingerprint();
      } catch (DamagedSchemaException refused) {
        assertTrue(refused.getMessage().startsWith("the schema that the ring carries"));
      }
    }
  }
}
