package io.millrace.discovery.model;

import java.util.List;
import java.util.Objects;
import java.util.regex.Pattern;

/**
 * A published service as its record described it when it was read. Immutable.
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
 * @param bundle the number of the publisher's descriptor that holds those that joiners get, -1 if
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
    int bundle,
    Capabilities capabilities,
    List<ServiceDescriptor> descriptors,
    String socket) {
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,127}");

  /** Copies the lists and refuses null. */
  public Service {
    Objects.requireNonNull(name, "name");
    Objects.requireNonNull(kind, "kind");
    Objects.requireNonNull(capabilities, "capabilities");
    Objects.requireNonNull(socket, "socket");
    descriptors = List.copyOf(descriptors);
  }

  /**
   * Tells whether a service can have a name: 1 to 128 letters, digits, dots, underscores and
   * hyphens, the first of them a letter or a digit.
   *
   * @param name the name
   * @return true if it can
   */
  public static boolean isName(String name) {
    return NAME.matcher(name).matches();
  }

  /**
   * Refuses what {@linkplain #isName cannot be} the name of a service.
   *
   * @param name the name
   * @return the name
   * @throws IllegalArgumentException if a service cannot have it
   */
  public static String requireName(String name) {
    if (!isName(name)) {
      throw new IllegalArgumentException(
          "service name \""
              + name
              + "\" is not allowed: use 1 to 128 letters, digits, dots, underscores and hyphens,"
              + " starting with a letter or a digit");
    }
    return name;
  }
}
