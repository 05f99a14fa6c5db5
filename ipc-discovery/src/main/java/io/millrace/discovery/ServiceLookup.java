package io.millrace.discovery;

import io.millrace.ClosedException;
import io.millrace.SystemCallException;
import io.millrace.discovery.model.DiscoveryException;
import io.millrace.discovery.model.NoSuchServiceException;
import io.millrace.discovery.model.RecordException;
import io.millrace.discovery.model.RootException;
import io.millrace.discovery.model.Scan;
import io.millrace.discovery.model.Service;
import io.millrace.discovery.model.ServiceListener;
import io.millrace.discovery.model.TransferException;
import io.millrace.ring.Ring;
import java.nio.file.Path;
import java.util.Optional;

/**
 * What can be done with a registry without changing it: to find services, to get what they hand
 * out, and to be told of them. {@link Registry} does so for programs that take part, and removes
 * what dead processes left where it meets that; {@link RegistryView} leaves everything as it is.
 *
 * <p>Any thread may use it, and close it, even a listener. Every method but {@link #root} throws
 * {@link ClosedException} then; and {@link SystemCallException} where this process has no
 * descriptors or memory left, with the limit that is to be raised.
 */
public sealed interface ServiceLookup extends AutoCloseable permits Registry, RegistryView {
  /**
   * Where the registry is.
   *
   * @return its directory
   */
  Path root();

  /**
   * Looks at all services, and at the records that cannot be trusted. This waits for nobody.
   *
   * @return those that live, from a view those that died, too, and what was refused
   * @throws RootException if the directory was removed or replaced since this was opened
   */
  Scan scan();

  /**
   * Looks for one service. What that costs does not depend on how many there are.
   *
   * @param name its name
   * @return the service, empty if none of that name has a live publisher
   * @throws RecordException if there is a record of that name that cannot be trusted
   * @throws RootException if there is none, and the directory was removed or replaced
   */
  Optional<Service> find(String name);

  /**
   * Gets the descriptors of a service into this process. That takes two seconds at most; an
   * interrupt does not end it, and stays set; a virtual thread leaves its carrier to others.
   *
   * @param name the name of the service
   * @return the descriptors, checked to be what the record says
   * @throws NoSuchServiceException if no service of that name has a live publisher
   * @throws RecordException if its record cannot be trusted
   * @throws TransferException if the descriptors cannot be obtained, or are not what the record
   *     says
   */
  Acquisition acquire(String name);

  /**
   * Joins a ring by the name of its service, also only to read its counters or to observe it: no
   * place in the ring is taken before a producer or consumer is made. It stays that ring: when its
   * publisher is started again and publishes another one, this one is silent; {@link
   * io.millrace.topic.RingFollower} goes on with the next.
   *
   * @param name the name
   * @return the ring, owned by the caller
   * @throws NoSuchServiceException if no service of that name has a live publisher
   * @throws RecordException if its record cannot be trusted
   * @throws TransferException if the descriptors cannot be obtained, or are not what the record
   *     says
   * @throws io.millrace.ring.DamagedRingException if they are not those of a ring that can be used
   */
  default Ring joinRing(String name) {
    try (Acquisition acquisition = acquire(name)) {
      return Rings.join(acquisition);
    }
  }

  /**
   * Tells a listener of all services that are there, and then of each that comes, changes or goes.
   *
   * @param listener called by a thread of its own
   * @return the running watch; it ends when this is closed
   * @throws DiscoveryException if the directory does not exist, or cannot be watched
   */
  Watch watch(ServiceListener listener);

  /**
   * Ends all watches and gives the directory up, and what else belongs to it. Any thread may close,
   * also from inside a listener. It waits for no other thread. Closing again does nothing.
   */
  @Override
  void close();
}
