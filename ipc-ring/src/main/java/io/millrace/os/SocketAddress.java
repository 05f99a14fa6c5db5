package io.millrace.os;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;

/** struct sockaddr_un: the family, then a path of up to 107 bytes and its final zero. */
final class SocketAddress {
  static final int AF_UNIX = 1;
  static final int SIZE = 110;

  private static final int PATH = 2;

  private SocketAddress() {}

  /** The address of a name in a directory, by the directory's descriptor: its path may be long. */
  static MemorySegment of(Arena arena, Directory directory, String name) {
    String path = "/proc/self/fd/" + directory.descriptor().number() + "/" + name;
    byte[] bytes = path.getBytes(StandardCharsets.UTF_8);
    int excess = PATH + bytes.length + 1 - SIZE;
    if (excess > 0) {
      throw new IllegalArgumentException(
          "the name of a socket is too long by " + excess + " bytes: " + name);
    }
    MemorySegment address = arena.allocate(SIZE, 8);
    address.set(Native.SHORT, 0, (short) AF_UNIX);
    MemorySegment.copy(bytes, 0, address, ValueLayout.JAVA_BYTE, PATH, bytes.length);
    return address;
  }
}
