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
 * @param fromOldest where a new group starts: true at the oldest record that is still held for
 *     another group, false behind the newest one
 */
public record GroupOptions(String name, boolean isShared, boolean isRetained, boolean fromOldest) {
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,62}");

  /**
   * Checks the name.
   *
   * @throws IllegalArgumentException if it has other characters or another length
   * @throws NullPointerException if it is null
   */
  public GroupOptions {
    if (!NAME.matcher(name).matches()) {
      throw new IllegalArgumentException(
          "group name '" + name + "' does not match " + NAME.pattern());
    }
  }

  /**
   * An exclusive group that ends with its consumer and starts behind the newest record.
   *
   * @param name its name
   * @return the options
   */
  public static GroupOptions named(String name) {
    return new GroupOptions(name, false, false, false);
  }

  /**
   * For competing consumers.
   *
   * @return new options
   */
  public GroupOptions shared() {
    return new GroupOptions(name, true, isRetained, fromOldest);
  }

  /**
   * Kept while nobody is in it.
   *
   * @return new options
   */
  public GroupOptions retained() {
    return new GroupOptions(name, isShared, true, fromOldest);
  }

  /**
   * Starting at the oldest record that is still held.
   *
   * @return new options
   */
  public GroupOptions startingAtOldest() {
    return new GroupOptions(name, isShared, isRetained, true);
  }
}
