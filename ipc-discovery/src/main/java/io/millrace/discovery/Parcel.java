package io.millrace.discovery;

import io.millrace.os.Descriptor;
import io.millrace.os.Errno;
import io.millrace.os.PidFd;
import io.millrace.os.SystemCallException;
import io.millrace.os.UnixSocket;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * The descriptors of one publication, held by the kernel: a message that waits in a socket nobody
 * sends to or receives from any more. Everybody who has the socket can look at the message, and
 * gets new descriptors each time.
 *
 * <p>So a joiner copies one descriptor out of the publisher and not all of them; and what it gets
 * is what was published, whatever the numbers in that process have come to stand for since. That it
 * is the right parcel is told by the random instance of the publication, which is in the message.
 * (The inodes tell nothing of event descriptors, since all of them have the same.)
 */
final class Parcel implements AutoCloseable {
  private static final int ETOOMANYREFS = 109;
  private static final long MAGIC = 0x4c4352415052534dL;
  private static final int CONTENT_SIZE = 2 * Long.BYTES;

  private final UnixSocket socket;
  private final long instance;

  private Parcel(UnixSocket socket, long instance) {
    this.socket = socket;
    this.instance = instance;
  }

  /** What was to be a parcel is none, or another one. */
  static final class WrongParcelException extends Exception {
    private static final long serialVersionUID = 1L;

    WrongParcelException(String message, Throwable cause) {
      super(message, cause);
    }
  }

  /** Packs descriptors, which can be closed then; {@code null} if there are none. */
  static Parcel of(long instance, Descriptors descriptors) {
    int[] numbers = descriptors.numbers();
    if (numbers.length == 0) {
      return null;
    }
    UnixSocket[] pair = UnixSocket.pair("parcel of published descriptors");
    try (UnixSocket sender = pair[0]) {
      sender.send(content(instance), numbers);
      return new Parcel(pair[1], instance);
    } catch (SystemCallException failure) {
      pair[1].close();
      if (failure.errno() == ETOOMANYREFS) {
        throw new DiscoveryException(
            "this user has published more descriptors than the limit of open files of this process:"
                + " raise ulimit -n",
            failure);
      }
      throw failure;
    } catch (RuntimeException | Error failure) {
      pair[1].close();
      throw failure;
    }
  }

  /** The number of the socket in this process, for the record. */
  int number() {
    return socket.descriptor().number();
  }

  /** Gets new descriptors of all that is in the parcel. */
  Descriptors open() {
    try {
      return open(socket.descriptor(), instance, "publication");
    } catch (WrongParcelException impossible) {
      throw new DiscoveryException(
          "a parcel of this process is gone: something in it has closed a descriptor that it does"
              + " not own",
          impossible);
    }
  }

  /**
   * Gets the descriptors of a service out of its publisher's process.
   *
   * @throws SystemCallException if the kernel does not let this process do that
   * @throws WrongParcelException if the number in the record stands for something else there
   */
  static Descriptors copyFrom(Service service) throws WrongParcelException {
    if (service.descriptors().isEmpty()) {
      return Descriptors.none();
    }
    String what = "service " + service.name();
    try (Descriptor process = PidFd.open(service.pid());
        Descriptor copy = PidFd.copyDescriptor(process, service.parcel(), what)) {
      return open(copy, service.instance(), what);
    }
  }

  private static Descriptors open(Descriptor socket, long instance, String what)
      throws WrongParcelException {
    UnixSocket.Message message;
    try {
      message = UnixSocket.peek(socket, CONTENT_SIZE, UnixSocket.MAX_DESCRIPTORS);
    } catch (SystemCallException failure) {
      if (failure.errno() == Errno.EMSGSIZE) { // No descriptor left here.
        throw failure;
      }
      throw new WrongParcelException("cannot be looked into: " + failure.getMessage(), failure);
    }
    if (message == null) {
      throw new WrongParcelException("is empty", null);
    }
    Descriptors received = Descriptors.adopt(message.descriptors(), "descriptor of " + what);
    if (!Arrays.equals(message.content(), content(instance))) {
      received.close();
      throw new WrongParcelException("is another one", null);
    }
    return received;
  }

  private static byte[] content(long instance) {
    ByteBuffer content = ByteBuffer.allocate(CONTENT_SIZE).order(ByteOrder.LITTLE_ENDIAN);
    return content.putLong(MAGIC).putLong(instance).array();
  }

  @Override
  public void close() {
    socket.close();
  }
}
