package io.millrace.discovery.model;

import io.millrace.os.Credentials;
import io.millrace.ring.Ring;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/** Describes what is to be published. Built by one thread; may be published more than once. */
public final class ServiceSpec {
  private final String name;
  private final List<Entry> descriptors = new ArrayList<>();
  private String kind = "";
  private Capabilities capabilities = Capabilities.none();
  private AccessRule access = AccessRule.users(Credentials.uid());
  private boolean socket = true;
  private long generation = 1;

  /**
   * A descriptor of this process that joiners are to get.
   *
   * @param number its number in this process
   * @param kind what it is
   */
  public record Entry(int number, DescriptorKind kind) {}

  private ServiceSpec(String name) {
    this.name = Service.requireName(name);
  }

  /**
   * Starts to describe a service.
   *
   * @param name its name: 1 to 128 letters, digits, dots, underscores and hyphens, the first of
   *     them a letter or a digit
   * @return the description, so far without descriptors
   */
  public static ServiceSpec named(String name) {
    return new ServiceSpec(name);
  }

  /**
   * Says what the service is.
   *
   * @param words for example {@code ring}; others can look for it
   * @return this
   */
  public ServiceSpec kind(String words) {
    kind = Objects.requireNonNull(words, "kind");
    return this;
  }

  /**
   * Says what the service can do.
   *
   * @param what keys and values
   * @return this
   */
  public ServiceSpec capabilities(Capabilities what) {
    capabilities = Objects.requireNonNull(what, "capabilities");
    return this;
  }

  /**
   * Adds a descriptor; joiners get all of them in this order. The publication makes duplicates of
   * its own, so the caller may close its own at any time after publishing.
   *
   * @param number an open descriptor of this process
   * @param what what it is
   * @return this
   */
  public ServiceSpec descriptor(int number, DescriptorKind what) {
    descriptors.add(new Entry(number, Objects.requireNonNull(what, "kind")));
    return this;
  }

  /**
   * Adds the descriptors of a ring, and behind them what goes along with it.
   *
   * @param ring the ring; it may be closed at any time after publishing
   * @return this
   */
  public ServiceSpec ring(Ring ring) {
    int[] numbers = ring.descriptors();
    for (int i = 0; i < numbers.length; i++) {
      descriptor(numbers[i], i == 0 ? DescriptorKind.RING : DescriptorKind.EVENT);
    }
    int schema = ring.attachment();
    return schema < 0 ? this : descriptor(schema, DescriptorKind.SCHEMA);
  }

  /**
   * Says who may have the descriptors over the socket. Without it, only the same user may. A
   * process that may trace this one can copy them without asking.
   *
   * @param rule the rule
   * @return this
   */
  public ServiceSpec access(AccessRule rule) {
    access = Objects.requireNonNull(rule, "access");
    return this;
  }

  /**
   * Leaves the socket out. Then only processes that may use {@link Transfer#PIDFD} can join.
   *
   * @return this
   */
  public ServiceSpec withoutSocket() {
    socket = false;
    return this;
  }

  /**
   * Sets the generation that the service has if there is no dead publisher to take over from.
   *
   * @param first at least 1
   * @return this
   */
  public ServiceSpec generation(long first) {
    if (first < 1) {
      throw new IllegalArgumentException("generation " + first + " is below 1");
    }
    generation = first;
    return this;
  }

  /**
   * Copies the description, with other descriptors of the same kinds.
   *
   * @param numbers the descriptors, as many as this one has
   * @return the copy
   */
  public ServiceSpec withDescriptors(int[] numbers) {
    ServiceSpec copy =
        new ServiceSpec(name)
            .kind(kind)
            .capabilities(capabilities)
            .access(access)
            .generation(generation);
    copy.socket = socket;
    for (int i = 0; i < numbers.length; i++) {
      copy.descriptor(numbers[i], descriptors.get(i).kind());
    }
    return copy;
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
    return List.copyOf(descriptors);
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
    return socket && !descriptors.isEmpty();
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
