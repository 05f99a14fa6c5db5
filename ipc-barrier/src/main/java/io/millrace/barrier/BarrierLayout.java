package io.millrace.barrier;

import io.millrace.os.Mapping;

/**
 * Where each word of a barrier stands in its region, who writes it and who reads it.
 *
 * <pre>
 *    0  +-------------------------------+
 *       | magic                    long |  the creator writes these once, the magic last;
 *    8  | version                   int |  joiners check them
 *   12  | parties                   int |
 *  128  +-------------------------------+  two cache lines apart: neighbours are prefetched in pairs
 *       | state                    long |  every party, by compare-and-set only: see BarrierState
 *  256  +-------------------------------+
 *       | members                  long |  grows with each joining, leaving and burial
 *  264  | last break               long |  how the last broken generation broke: see LastBreak
 *  384  +-------------------------------+  one place, 128 bytes, per party
 *       | +0  status               long |  incarnation and FREE, JOINING or JOINED
 *       | +8  pid                   int |  its owner, while JOINING and JOINED
 *       | +16 pid namespace        long |  its owner
 *       | +24 arrived in           long |  its owner: 1 + the generation it last arrived in
 *       | +32 broken in            long |  a resetter: 1 + a generation that broke under it
 *  512  +-------------------------------+
 *       | the next place ...            |
 * </pre>
 *
 * <p>The owner of a place holds an OFD write lock on its first byte for as long as it lives. The
 * first byte of the state is locked by a party that repairs a broken barrier.
 */
final class BarrierLayout {
  static final int MAX_PARTIES = 255;

  static final long MAGIC = 0x524549525241424dL; // "MBARRIER"
  static final int VERSION = 1;

  static final int MAGIC_OFFSET = 0;
  static final int VERSION_OFFSET = 8;
  static final int PARTIES_OFFSET = 12;
  static final int STATE_OFFSET = 128;
  static final int MEMBERS_OFFSET = 256;
  static final int LAST_BREAK_OFFSET = 264;

  /** The byte of the file that is locked by the party that repairs a broken barrier. */
  static final int REPAIR_LOCK = STATE_OFFSET;

  static final int STATUS_OFFSET = 0;
  static final int PID_OFFSET = 8;
  static final int PID_NAMESPACE_OFFSET = 16;
  static final int ARRIVED_IN_OFFSET = 24;
  static final int BROKEN_IN_OFFSET = 32;

  private static final int PLACES_OFFSET = 384;
  private static final int PLACE_SIZE = 128;

  private BarrierLayout() {}

  /** Where the place of a party starts; also the byte of the file that its owner locks. */
  static int place(int index) {
    return PLACES_OFFSET + index * PLACE_SIZE;
  }

  /** The size of the region of a barrier, whole pages. */
  static long size(int parties) {
    long page = Mapping.PAGE_SIZE;
    return (place(parties) + page - 1) / page * page;
  }
}
