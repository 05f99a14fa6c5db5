package io.millrace.request;

import static io.millrace.request.CallLayout.*;

import io.millrace.os.Descriptor;
import io.millrace.os.Mapping;
import io.millrace.os.Memfd;
import java.lang.invoke.VarHandle;
import org.agrona.concurrent.UnsafeBuffer;

/** The memory in which a client says how its calls stand, as client or server has it. */
final class CallTable implements AutoCloseable {
  private static final int MOST_SLOTS = 1 << 16;

  /** With pages of any size. */
  private static final int MOST_BYTES = 2 * CallLayout.length(MOST_SLOTS);

  final int slots;
  final int greatestReply;
  private final Mapping mapping;
  private final UnsafeBuffer words;

  private CallTable(Mapping mapping, UnsafeBuffer words, int slots, int greatestReply) {
    this.mapping = mapping;
    this.words = words;
    this.slots = slots;
    this.greatestReply = greatestReply;
  }

  /** Makes the memory; the caller owns the descriptor. */
  static Descriptor create(String service, int slots, int greatestReply) {
    long pages = Math.ceilDiv(CallLayout.length(slots), Mapping.PAGE_SIZE);
    Descriptor memfd = Memfd.create("calls of " + service, pages * Mapping.PAGE_SIZE);
    try (CallTable table = map(memfd)) {
      table.words.putInt(VERSION_OFFSET, VERSION);
      table.words.putInt(SLOTS_OFFSET, slots);
      table.words.putInt(GREATEST_REPLY_OFFSET, greatestReply);
      table.words.putLong(MAGIC_OFFSET, MAGIC);
      return memfd;
    } catch (RuntimeException | Error failure) {
      memfd.close();
      throw failure;
    }
  }

  private static CallTable map(Descriptor memfd) {
    long size = memfd.status().size();
    if (size < FIRST_SLOT || size > MOST_BYTES) {
      throw new DamagedCallsException("memory of calls with " + size + " bytes");
    }
    Mapping mapping = Mapping.of(memfd, 0, size, true);
    UnsafeBuffer words = new UnsafeBuffer(mapping.buffer(0, (int) size));
    int slots = words.getInt(SLOTS_OFFSET);
    return new CallTable(mapping, words, slots, words.getInt(GREATEST_REPLY_OFFSET));
  }

  /**
   * Maps it, and checks everything that later accesses rely on.
   *
   * @throws DamagedCallsException if it is something else
   */
  static CallTable open(Descriptor memfd) {
    if (!Memfd.isSealed(memfd)) {
      throw new DamagedCallsException("memory of calls that is not sealed");
    }
    CallTable table = map(memfd);
    int slots = table.slots;
    if (table.words.getLong(MAGIC_OFFSET) != MAGIC
        || table.words.getInt(VERSION_OFFSET) >>> 16 != VERSION >>> 16
        || slots < 1
        || slots > MOST_SLOTS
        || Integer.bitCount(slots) != 1
        || CallLayout.length(slots) > table.words.capacity()
        || table.greatestReply < 0) {
      table.close();
      throw new DamagedCallsException("no memory of calls, or one of another version");
    }
    return table;
  }

  private int at(long correlation) {
    return CallLayout.slot((int) correlation & slots - 1);
  }

  /**
   * Before the request can be seen. Release stores, behind the one that freed the slot: who sees
   * any of these sees that the call before is over.
   */
  void open(long correlation, long credit, long deadline, int window) {
    int slot = at(correlation);
    words.putLongRelease(slot + SLOT_CREDIT, credit);
    words.putLongRelease(slot + SLOT_DEADLINE, deadline);
    words.putIntRelease(slot + SLOT_WINDOW, window);
    words.putLongRelease(slot + SLOT_OPEN, correlation);
  }

  /**
   * To be looked at before it is asked whether the call is still open: the slot may have another.
   */
  long deadline(long correlation) {
    return words.getLongVolatile(at(correlation) + SLOT_DEADLINE);
  }

  /** The same. */
  int window(long correlation) {
    return words.getIntVolatile(at(correlation) + SLOT_WINDOW);
  }

  /** Nobody waits for an answer any more; the server that has the request says so in its place. */
  void giveUp(long correlation) {
    words.putLongRelease(at(correlation) + SLOT_OPEN, -correlation);
  }

  /** Behind {@link #giveUp} and {@link #free}. */
  void showGivenUp(int calls) {
    words.putLongRelease(GIVEN_UP_OFFSET, calls);
  }

  /** Tells servers whether they need to look at the slots of requests that nobody had before. */
  boolean areAnyGivenUp() {
    return words.getLongVolatile(GIVEN_UP_OFFSET) != 0;
  }

  /** The call is over, and its slot may be used again. */
  void free(long correlation) {
    words.putLongRelease(at(correlation) + SLOT_OPEN, 0);
  }

  boolean isOpen(long correlation) {
    return words.getLongVolatile(at(correlation) + SLOT_OPEN) == correlation;
  }

  boolean isGivenUp(long correlation) {
    return words.getLongVolatile(at(correlation) + SLOT_OPEN) == -correlation;
  }

  /**
   * Lets the server send more replies.
   *
   * @return true if it has found no credit before
   */
  boolean grant(long correlation, long credit) {
    int slot = at(correlation);
    words.putLongRelease(slot + SLOT_CREDIT, credit);
    VarHandle.fullFence(); // Pairs with that of starve: one of the two sees the other.
    return words.getLongVolatile(slot + SLOT_STARVED) == correlation;
  }

  long credit(long correlation) {
    return words.getLongVolatile(at(correlation) + SLOT_CREDIT);
  }

  /** Asks to be told of credit. The caller looks at it once more. */
  void starve(long correlation) {
    words.putLongRelease(at(correlation) + SLOT_STARVED, correlation);
    VarHandle.fullFence();
  }

  /** There is something that servers which have taken calls should look at. */
  void change() {
    words.getAndAddLong(CHANGES_OFFSET, 1);
  }

  long changes() {
    return words.getLongVolatile(CHANGES_OFFSET);
  }

  void undelivered(long correlation) {
    words.putLongRelease(at(correlation) + SLOT_UNDELIVERED, correlation);
    words.getAndAddLong(UNDELIVERED_OFFSET, 1);
  }

  boolean isUndelivered(long correlation) {
    return words.getLongVolatile(at(correlation) + SLOT_UNDELIVERED) == correlation;
  }

  long undelivered() {
    return words.getLongVolatile(UNDELIVERED_OFFSET);
  }

  @Override
  public void close() {
    mapping.close();
  }
}
