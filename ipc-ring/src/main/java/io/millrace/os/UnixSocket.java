package io.millrace.os;

import static io.millrace.os.Native.INT;
import static io.millrace.os.Native.POINTER;

import io.millrace.SystemCallException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/**
 * A Unix domain socket that keeps the bounds of messages (SOCK_SEQPACKET) and carries descriptors.
 *
 * <p>Any thread may use it; sends and receives of one direction are done by one thread at a time.
 */
public final class UnixSocket extends Resource {
  /** How many descriptors one message can carry (SCM_MAX_FD). */
  public static final int MAX_DESCRIPTORS = 253;

  private static final int SOCK_SEQPACKET = 5;
  private static final int SOCK_NONBLOCK = 0x800;
  private static final int SOCK_CLOEXEC = 0x80000;

  private static final MethodHandle SOCKETPAIR =
      Native.bind("socketpair", INT, INT, INT, INT, POINTER);
  private static final MethodHandle SOCKET = Native.bind("socket", INT, INT, INT, INT);
  private static final MethodHandle BIND = Native.bind("bind", INT, INT, POINTER, INT);
  private static final MethodHandle LISTEN = Native.bind("listen", INT, INT, INT);
  private static final MethodHandle CONNECT = Native.bind("connect", INT, INT, POINTER, INT);
  private static final MethodHandle ACCEPT =
      Native.bind("accept4", INT, INT, POINTER, POINTER, INT);

  private static final MethodHandle SHUTDOWN = Native.bind("shutdown", INT, INT, INT);
  private static final MethodHandle POLL = Native.bind("poll", INT, POINTER, Native.LONG, INT);

  /** Of shutdown: no more is sent, and none received. */
  private static final int BOTH = 2;

  private static final int POLLFD_SIZE = 8;
  private static final short POLLIN = 1;

  private final Descriptor descriptor;

  private UnixSocket(Descriptor descriptor) {
    this.descriptor = descriptor;
  }

