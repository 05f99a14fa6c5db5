package io.millrace.discovery.record;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.millrace.discovery.model.Capabilities;
import io.millrace.discovery.model.RecordException;
import io.millrace.discovery.model.RecordException.Flaw;
import io.millrace.discovery.model.Service;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What updates beside a read can do to it, byte for byte as the kernel may give it. */
class RecordFileTest {
  private static byte[] record(long revision, String value) {
    Capabilities capabilities = Capabilities.none().with("key", value);
    return ServiceEncoder.encode(
        new Service(
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
            capabilities,
            List.of(),
            ""));
  }

  private static byte[] twoSlots(byte[] first, byte[] second) {
    byte[] file = Arrays.copyOf(first, RecordLayout.SLOT_SIZE + second.length);
    System.arraycopy(second, 0, file, RecordLayout.SLOT_SIZE, second.length);
    return file;
  }

  private static long revisionRead(byte[]... reads) {
    Deque<byte[]> left = new ArrayDeque<>(List.of(reads));
    return RecordFile.newest("x", left::remove).revision();
  }

  @Test
  void aRecordThatGrewBehindTheSizeOfOneSlotIsReadAgain() {
    byte[] oldest = record(0, "short");
    byte[] newest = record(2, "much longer than before");
    byte[] cut = Arrays.copyOf(newest, oldest.length);
    byte[] whole = twoSlots(newest, record(1, "between"));
    assertEquals(2, revisionRead(cut, whole));
  }

  @Test
  void aRecordThatChangedInTheOnlySlotIsReadAgain() {
    byte[] mixed = record(0, "one");
    byte[] newest = record(2, "two");
    System.arraycopy(newest, 0, mixed, 0, 40);
    assertEquals(2, revisionRead(mixed, twoSlots(newest, record(1, "between"))));
  }

  @Test
  void twoTornSlotsAreReadAgain() {
    byte[] torn = record(2, "a");
    torn[20] ^= 1;
    assertEquals(4, revisionRead(twoSlots(torn, torn), twoSlots(record(4, "b"), torn)));
  }

  @Test
  void whatStandsStillIsRefused() {
    byte[] cut = Arrays.copyOf(record(0, "cut"), 50);
    RecordException refusal =
        assertThrows(RecordException.class, () -> RecordFile.newest("x", cut::clone));
    assertEquals(Flaw.CUT_SHORT, refusal.flaw());
  }
}
