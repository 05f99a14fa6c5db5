package io.millrace.os;

import static io.millrace.os.Native.INT;
import static io.millrace.os.Native.LONG;
import static io.millrace.os.Native.POINTER;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.charset.StandardCharsets;
import net.openhft.chronicle.core.io.AbstractCloseable;

/**
 * A Unix domain socket that keeps the bounds of messages (SOCK_SEQPACKET) and carries descriptors.
 *
 * <p>Any thread may use it; sends and receives of one direction are done by one thread at a time.
 */
public final class UnixSocket extends AbstractCloseable {
  /** How many descriptors one message can carry (SCM_MAX_FD). */
  public static final int MAX_DESCRIPTORS = 253;

  private static final int AF_UNIX = 1;
  private static final int SOCK_SEQPACKET = 5;
  private static final int SOCK_NONBLOCK = 0x800;
  private static final int SOCK_CLOEXEC = 0x80000;
  private static final int SOL_SOCKET = 1;
  private static final int SO_PEERCRED = 17;
  private static final int SO_RCVTIMEO = 20;
  private static final int SO_SNDTIMEO = 21;
  private static final int SCM_RIGHTS = 1;
  private static final int MSG_CTRUNC = 0x8;
  private static final int MSG_TRUNC = 0x20;
  private static final int MSG_NOSIGNAL = 0x4000;
  private static final int MSG_CMSG_CLOEXEC = 0x40000000;

  private static final int ADDRESS_SIZE = 110;
  private static final int PATH_SIZE = 108;
  private static final int HEADER_SIZE = 56;
  private static final int CONTROL_HEADER = 16;

  private static final MethodHandle SOCKET = Native.bind("socket", INT, INT, INT, INT);
  private static final MethodHandle BIND = Native.bind("bind", INT, INT, POINTER, INT);
  private static final MethodHandle LISTEN = Native.bind("listen", INT, INT, INT);
  private static final MethodHandle CONNECT = Native.bind("connect", INT, INT, POINTER, INT);
  private static final MethodHandle ACCEPT =
      Native.bind("accept4", INT, INT, POINTER, POINTER, INT);
  private static final MethodHandle SENDMSG = Native.bind("sendmsg", LONG, INT, POINTER, INT);
  private static final MethodHandle RECVMSG = Native.bind("recvmsg", LONG, INT, POINTER, INT);
  private static final MethodHandle GETSOCKOPT =
      Native.bind("getsockopt", INT, INT, INT, INT, POINTER, POINTER);
  private static final MethodHandle SETSOCKOPT =
      Native.bind("setsockopt", INT, INT, INT, INT, POINTER, INT);

  private final Descriptor descriptor;

  private UnixSocket(Descriptor descriptor) {
    this.descriptor = descriptor;
    singleThreadedCheckDisabled(true);
  }

  /**
   * Who is at the other end, as the kernel says it.
   *
   * @param pid its process, in the pid namespace of the caller
   * @param uid its effective user when it connected
   * @param gid its effective group when it connected
   */
  public record Peer(int pid, int uid, int gid) {}

  /**
   * One message.
   *
   * @param content its bytes
   * @param descriptors the numbers of the descriptors that came with it, owned by the receiver
   */
  public record Message(byte[] content, int[] descriptors) {}

