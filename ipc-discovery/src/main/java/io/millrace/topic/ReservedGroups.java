package io.millrace.topic;

/** The names of groups that topics use themselves. */
final class ReservedGroups {
  private static final String PREFIX = "millrace-";

  /** What the publisher keeps for those who join late. */
  static final String HISTORY = PREFIX + "history";

  private ReservedGroups() {}

  static void refuse(String group) {
    if (group.startsWith(PREFIX)) {
      throw new IllegalArgumentException(
          "group names that begin with \"" + PREFIX + "\" are the library's own: " + group);
    }
  }
}
