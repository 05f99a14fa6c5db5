package io.millrace.discovery.model;

import io.millrace.os.Credentials;
import io.millrace.ring.Ring;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * Describes what is to be published; may be published more than once. Immutable; start with {@link
 * #named} and refine. Any thread may use it.
 */
public final class ServiceSpec {
  private final String name;
  private final String kind;
  private final Capabilities capabilities;
  private final List<Entry> descriptors;
  private final AccessRule access;
  private final boolean isSocketAllowed;
  private final long generation;

  /**
   * A descriptor of this process that joiners are to get.
   *
   * @param number its number in this process
   * @param kind what it is
   */
  public record Entry(int number, DescriptorKind kind) {}

  private ServiceSpec(
      String name,
      String kind,
      Capabilities capabilities,
      List<Entry> descriptors,
      AccessRule access,
      boolean isSocketAllowed,
      long generation) {
    this.name = Service.requireName(name);
    this.kind = Objects.requireNonNull(kind, "kind");
    this.capabilities = Objects.requireNonNull(capabilities, "capabilities");
    this.descriptors = List.copyOf(descriptors);
    this.access = Objects.requireNonNull(access, "access");
    this.isSocketAllowed = isSocketAllowed;
    this.generation = generation;
    if (generation < 1) {
      throw new IllegalArgumentException("generation " + generation + " is below 1");
    }
  }

  /**
   * Starts to describe a service.
   *
   * @param name its name: 1 to 128 letters, digits, dots, underscores and hyphens, the first of
   *     them a letter or a digit
   * @return the description, so far without descriptors
   * @throws IllegalArgumentException if that is no name
   */
  public static ServiceSpec named(String name) {
    AccessRule sameUser = AccessRule.users(Credentials.uid());
    return new ServiceSpec(name, "", Capabilities.none(), List.of(), sameUser, true, 1);
  }

  /**
   * Says what the service is.
   *
   * @param words for example {@code ring}; others can look for it
   * @return a new description
   */
  public ServiceSpec kind(String words) {
    return new ServiceSpec(
        name, words, capabilities, descriptors, access, isSocketAllowed, generation);
  }

  /**
   * Says what the service can do.
   *
   * @param what keys and values
   * @return a new description
   */
  public ServiceSpec capabilities(Capabilities what) {
    return new ServiceSpec(name, kind, what, descriptors, access, isSocketAllowed, generation);
  }

  /**
   * Adds a descriptor; joiners get all of them in this order. The publication makes duplicates of
   * its own, so the caller may close its own at any time after publishing.
   *
   * @param number an open descriptor of this process
   * @param what what it is
   * @return a new description
   */
  public ServiceSpec descriptor(int number, DescriptorKind what) {
    List<Entry> more = new ArrayList<>(descriptors);
    more.add(new Entry(number, Objects.requireNonNull(what, "kind")));
    return of(more);
  }

  /**
   * Adds the descriptors of a ring, and behind them what goes along with it.
   *
   * @param ring the ring; it may be closed at any time after publishing
   * @return a new description
   */
  public ServiceSpec ring(Ring ring) {
    List<Entry> more = new ArrayList<>(descriptors);
    int[] numbers = ring.descriptors();
    for (int i = 0; i < numbers.length; i++) {
      more.add(new Entry(numbers[i], i == 0 ? DescriptorKind.RING : DescriptorKind.EVENT));
    }
    int schema = ring.attachment();
    if (schema >= 0) {
      more.add(new Entry(schema, DescriptorKind.SCHEMA));
    }
    return of(more);
  }

  /**
   * Says who may have the descriptors over the socket. Without it, only the same user may. A
   * process that may trace this one can copy them without asking.
   *
   * @param rule the rule
   * @return a new description
   */
  public ServiceSpec access(AccessRule rule) {
    return new ServiceSpec(
        name, kind, capabilities, descriptors, rule, isSocketAllowed, generation);
  }

  /**
   * Leaves the socket out. Then only processes that may use {@link Transfer#PIDFD} can join.
   *
   * @return a new description
   */
  public ServiceSpec withoutSocket() {
    return new ServiceSpec(name, kind, capabilities, descriptors, access, false, generation);
  }

  /**
   * Sets the generation that the service has if there is no dead publisher to take over from.
   *
   * @param first at least 1
   * @return a new description
   */
  public ServiceSpec generation(long first) {
    return new ServiceSpec(name, kind, capabilities, descriptors, access, isSocketAllowed, first);
  }

  /**
   * With other descriptors of the same kinds.
   *
   * @param numbers the descriptors, as many as this one has
   * @return a new description
   * @throws IllegalArgumentException if there are more or fewer of them
   */
  public ServiceSpec descriptors(int[] numbers) {
    if (numbers.length != descriptors.size()) {
      throw new IllegalArgumentException(
          numbers.length + " descriptors are not " + descriptors.size());
    }
    List<Entry> others = new ArrayList<>();
    for (int number : numbers) {
      others.add(new Entry(number, descriptors.get(others.size()).kind()));
    }
    return of(others);
  }

  private ServiceSpec of(List<Entry> others) {
    return new ServiceSpec(name, kind, capabilities, others, access, isSocketAllowed, generation);
  }

  /**
   * The name of the service.
   *
   * @return the name
   */
  public String name() {
    return name;
  }

  /**
   * What the service is.
   *
   * @return the words, empty if nothing was said
   */
  public String kind() {
    return kind;
  }

  /**
   * What the service can do.
   *
   * @return keys and values
   */
  public Capabilities capabilities() {
    return capabilities;
  }

  /**
   * What joiners are to get.
   *
   * @return the descriptors, in their order
   */
  public List<Entry> descriptors() {
    return descriptors;
  }

  /**
   * Who may have the descriptors over the socket.
   *
   * @return the rule
   */
  public AccessRule access() {
    return access;
  }

  /**
   * Tells whether the service needs a socket: it has descriptors, and {@link #withoutSocket} was
   * not called.
   *
   * @return true if it does
   */
  public boolean hasSocket() {
    return isSocketAllowed && !descriptors.isEmpty();
  }

  /**
   * The generation that the service has if there is no dead publisher to take over from.
   *
   * @return at least 1
   */
  public long generation() {
    return generation;
  }
}