  /**
   * Listens under a name in a directory.
   *
   * @param directory the directory
   * @param name the name; it must not be taken
   * @param backlog how many connections may wait to be accepted
   * @return the listening socket, which never blocks
   * @throws SystemCallException EADDRINUSE if the name is taken
   */
  public static UnixSocket listen(Directory directory, String name, int backlog) {
    UnixSocket socket = open(SOCK_NONBLOCK);
    String what = directory.path().resolve(name).toString();
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment address = address(arena, directory, name);
      MemorySegment state = Native.state();
      int number = socket.descriptor.number();
      SystemCallException.check(
          Native.result((int) BIND.invokeExact(state, number, address, ADDRESS_SIZE), state),
          "bind",
          what);
      SystemCallException.check(
          Native.result((int) LISTEN.invokeExact(state, number, backlog), state), "listen", what);
      return socket;
    } catch (Throwable thrown) {
      socket.close();
      throw Native.impossible(thrown);
    }
  }

  /**
   * Connects to a listener.
   *
   * @param directory the directory
   * @param name the listener's name there
   * @param timeoutMillis how long a later send or receive may take, also the wait for the listener
   *     to make room
   * @return the connection
   * @throws SystemCallException ECONNREFUSED if nobody listens any more, EACCES, ENOENT, EAGAIN
   */
  public static UnixSocket connect(Directory directory, String name, int timeoutMillis) {
    UnixSocket socket = open(0);
    String what = directory.path().resolve(name).toString();
    try (Arena arena = Arena.ofConfined()) {
      socket.setTimeout(timeoutMillis);
      MemorySegment address = address(arena, directory, name);
      MemorySegment state = Native.state();
      int connected;
      do {
        connected =
            Native.result(
                (int) CONNECT.invokeExact(state, socket.descriptor.number(), address, ADDRESS_SIZE),
                state);
      } while (connected == -Errno.EINTR);
      SystemCallException.check(connected, "connect", what);
      return socket;
    } catch (Throwable thrown) {
      socket.close();
      throw Native.impossible(thrown);
    }
  }

  /**
   * Accepts a waiting connection.
   *
   * @param timeoutMillis how long a later send or receive on it may take
   * @return the connection, or {@code null} if none is waiting
   */
  public UnixSocket accept(int timeoutMillis) {
    UnixSocket socket = acceptWith(0);
    try {
      if (socket != null) {
        socket.setTimeout(timeoutMillis);
      }
      return socket;
    } catch (RuntimeException | Error failure) {
      socket.close();
      throw failure;
    }
  }

  /**
   * Accepts a waiting connection on which no later call blocks.
   *
   * @return the connection, or {@code null} if none is waiting
   */
  public UnixSocket acceptNonBlocking() {
    return acceptWith(SOCK_NONBLOCK);
  }

  private UnixSocket acceptWith(int flags) {
    MemorySegment state = Native.state();
    int accepted;
    try {
      do {
        accepted =
            Native.result(
                (int)
                    ACCEPT.invokeExact(
                        state,
                        descriptor.number(),
                        MemorySegment.NULL,
                        MemorySegment.NULL,
                        SOCK_CLOEXEC | flags),
                state);
      } while (accepted == -Errno.EINTR);
    } catch (Throwable thrown) {
      throw Native.impossible(thrown);
    }
    if (accepted == -Errno.EAGAIN || accepted == -Errno.ECONNRESET) {
      return null;
    }
    SystemCallException.check(accepted, "accept4", descriptor.toString());
    return new UnixSocket(Descriptor.adopt(accepted, "connection"));
  }

  /**
   * Who connected, or who listens where this end connected to.
   *
   * @return the peer's credentials
   */
  public Peer peer() {
    MemorySegment state = Native.state();
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment credentials = arena.allocate(12, 4);
      MemorySegment size = arena.allocateFrom(INT, 12);
      SystemCallException.check(
          Native.result(
              (int)
                  GETSOCKOPT.invokeExact(
                      state, descriptor.number(), SOL_SOCKET, SO_PEERCRED, credentials, size),
              state),
          "getsockopt(SO_PEERCRED)",
          descriptor.toString());
      return new Peer(credentials.get(INT, 0), credentials.get(INT, 4), credentials.get(INT, 8));
    } catch (Throwable thrown) {
      throw Native.impossible(thrown);
    }
  }

  /**
   * Sends one message.
   *
   * @param content its bytes, at least one
   * @param descriptors numbers of descriptors to go along, at most {@link #MAX_DESCRIPTORS}
   * @throws SystemCallException EPIPE if the peer is gone, EAGAIN if it did not take it in time
   */
  public void send(byte[] content, int... descriptors) {
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
      MemorySegment state = Native.state();
      long sent;
      do {
        sent =
            Native.result(
                (long) SENDMSG.invokeExact(state, descriptor.number(), header, MSG_NOSIGNAL),
                state);
      } while (sent == -Errno.EINTR);
      SystemCallException.check(sent, "sendmsg", descriptor.toString());
    } catch (Throwable thrown) {
      throw Native.impossible(thrown);
    }
  }

  /**
   * Receives one message.
   *
   * @param limit how many bytes it may have
   * @param descriptorLimit how many descriptors may come with it
   * @return the message, or {@code null} if the peer has closed
   * @throws SystemCallException EAGAIN if nothing came in time, EOPNOTSUPP if the message was
   *     larger than the limits (what came of it is closed), and others
   */
  public Message receive(int limit, int descriptorLimit) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment data = arena.allocate(limit);
      MemorySegment control = control(arena, Math.max(1, descriptorLimit));
      MemorySegment header = header(arena, data, control);
      MemorySegment state = Native.state();
      long count;
      do {
        count =
            Native.result(
                (long) RECVMSG.invokeExact(state, descriptor.number(), header, MSG_CMSG_CLOEXEC),
                state);
      } while (count == -Errno.EINTR);
      SystemCallException.check(count, "recvmsg", descriptor.toString());
      int[] descriptors = received(header, control);
      int flags = header.get(INT, 48);
      if ((flags & (MSG_TRUNC | MSG_CTRUNC)) != 0 || descriptors.length > descriptorLimit) {
        for (int number : descriptors) {
          Libc.close(number);
        }
        throw new SystemCallException("recvmsg", Errno.EOPNOTSUPP, "a message above the limits");
      }
      if (count == 0 && descriptors.length == 0) {
        return null;
      }
      return new Message(data.asSlice(0, count).toArray(ValueLayout.JAVA_BYTE), descriptors);
    } catch (Throwable thrown) {
      throw Native.impossible(thrown);
    }
  }

  /**
   * The socket's descriptor, to poll it.
   *
   * @return the descriptor; it stays owned by this object
   */
  public Descriptor descriptor() {
    return descriptor;
  }

  private static int[] received(MemorySegment header, MemorySegment control) {
    if (header.get(LONG, 40) < CONTROL_HEADER
        || control.get(INT, 8) != SOL_SOCKET
        || control.get(INT, 12) != SCM_RIGHTS) {
      return new int[0];
    }
    int count = (int) ((control.get(LONG, 0) - CONTROL_HEADER) / Integer.BYTES);
    return control.asSlice(CONTROL_HEADER, (long) count * Integer.BYTES).toArray(INT);
  }

  private void setTimeout(int millis) {
    setTimeout(SO_RCVTIMEO, millis);
    setTimeout(SO_SNDTIMEO, millis);
  }

  private void setTimeout(int option, int millis) {
    MemorySegment state = Native.state();
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment time = arena.allocate(16, 8);
      time.set(LONG, 0, millis / 1000);
      time.set(LONG, 8, millis % 1000 * 1000L);
      SystemCallException.check(
          Native.result(
              (int)
                  SETSOCKOPT.invokeExact(state, descriptor.number(), SOL_SOCKET, option, time, 16),
              state),
          "setsockopt",
          descriptor.toString());
    } catch (Throwable thrown) {
      throw Native.impossible(thrown);
    }
  }

  private static UnixSocket open(int flags) {
    MemorySegment state = Native.state();
    int number;
    try {
      number =
          Native.result(
              (int) SOCKET.invokeExact(state, AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | flags, 0),
              state);
    } catch (Throwable thrown) {
      throw Native.impossible(thrown);
    }
    SystemCallException.check(number, "socket", "AF_UNIX");
    return new UnixSocket(Descriptor.adopt(number, "socket"));
  }

  /** Through /proc/self/fd, because a socket address has room for 107 bytes of path only. */
  private static MemorySegment address(Arena arena, Directory directory, String name) {
    byte[] path =
        ("/proc/self/fd/" + directory.descriptor().number() + "/" + name)
            .getBytes(StandardCharsets.UTF_8);
    if (path.length >= PATH_SIZE) {
      throw new IllegalArgumentException(
          "socket name of " + name.length() + " characters is too long: " + name);
    }
    MemorySegment address = arena.allocate(ADDRESS_SIZE, 8);
    address.set(Native.SHORT, 0, (short) AF_UNIX);
    MemorySegment.copy(path, 0, address, ValueLayout.JAVA_BYTE, 2, path.length);
    return address;
  }

  private static MemorySegment control(Arena arena, int descriptors) {
    long size = CONTROL_HEADER + (Integer.BYTES * (long) descriptors + 7) / 8 * 8;
    return arena.allocate(size, 8);
  }

  /** struct msghdr with one buffer. */
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

  @Override
  protected void performClose() {
    descriptor.close();
  }
}
