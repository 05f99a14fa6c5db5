package io.millrace.discovery;

import java.util.List;
import java.util.Objects;

/**
 * A published service as its record told it when it was read.
 *
 * @param name its name
 * @param kind what it is, in the publisher's words, for example {@code ring}
 * @param instance a random number that tells this publication from every other one
 * @param revision 0 at first; grows when the publisher changes the capabilities
 * @param generation greater than that of every earlier publication of this name; counts from 1
 *     again only after the last process that had the registry open closed it with nothing published
 * @param pid the publishing process, in its own pid namespace
 * @param startTime when that process started, in clock ticks since boot
 * @param pidNamespace the pid namespace of the publisher
 * @param uid the effective user of the publisher
 * @param capabilities what the publisher says of it
 * @param parcel the number of the publisher's descriptor that holds those that joiners get, -1 if
 *     there are none
 * @param descriptors what joiners get
 * @param socket name of the publisher's socket in the registry's directory, empty if it has none
 */
public record Service(
    String name,
    String kind,
    long instance,
    long revision,
    long generation,
    int pid,
    long startTime,
    long pidNamespace,
    int uid,
    int parcel,
    Capabilities capabilities,
    List<ServiceDescriptor> descriptors,
    String socket) {
  /** Copies the lists and refuses null. */
  public Service {
    Objects.requireNonNull(name, "name");
    Objects.requireNonNull(kind, "kind");
    Objects.requireNonNull(capabilities, "capabilities");
    Objects.requireNonNull(socket, "socket");
    descriptors = List.copyOf(descriptors);
  }

  Service withGeneration(long next) {
    return new Service(
        name,
        kind,
        instance,
        revision,
        next,
        pid,
        startTime,
        pidNamespace,
        uid,
        parcel,
        capabilities,
        descriptors,
        socket);
  }

  Service updated(Capabilities changed) {
    return new Service(
        name,
        kind,
        instance,
        revision + 1,
        generation,
        pid,
        startTime,
        pidNamespace,
        uid,
        parcel,
        changed,
        descriptors,
        socket);
  }
}
