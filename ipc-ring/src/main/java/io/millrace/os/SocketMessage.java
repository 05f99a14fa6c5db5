package io.millrace.os;

import static io.millrace.os.Native.INT;
import static io.millrace.os.Native.LONG;
import static io.millrace.os.Native.POINTER;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.stream.IntStream;

/**
 * Messages with descriptors, in the structures of sendmsg(2) and recvmsg(2).
 *
 * <pre>
 * struct msghdr    0 name  8 name length  16 buffers  24 their number  32 control  40 its length
 *                 48 flags
 * struct cmsghdr   0 length with this header  8 level  12 type  16 descriptors, 4 bytes each
 * </pre>
 */
final class SocketMessage {
  private static final int SOL_SOCKET = 1;
  private static final int SCM_RIGHTS = 1;
  private static final int SCM_PIDFD = 4;
  private static final int MSG_PEEK = 0x2;
  private static final int MSG_CTRUNC = 0x8;
  private static final int MSG_TRUNC = 0x20;
  private static final int MSG_DONTWAIT = 0x40;
  private static final int MSG_NOSIGNAL = 0x4000;
  private static final int MSG_CMSG_CLOEXEC = 0x40000000;
  private static final int HEADER_SIZE = 56;
  private static final int CONTROL_HEADER = 16;

  private static final MethodHandle SENDMSG = Native.bind("sendmsg", LONG, INT, POINTER, INT);
  private static final MethodHandle RECVMSG = Native.bind("recvmsg", LONG, INT, POINTER, INT);

  private SocketMessage() {}

  static void send(Descriptor socket, byte[] content, int[] descriptors) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment data = arena.allocateFrom(ValueLayout.JAVA_BYTE, content);
      MemorySegment control = MemorySegment.NULL;
      if (descriptors.length > 0) {
        control = control(arena, descriptors.length);
        control.set(LONG, 0, CONTROL_HEADER + (long) Integer.BYTES * descriptors.length);
        control.set(INT, 8, SOL_SOCKET);
        control.set(INT, 12, SCM_RIGHTS);
        MemorySegment.copy(descriptors, 0, control, INT, CONTROL_HEADER, descriptors.length);
      }
      MemorySegment header = header(arena, data, control);
      CallResult.check(call(SENDMSG, socket, header, MSG_NOSIGNAL), "sendmsg", socket);
    }
  }

  static UnixSocket.Message receive(Descriptor socket, int limit, int descriptorLimit) {
    return receive(socket, limit, descriptorLimit, 0);
  }

  static UnixSocket.Message peek(Descriptor socket, int limit, int descriptorLimit) {
    return receive(socket, limit, descriptorLimit, MSG_PEEK | MSG_DONTWAIT);
  }

  private static UnixSocket.Message receive(
      Descriptor socket, int limit, int descriptorLimit, int flags) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment data = arena.allocate(limit);
      MemorySegment control = control(arena, Math.max(1, descriptorLimit));
      MemorySegment header = header(arena, data, control);
      long count = call(RECVMSG, socket, header, MSG_CMSG_CLOEXEC | flags);
      CallResult.check(count, "recvmsg", socket);
      int[] descriptors = descriptors(header, control);
      boolean cut = (header.get(INT, 48) & (MSG_TRUNC | MSG_CTRUNC)) != 0;
      // Asked before those that came are closed: then there would be room again.
      int shortage = cut && descriptors.length < descriptorLimit ? shortage(socket) : 0;
      // The control buffer is rounded up and may have had room for one more than wanted.
      if (cut || descriptors.length > descriptorLimit) {
        for (int number : descriptors) {
          Libc.close(number);
        }
        String received = "a message with more than " + descriptors.length + " descriptors on ";
        CallResult.check(shortage, "recvmsg", received + socket);
        throw CallResult.failure(
            "recvmsg",
            Errno.EMSGSIZE,
            String.format(
                "a message of more than %d bytes or %d descriptors on %s",
                limit, descriptorLimit, socket));
      }
      if (count == 0 && descriptors.length == 0) {
        return null;
      }
      byte[] content = data.asSlice(0, count).toArray(ValueLayout.JAVA_BYTE);
      return new UnixSocket.Message(content, descriptors);
    }
  }

  /** The kernel does not say why it cut a message: tells whether this process can open no more. */
  private static int shortage(Descriptor socket) {
    int probe = Libc.fcntl(socket.number(), Libc.F_DUPFD_CLOEXEC, 0);
    if (probe >= 0) {
      Libc.close(probe);
    }
    return Math.min(0, probe);
  }

  private static long call(
      MethodHandle function, Descriptor socket, MemorySegment header, int flags) {
    MemorySegment state = Native.state();
    try {
      long count;
      do {
        count =
            Native.result(
                (long) function.invokeExact(state, socket.number(), header, flags), state);
      } while (count == -Errno.EINTR);
      return count;
    } catch (Throwable thrown) {
      throw Native.impossible(thrown);
    }
  }

  /**
   * All descriptors that came. A process that shares the socket can make the kernel add others than
   * those that were sent (SO_PASSPIDFD), in front of them: they are owned here as well.
   */
  private static int[] descriptors(MemorySegment header, MemorySegment control) {
    IntStream.Builder numbers = IntStream.builder();
    long end = header.get(LONG, 40);
    long length;
    for (long at = 0; at + CONTROL_HEADER <= end; at += (length + 7) / 8 * 8) {
      length = control.get(LONG, at);
      if (length < CONTROL_HEADER || length > end - at) {
        break;
      }
      int type = control.get(INT, at + 12);
      if (control.get(INT, at + 8) == SOL_SOCKET && (type == SCM_RIGHTS || type == SCM_PIDFD)) {
        for (long one = at + CONTROL_HEADER; one < at + length; one += Integer.BYTES) {
          numbers.add(control.get(INT, one));
        }
      }
    }
    return numbers.build().toArray();
  }

  private static MemorySegment control(Arena arena, int descriptors) {
    long size = CONTROL_HEADER + (Integer.BYTES * (long) descriptors + 7) / 8 * 8;
    return arena.allocate(size, 8);
  }

  private static MemorySegment header(Arena arena, MemorySegment data, MemorySegment control) {
    MemorySegment vector = arena.allocate(16, 8);
    vector.set(POINTER, 0, data);
    vector.set(LONG, 8, data.byteSize());
    MemorySegment header = arena.allocate(HEADER_SIZE, 8);
    header.set(POINTER, 16, vector);
    header.set(LONG, 24, 1);
    header.set(POINTER, 32, control);
    header.set(LONG, 40, control.byteSize());
    return header;
  }
}
