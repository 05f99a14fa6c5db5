package io.millrace.discovery;

import io.millrace.ClosedException;
import io.millrace.discovery.model.DescriptorKind;
import io.millrace.discovery.model.Service;
import io.millrace.discovery.model.ServiceDescriptor;
import io.millrace.discovery.model.Transfer;
import io.millrace.discovery.transfer.Received;
import io.millrace.os.Closing;
import io.millrace.os.Descriptor;
import io.millrace.ring.Ring;
import java.util.Arrays;
import java.util.List;

/**
 * Descriptors of a service that were handed over to this process. Closing it closes them, unless
 * they were taken. It uses nothing of the registry, which may be closed before it.
 *
 * <p>Any thread may use it; the numbers are valid until a thread closes it.
 */
public final class Acquisition implements AutoCloseable {
  private final Received received;
  private boolean ended;

  Acquisition(Received received) {
    this.received = received;
  }

  /**
   * The service that the descriptors belong to.
   *
   * @return the service
   */
  public Service service() {
    return received.service();
  }

  /**
   * The way in which the descriptors came.
   *
   * @return the way
   */
  public Transfer transfer() {
    return received.transfer();
  }

  /**
   * The descriptors, in the order of {@link Service#descriptors()}.
   *
   * @return their numbers in this process; they stay owned by this object
   * @throws ClosedException if they were closed or taken
   */
  public synchronized int[] descriptors() {
    requireOpen();
    return received.descriptors().numbers();
  }

  /**
   * Takes the descriptors out, in the order of {@link Service#descriptors()}.
   *
   * @return their numbers; the caller closes them
   * @throws ClosedException if they were closed or taken before
   */
  public synchronized int[] take() {
    requireOpen();
    ended = true;
    return received.descriptors().release();
  }

  /**
   * Takes the descriptors out as a ring, with the schema that goes along with it.
   *
   * @return the ring, owned by the caller
   * @throws ClosedException if they were closed or taken before
   * @throws IllegalArgumentException if there is none, or one after the first is not an event
   *     descriptor
   * @throws io.millrace.ring.DamagedRingException if they are not those of a ring that can be used
   */
  public Ring takeRing() {
    List<ServiceDescriptor> all = service().descriptors();
    int last = all.size() - 1;
    int[] numbers = take();
    if (last < 0 || all.get(last).kind() != DescriptorKind.SCHEMA) {
      return Ring.adopt(numbers);
    }
    try (Descriptor schema = Descriptor.adopt(numbers[last], "schema of " + service().name())) {
      Ring ring = Ring.adopt(Arrays.copyOf(numbers, last));
      try {
        ring.attach(schema.number());
        return ring;
      } catch (RuntimeException | Error failure) {
        Closing.closeAfter(failure, ring);
        throw failure;
      }
    }
  }

  private void requireOpen() {
    if (ended) {
      throw new ClosedException(
          "the descriptors of service " + service().name() + " were taken, or are closed");
    }
  }

  /** Closes what was not taken. Closing again does nothing. */
  @Override
  public synchronized void close() {
    ended = true;
    received.close();
  }
}
