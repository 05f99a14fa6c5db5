package io.millrace.testkit;

import static io.millrace.testkit.SeccompFilter.AARCH64;
import static io.millrace.testkit.SeccompFilter.Condition.anyBit;

import java.util.List;

/** Runs a program as if no file system had nameless files ({@code O_TMPFILE}). */
public final class NoNamelessFiles {
  private static final int EOPNOTSUPP = 95;
  private static final int OPENAT = AARCH64 ? 56 : 257;
  private static final int O_TMPFILE = 0x400000;

  private NoNamelessFiles() {}

  /**
   * How to start a program so.
   *
   * @return the command that goes before the program's own; it becomes that command
   */
  public static List<String> command() {
    return SeccompFilter.command(NoNamelessFiles.class);
  }

  /**
   * Becomes a program that runs so.
   *
   * @param arguments the command
   */
  public static void main(String[] arguments) {
    new SeccompFilter().fail(EOPNOTSUPP, OPENAT, anyBit(2, O_TMPFILE)).become(arguments);
  }
}
