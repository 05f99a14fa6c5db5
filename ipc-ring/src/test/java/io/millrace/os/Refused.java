package io.millrace.os;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.millrace.SystemCallException;
import org.junit.jupiter.api.function.Executable;

/** Expects a system call to fail in one particular way. */
final class Refused {
  private Refused() {}

  static SystemCallException with(int errno, Executable call) {
    SystemCallException failure = assertThrows(SystemCallException.class, call);
    assertEquals(Errno.name(errno), Errno.name(failure.errno()), failure.getMessage());
    return failure;
  }
}
