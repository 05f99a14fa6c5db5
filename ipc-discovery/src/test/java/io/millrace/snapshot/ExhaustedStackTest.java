package io.millrace.snapshot;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.os.LifeCycle;
import io.millrace.testkit.LeavesNothingOpen;
import java.lang.reflect.Field;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/**
 * Writes and reads at the deepest levels of a stack, where each fails somewhere else for want of
 * it: the next one works, and nobody sees a value that was not published whole.
 */
@Timeout(120)
@ExtendWith(LeavesNothingOpen.class)
class ExhaustedStackTest {
  private static final int ROUNDS = 40;
  private static final int DIVES = 2_000;
  private static final int LENGTH = 300;

  @TempDir Path directory;

  /** Writes, or reads, at each of the deepest levels, from the last one upwards. */
  private static final class Dive {
    final SnapshotWriter writer;
    final SnapshotReader reader;
    final byte[] value = new byte[LENGTH];
    int calls;
    byte next;
    int wrong;

    Dive(SnapshotWriter writer, SnapshotReader reader) {
      this.writer = writer;
      this.reader = reader;
    }

    void dive() {
      try {
        dive();
      } catch (StackOverflowError bottom) {
        // This level may be deep enough for a part of a call.
      }
      if (calls++ < DIVES) {
        try {
          if (calls % 2 == 0) {
            next++;
            for (int i = 0; i < LENGTH; i++) {
              value[i] = next;
            }
            writer.write(value, Duration.ZERO);
          } else {
            Snapshot snapshot = reader.read();
            wrong += isWhole(snapshot) ? 0 : 1;
            snapshot.close();
          }
        } catch (StackOverflowError | InternalError exhausted) { // The JDK wraps it sometimes.
          return;
        } catch (IllegalStateException guardIsOpen) {
          return; // Its close was the call that failed.
        }
      }
    }
  }

  private static boolean isWhole(Snapshot snapshot) {
    byte first = snapshot.buffer().getByte(0);
    for (int i = 1; i < snapshot.length(); i++) {
      if (snapshot.buffer().getByte(i) != first) {
        return false;
      }
    }
    return snapshot.length() == LENGTH;
  }

  @Test
  void aWriterAndAReaderWhoseThreadRanOutOfStackGoOn() throws Exception {
    Path path = directory.resolve("value");
    Throwable[] failure = new Throwable[1];
    for (int round = 0; round < ROUNDS; round++) {
      Thread diver =
          new Thread(
              null,
              () -> {
                try {
                  diveOnce(path);
                } catch (Throwable thrown) {
                  failure[0] = thrown;
                }
              },
              "diver",
              512 * 1024);
      diver.start();
      diver.join();
      assertNull(failure[0], () -> failure[0] + ": " + Arrays.toString(failure[0].getStackTrace()));
    }
  }

  private static void diveOnce(Path path) {
    Synchronizer state = Synchronizer.open(path);
    try (SnapshotWriter writer = state.writer();
        SnapshotReader reader = state.reader();
        SnapshotReader observer = state.reader()) {
      byte[] value = new byte[LENGTH];
      writer.write(value, Duration.ZERO); // What is loaded for the first time needs more stack.
      Snapshot guard = reader.read();
      guard.close();
      observer.readValidated().close();
      Dive dive = new Dive(writer, reader);
      dive.dive();
      assertEquals(0, dive.wrong);
      try (Snapshot last = observer.readValidated()) {
        assertTrue(isWhole(last));
      }
      guard.close(); // Its close may have been the call that failed; it is the same one always.
      Arrays.fill(value, (byte) -1);
      long before = writer.version();
      assertEquals(before + 1, writer.write(value, Duration.ZERO).version());
      try (Snapshot seen = reader.readValidated()) {
        byte[] bytes = new byte[seen.length()];
        seen.buffer().getBytes(0, bytes);
        assertArrayEquals(value, bytes);
        assertTrue(seen.isOn());
      }
    }
  }

  /**
   * A call that could not say that it ended: enter without exit, as an exhausted stack leaves it.
   */
  private static void leaveInside(Object handle) throws Exception {
    Field life = handle.getClass().getDeclaredField("life");
    life.setAccessible(true);
    ((LifeCycle) life.get(handle)).enter();
  }

  @Test
  void aCallThatCouldNotSayThatItEndedHoldsUpNoOther() throws Exception {
    Synchronizer state = Synchronizer.open(directory.resolve("value"));
    for (boolean isUsed : new boolean[] {false, true}) {
      SnapshotWriter writer = state.writer();
      SnapshotReader reader = state.reader();
      leaveInside(writer);
      leaveInside(reader);
      if (isUsed) {
        writer.write(new byte[LENGTH], Duration.ZERO);
        reader.read().close();
      }
      writer.close();
      reader.close();
      state.writer().close(); // The lock is free, and by LeavesNothingOpen all else.
    }
  }
}