  /**
   * The process at the other end, as the kernel reports it.
   *
   * @param pid its process, in the pid namespace of the caller; 0 if it is not to be seen from
   *     there
   * @param uid its effective user when it connected or began to listen
   * @param gid its effective group when it connected or began to listen
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
   * Makes two sockets that are connected to each other and never block.
   *
   * @param what what they are for, for error messages
   * @return both; each is closed by itself, and what was sent to one can be read there after the
   *     other one is closed
   */
  public static UnixSocket[] pair(String what) {
    MemorySegment state = Native.state();
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment numbers = arena.allocate(INT, 2);
      int type = SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK;
      int made = (int) SOCKETPAIR.invokeExact(state, SocketAddress.AF_UNIX, type, 0, numbers);
      CallResult.check(Native.result(made, state), "socketpair", what);
      return new UnixSocket[] {
        new UnixSocket(Descriptor.adopt(numbers.get(INT, 0), what)),
        new UnixSocket(Descriptor.adopt(numbers.get(INT, Integer.BYTES), what))
      };
    } catch (Throwable thrown) {
      throw Native.impossible(thrown);
    }
  }

  /**
   * Looks at the message that would be received next and leaves it where it is; its descriptors
   * still come, as new ones. Never waits.
   *
   * @param socket a descriptor that should be a socket, a copy of another process's one perhaps; it
   *     stays owned by the caller
   * @param limit how many bytes the message may have
   * @param descriptorLimit how many descriptors may come with it
   * @return the message, or {@code null} if there is none and the peer has closed
   * @throws SystemCallException ENOTSOCK if it is no socket, EAGAIN if there is no message,
   *     EMSGSIZE as {@link #receive} tells
   */
  public static Message peek(Descriptor socket, int limit, int descriptorLimit) {
    return SocketMessage.peek(socket, limit, descriptorLimit);
  }

  /**
   * Listens under a name in a directory. Closing the listener leaves the name behind; connecting to
   * it is refused then.
   *
   * @param directory the directory
   * @param name the name; it must not be taken. At least 80 bytes fit, hardly more: so little room
   *     has the address of a socket
   * @param backlog how many connections may wait to be accepted
   * @return the listening socket, which never blocks
   * @throws SystemCallException EADDRINUSE if the name is taken
   */
  public static UnixSocket listen(Directory directory, String name, int backlog) {
    String what = directory.path().resolve(Directory.checked(name)).toString();
    UnixSocket socket = open(SOCK_NONBLOCK, "listener " + what);
    boolean bound = false;
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment address = SocketAddress.of(arena, directory, name);
      MemorySegment state = Native.state();
      int number = socket.descriptor.number();
      CallResult.check(
          Native.result((int) BIND.invokeExact(state, number, address, SocketAddress.SIZE), state),
          "bind",
          what);
      bound = true;
      CallResult.check(
          Native.result((int) LISTEN.invokeExact(state, number, backlog), state), "listen", what);
      return socket;
    } catch (Throwable thrown) {
      socket.close();
      if (bound) {
        directory.unlink(name);
      }
      throw Native.impossible(thrown);
    }
  }

  /**
   * Connects to a listener.
   *
   * @param directory the directory
   * @param name the listener's name there
   * @param timeoutMillis how long a later send or receive may take, also the wait for the listener
   *     to make room; at least 1
   * @return the connection
   * @throws SystemCallException ECONNREFUSED if nobody listens any more, EACCES, ENOENT, EAGAIN if
   *     the listener made no room in time
   */
  public static UnixSocket connect(Directory directory, String name, int timeoutMillis) {
    String what = pathOf(directory, name);
    UnixSocket socket = open(0, "connection to " + what);
    try {
      SocketOptions.setTimeouts(socket.descriptor, timeoutMillis);
      CallResult.check(socket.connect(directory, name), "connect", what);
      return socket;
    } catch (RuntimeException | Error failure) {
      socket.close();
      throw failure;
    }
  }

  /**
   * Connects to a listener if that has room for a connection at the moment.
   *
   * @param directory the directory
   * @param name the listener's name there
   * @return the connection, on which no later call blocks; {@code null} if there is no room
   * @throws SystemCallException ECONNREFUSED if nobody listens any more, EACCES, ENOENT
   */
  public static UnixSocket tryConnect(Directory directory, String name) {
    String what = pathOf(directory, name);
    UnixSocket socket = open(SOCK_NONBLOCK, "connection to " + what);
    boolean kept = false;
    try {
      int connected = socket.connect(directory, name);
      if (connected != -Errno.EAGAIN) {
        CallResult.check(connected, "connect", what);
        kept = true;
      }
      return kept ? socket : null;
    } finally {
      if (!kept) {
        socket.close();
      }
    }
  }

  private static String pathOf(Directory directory, String name) {
    return directory.path().resolve(Directory.checked(name)).toString();
  }

  private int connect(Directory directory, String name) {
    MemorySegment state = Native.state();
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment address = SocketAddress.of(arena, directory, name);
      int connected;
      do {
        connected =
            Native.result(
                (int) CONNECT.invokeExact(state, descriptor.number(), address, SocketAddress.SIZE),
                state);
      } while (connected == -Errno.EINTR);
      return connected;
    } catch (Throwable thrown) {
      throw Native.impossible(thrown);
    }
  }

  /**
   * Accepts a waiting connection.
   *
   * @param timeoutMillis how long a later send or receive on it may take; at least 1
   * @return the connection, or {@code null} if none is waiting
   */
  public UnixSocket accept(int timeoutMillis) {
    UnixSocket socket = acceptWith(0);
    try {
      if (socket != null) {
        SocketOptions.setTimeouts(socket.descriptor, timeoutMillis);
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
    MemorySegment none = MemorySegment.NULL;
    MemorySegment state = Native.state();
    int accepted;
    try {
      do {
        accepted =
            Native.result(
                (int)
                    ACCEPT.invokeExact(
                        state, descriptor.number(), none, none, SOCK_CLOEXEC | flags),
                state);
      } while (accepted == -Errno.EINTR);
    } catch (Throwable thrown) {
      throw Native.impossible(thrown);
    }
    if (accepted == -Errno.EAGAIN) {
      return null;
    }
    CallResult.check(accepted, "accept4", descriptor);
    return new UnixSocket(Descriptor.adopt(accepted, "connection at " + descriptor));
  }

  /**
   * Lets no descriptor come in, here or at a connection that is made here from now on: a process
   * that sends one is refused with EPERM.
   *
   * @return false if the kernel, older than Linux 6.16, cannot do that
   */
  public boolean refuseDescriptors() {
    return SocketOptions.refuseDescriptors(descriptor);
  }

  /**
   * The process that connected, or that listens where this end connected to.
   *
   * @return the peer's credentials
   */
  public Peer peer() {
    return SocketOptions.peer(descriptor);
  }

  /**
   * Sends one message, whole or not at all.
   *
   * @param content its bytes, at least one
   * @param descriptors numbers of descriptors to go along, at most {@link #MAX_DESCRIPTORS}; they
   *     stay open here
   * @throws SystemCallException EPIPE if the peer is gone, EAGAIN if it did not take it in time,
   *     EMSGSIZE if it is larger than the socket's buffer
   */
  public void send(byte[] content, int... descriptors) {
    if (content.length == 0) { // It would look like the end of the connection.
      throw new IllegalArgumentException("cannot send an empty message");
    }
    if (descriptors.length > MAX_DESCRIPTORS) {
      throw new IllegalArgumentException(
          descriptors.length + " descriptors in one message are more than " + MAX_DESCRIPTORS);
    }
    SocketMessage.send(descriptor, content, descriptors);
  }

  /**
   * Receives one message.
   *
   * @param limit how many bytes it may have
   * @param descriptorLimit how many descriptors may come with it
   * @return the message, or {@code null} if the peer has closed
   * @throws SystemCallException EAGAIN if nothing came in time, EMSGSIZE if the message was larger
   *     than the limits, or brought more descriptors than this process may open (what came of it is
   *     closed), ECONNRESET if the peer closed without reading what was sent to it
   */
  public Message receive(int limit, int descriptorLimit) {
    return SocketMessage.receive(descriptor, limit, descriptorLimit);
  }

  /**
   * Waits until there is something to receive, or the end of the connection. A signal ends the wait
   * early; so does an interrupt of a virtual thread, which leaves its carrier to others meanwhile.
   *
   * @param timeoutMillis how long at most
   * @return false if there is nothing
   */
  public boolean awaitMessage(int timeoutMillis) {
    if (Thread.currentThread().isVirtual()) {
      try (Epoll epoll = new Epoll()) {
        epoll.add(descriptor.number(), Epoll.IN, 0);
        return epoll.await(timeoutMillis) > 0;
      }
    }
    MemorySegment state = Native.state();
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment polled = arena.allocate(POLLFD_SIZE, 4);
      polled.set(INT, 0, descriptor.number());
      polled.set(Native.SHORT, 4, POLLIN);
      int ready = Native.result((int) POLL.invokeExact(state, polled, 1L, timeoutMillis), state);
      return ready != -Errno.EINTR && CallResult.check(ready, "poll", descriptor) > 0;
    } catch (Throwable thrown) {
      throw Native.impossible(thrown);
    }
  }

  /**
   * Ends the connection for both sides and stays open: those who wait for a message are told that
   * there is none. Any thread may do this.
   */
  public void endConnection() {
    MemorySegment state = Native.state();
    try {
      int done = Native.result((int) SHUTDOWN.invokeExact(state, descriptor.number(), BOTH), state);
      CallResult.check(done, "shutdown", descriptor);
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

  private static UnixSocket open(int flags, String what) {
    MemorySegment state = Native.state();
    int number;
    try {
      number =
          Native.result(
              (int)
                  SOCKET.invokeExact(
                      state, SocketAddress.AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | flags, 0),
              state);
    } catch (Throwable thrown) {
      throw Native.impossible(thrown);
    }
    CallResult.check(number, "socket", what);
    return new UnixSocket(Descriptor.adopt(number, what));
  }

  @Override
  protected void performClose() {
    descriptor.close();
  }

  @Override
  public String toString() {
    return descriptor.toString();
  }
}
