package io.millrace.os;

import static io.millrace.os.Native.INT;
import static io.millrace.os.Native.LONG;
import static io.millrace.os.Native.POINTER;

import io.millrace.SystemCallException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/** What getsockopt(2) and setsockopt(2) tell and set. */
final class SocketOptions {
  private static final int SOL_SOCKET = 1;
  private static final int SO_PEERCRED = 17;
  private static final int SO_RCVTIMEO = 20;
  private static final int SO_SNDTIMEO = 21;
  private static final int SO_PASSRIGHTS = 83;
  private static final int ENOPROTOOPT = 92;

  /** struct ucred: pid, uid, gid. */
  private static final int CREDENTIALS_SIZE = 12;

  /** struct timeval: seconds, microseconds. */
  private static final int TIME_SIZE = 16;

  private static final MethodHandle GETSOCKOPT =
      Native.bind("getsockopt", INT, INT, INT, INT, POINTER, POINTER);
  private static final MethodHandle SETSOCKOPT =
      Native.bind("setsockopt", INT, INT, INT, INT, POINTER, INT);

  private SocketOptions() {}

  static UnixSocket.Peer peer(Descriptor socket) {
    MemorySegment state = Native.state();
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment peer = arena.allocate(CREDENTIALS_SIZE, 4);
      MemorySegment size = arena.allocateFrom(INT, CREDENTIALS_SIZE);
      int number = socket.number();
      CallResult.check(
          Native.result(
              (int) GETSOCKOPT.invokeExact(state, number, SOL_SOCKET, SO_PEERCRED, peer, size),
              state),
          "getsockopt(SO_PEERCRED)",
          socket);
      return new UnixSocket.Peer(peer.get(INT, 0), peer.get(INT, 4), peer.get(INT, 8));
    } catch (Throwable thrown) {
      throw Native.impossible(thrown);
    }
  }

  static void setTimeouts(Descriptor socket, int millis) {
    if (millis <= 0) { // The kernel would take 0 for "wait for ever".
      throw new IllegalArgumentException("not a timeout in milliseconds: " + millis);
    }
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment time = arena.allocate(TIME_SIZE, 8);
      time.set(LONG, 0, millis / 1000);
      time.set(LONG, 8, millis % 1000 * 1000L);
      set(socket, SO_RCVTIMEO, time);
      set(socket, SO_SNDTIMEO, time);
    }
  }

  /** Returns false before Linux 6.16. */
  static boolean refuseDescriptors(Descriptor socket) {
    try (Arena arena = Arena.ofConfined()) {
      set(socket, SO_PASSRIGHTS, arena.allocateFrom(INT, 0));
      return true;
    } catch (SystemCallException failure) {
      if (failure.errno() == ENOPROTOOPT) {
        return false;
      }
      throw failure;
    }
  }

  private static void set(Descriptor socket, int option, MemorySegment value) {
    MemorySegment state = Native.state();
    int size = (int) value.byteSize();
    int done;
    try {
      done =
          Native.result(
              (int) SETSOCKOPT.invokeExact(state, socket.number(), SOL_SOCKET, option, value, size),
              state);
    } catch (Throwable thrown) {
      throw Native.impossible(thrown);
    }
    CallResult.check(done, "setsockopt", socket);
  }
}
