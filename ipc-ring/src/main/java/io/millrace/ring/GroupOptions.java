package io.millrace.ring;

import java.util.regex.Pattern;

/**
 * Which group a consumer joins, and what the group is like if it does not exist yet. Immutable; for
 * example:
 *
 * <pre>{@code
 * GroupOptions.named("risk").shared().retained()
 * }</pre>
 *
 * @param name 1 to 63 characters: letters, digits, dot, underscore and hyphen
 * @param isShared false: one consumer, which gets every record in order. True: competing consumers;
 *     each record goes to one of them
 * @param isRetained false: the group ends when its last consumer leaves; if that is killed it waits
 *     for a successor until others need its room. True: it stays and holds producers back while
 *     nobody is in it, so that nothing is lost while a consumer restarts
 * @param isStartingAtOldest where a new group starts: true at the oldest record that is still held
 *     for another group, false behind the newest one
 * @param isAcknowledged false: a record is done when its handler returns. True: when the consumer
 *     {@linkplain Consumer#acknowledge acknowledges} it, which may be later
 */
public record GroupOptions(
    String name,
    boolean isShared,
    boolean isRetained,
    boolean isStartingAtOldest,
    boolean isAcknowledged) {
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,62}");

  /**
   * Checks them.
   *
   * @throws IllegalArgumentException if the name has other characters or another length, or the
   *     group is both shared and acknowledged
   * @throws NullPointerException if the name is null
   */
  public GroupOptions {
    if (!NAME.matcher(name).matches()) {
      throw new IllegalArgumentException(
          "group name '" + name + "' does not match " + NAME.pattern());
    }
    if (isShared && isAcknowledged) {
      throw new IllegalArgumentException(
          "group " + name + " cannot be shared and acknowledged: make it exclusive");
    }
  }

  /**
   * An exclusive group that ends with its consumer and starts behind the newest record.
   *
   * @param name its name
   * @return the options
   */
  public static GroupOptions named(String name) {
    return new GroupOptions(name, false, false, false, false);
  }

  /**
   * For competing consumers.
   *
   * @return new options
   * @throws IllegalArgumentException if the group is acknowledged
   */
  public GroupOptions shared() {
    return new GroupOptions(name, true, isRetained, isStartingAtOldest, isAcknowledged);
  }

  /**
   * Kept while nobody is in it.
   *
   * @return new options
   */
  public GroupOptions retained() {
    return new GroupOptions(name, isShared, true, isStartingAtOldest, isAcknowledged);
  }

  /**
   * Starting at the oldest record that is still held.
   *
   * @return new options
   */
  public GroupOptions startingAtOldest() {
    return new GroupOptions(name, isShared, isRetained, true, isAcknowledged);
  }

  /**
   * With a consumer that reads ahead, and says later which records are done: see {@link
   * Consumer#acknowledge}. For those who hand records on, and must keep them until somebody else
   * has them.
   *
   * @return new options
   * @throws IllegalArgumentException if the group is shared
   */
  public GroupOptions acknowledged() {
    return new GroupOptions(name, isShared, isRetained, isStartingAtOldest, true);
  }
}
