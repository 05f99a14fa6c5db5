package io.millrace.testkit;

import static io.millrace.testkit.SeccompFilter.AARCH64;
import static io.millrace.testkit.SeccompFilter.Condition.anyBit;
import static io.millrace.testkit.SeccompFilter.Condition.atLeast;
import static io.millrace.testkit.SeccompFilter.Condition.equal;
import static io.millrace.testkit.SeccompFilter.Condition.notEqual;

import java.util.List;
import java.util.stream.IntStream;

/**
 * Runs a program as on Linux 5.4, the oldest that is promised: calls and flags that are newer fail
 * as they did there. What cannot be seen in the arguments of a call (what a pointer leads to, what
 * a file system can do) stays as it is on this kernel.
 */
public final class OldKernel {
  private static final int ENOTTY = 25;
  private static final int EINVAL = 22;
  private static final int ENOSYS = 38;
  private static final int ENOPROTOOPT = 92;
  private static final int EOPNOTSUPP = 95;
  private static final int ANY = -1;

  /** From here on both architectures have the same numbers, and leave none out. */
  private static final int FIRST_OF_ALL = 424;

  /** clone3 is the last one of Linux 5.3, and 5.4 has no other. */
  private static final int CLONE3 = 435;

  private static final int LAST_OF_X86 = 334;
  private static final int SOL_SOCKET = 1;
  private static final int PR_SET_PTRACER = 0x59616d61;
  private static final int F_ADD_SEALS = 1033;

  private OldKernel() {}

  /**
   * How to start a program so.
   *
   * @return the command that goes before the program's own; it becomes that command
   */
  public static List<String> command() {
    return SeccompFilter.command(OldKernel.class);
  }

  /**
   * Becomes a program that runs so.
   *
   * @param arguments the command
   */
  public static void main(String[] arguments) {
    filter().become(arguments);
  }

  private static SeccompFilter filter() {
    SeccompFilter filter = new SeccompFilter();
    if (!AARCH64) {
      filter.fail(ENOSYS, LAST_OF_X86 + 1, FIRST_OF_ALL - 1);
    }
    return filter
        .fail(ENOSYS, CLONE3 + 1, 0x3ffffffe)
        // MFD_NOEXEC_SEAL and MFD_EXEC, 6.3
        .fail(EINVAL, number(319, 279), anyBit(1, 0x18))
        // F_SEAL_EXEC, 6.3
        .fail(EINVAL, number(72, 25), equal(1, F_ADD_SEALS), anyBit(2, 0x20))
        // F_DUPFD_QUERY, 6.10; F_CREATED_QUERY, 6.12
        .fail(EINVAL, number(72, 25), equal(1, 1027))
        .fail(EINVAL, number(72, 25), equal(1, 1028))
        // PIDFD_NONBLOCK, 5.10, and all others
        .fail(EINVAL, 434, anyBit(1, ANY))
        .fail(EINVAL, 424, anyBit(3, ANY))
        // MAP_DROPPABLE, 6.11: a type of mapping
        .fail(EINVAL, number(9, 222), anyBit(3, 0x8))
        // MREMAP_DONTUNMAP, 5.7
        .fail(EINVAL, number(25, 216), anyBit(3, 0x4))
        // MADV_POPULATE_READ, 5.14, and later ones, up to those for poisoned pages
        .fail(EINVAL, number(28, 233), atLeast(2, 22), notEqual(2, 100), notEqual(2, 101))
        // Restartable sequences, 5.10; registrations, 6.3; no command has flags before 5.10
        .fail(EINVAL, number(324, 283), anyBit(0, ~0x7f))
        .fail(EINVAL, number(324, 283), anyBit(1, ANY))
        // FUTEX_LOCK_PI2, 5.14, private or not
        .fail(ENOSYS, number(202, 98), equal(1, 13))
        .fail(ENOSYS, number(202, 98), equal(1, 13 | 128))
        // PR_SET_IO_FLUSHER, 5.6, and later ones
        .fail(EINVAL, number(157, 167), atLeast(0, 57), notEqual(0, PR_SET_PTRACER))
        // SECCOMP_FILTER_FLAG_TSYNC_ESRCH, 5.7, and later ones
        .fail(EINVAL, number(317, 277), equal(0, 1), atLeast(1, 16))
        // CLONE_NEWTIME, 5.6
        .fail(EINVAL, number(272, 97), anyBit(0, 0x80))
        // SO_PREFER_BUSY_POLL, 5.11, and later ones, among them SO_PASSPIDFD and SO_PASSRIGHTS
        .fail(ENOPROTOOPT, number(54, 208), equal(1, SOL_SOCKET), atLeast(2, 69))
        .fail(ENOPROTOOPT, number(55, 209), equal(1, SOL_SOCKET), atLeast(2, 69))
        // FALLOC_FL_WRITE_ZEROES, 6.17
        .fail(EOPNOTSUPP, number(285, 47), anyBit(1, 0x80))
        // RWF_NOAPPEND, 6.9, and later ones
        .fail(EOPNOTSUPP, number(327, 286), anyBit(5, ~0x1f))
        .fail(EOPNOTSUPP, number(328, 287), anyBit(5, ~0x1f))
        // AT_EXECVE_CHECK, 6.14
        .fail(EINVAL, number(322, 281), anyBit(4, 0x10000))
        // PIDFD_GET_INFO, 6.13, and all else that can be asked of a pidfd: _IO(0xff, 1 to 11)
        .fail(ENOTTY, number(16, 29), allBits(1, 0xff00));
  }

  private static SeccompFilter.Condition[] allBits(int argument, int mask) {
    return IntStream.range(0, Integer.SIZE)
        .map(bit -> 1 << bit & mask)
        .filter(bit -> bit != 0)
        .mapToObj(bit -> anyBit(argument, bit))
        .toArray(SeccompFilter.Condition[]::new);
  }

  private static int number(int ofX86, int ofAarch64) {
    return AARCH64 ? ofAarch64 : ofX86;
  }
}
