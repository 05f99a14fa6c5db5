package io.millrace.discovery.transfer;

import io.millrace.SystemCallException;
import io.millrace.discovery.life.SpareThreads;
import io.millrace.discovery.model.DiscoveryException;
import io.millrace.discovery.model.Service;
import io.millrace.os.Deadline;
import io.millrace.os.Descriptor;
import io.millrace.os.Errno;
import io.millrace.os.PidFd;
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
 * is the right bundle is told by the random instance of the publication, which is in the message.
 * (The inodes tell nothing of event descriptors, since all of them have the same.)
 */
public final class DescriptorBundle implements AutoCloseable {
  private static final int ETOOMANYREFS = 109;
  private static final long MAGIC = 0x4c4352415052534dL;
  private static final int CONTENT_SIZE = 2 * Long.BYTES;

  private final UnixSocket socket;
  private final long instance;

  private DescriptorBundle(UnixSocket socket, long instance) {
    this.socket = socket;
    this.instance = instance;
  }

  /** What was to be a bundle is none, or another one. */
  static final class WrongBundleException extends Exception {
    private static final long serialVersionUID = 1L;

    WrongBundleException(String message, Throwable cause) {
      super(message, cause);
    }
  }

  /** Packs descriptors, which can be closed then; {@code null} if there are none. */
  public static DescriptorBundle of(long instance, Descriptors descriptors) {
    int[] numbers = descriptors.numbers();
    if (numbers.length == 0) {
      return null;
    }
    UnixSocket[] pair = UnixSocket.pair("bundle of published descriptors");
    try (UnixSocket sender = pair[0]) {
      sender.send(content(instance), numbers);
      return new DescriptorBundle(pair[1], instance);
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
  public int number() {
    return socket.descriptor().number();
  }

  /** Gets new descriptors of all that is in the bundle. */
  Descriptors open() {
    try {
      return open(socket.descriptor(), instance, "publication", Deadline.NEVER);
    } catch (WrongBundleException impossible) {
      throw new DiscoveryException(
          "a bundle of this process is gone: something in it has closed a descriptor that it does"
              + " not own",
          impossible);
    }
  }

  /**
   * Gets the descriptors of a service out of its publisher's process.
   *
   * @param deadline until when to wait for what is refused to be closed
   * @throws SystemCallException if the kernel does not let this process do that
   * @throws WrongBundleException if the number in the record stands for something else there
   */
  static Descriptors copyFrom(Service service, long deadline) throws WrongBundleException {
    if (service.descriptors().isEmpty()) {
      return Descriptors.none();
    }
    String what = "service " + service.name();
    Descriptor copy;
    try (Descriptor process = PidFd.open(service.pid())) {
      copy = PidFd.copyDescriptor(process, service.bundle(), what);
    }
    Descriptors content = null;
    try {
      content = open(copy, service.instance(), what, deadline);
      return content;
    } finally {
      if (content == null) {
        SpareThreads.close(copy, deadline);
      } else {
        copy.close();
      }
    }
  }

  private static Descriptors open(Descriptor socket, long instance, String what, long deadline)
      throws WrongBundleException {
    UnixSocket.Message message;
    try {
      message = UnixSocket.peek(socket, CONTENT_SIZE, UnixSocket.MAX_DESCRIPTORS);
    } catch (SystemCallException failure) {
      if (failure.errno() == Errno.EMFILE || failure.errno() == Errno.ENFILE) {
        throw failure;
      }
      throw new WrongBundleException("cannot be looked into: " + failure.getMessage(), failure);
    }
    if (message == null) {
      throw new WrongBundleException("is empty", null);
    }
    Descriptors received = Descriptors.adopt(message.descriptors(), "descriptor of " + what);
    if (!Arrays.equals(message.content(), content(instance))) {
      received.refuse(deadline);
      throw new WrongBundleException("is another one", null);
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
