package io.millrace.discovery;

import java.util.regex.Pattern;

/**
 * The names in the registry's directory. Those of services start with a letter or a digit; those
 * below start with a dot, so that the two never meet.
 */
final class HiddenNames {
  /** Whose turn it is to publish, and what generation comes next; as old as its directory. */
  static final String TURNS = ".turns";

  private static final Pattern SERVICE = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,127}");
  private static final Pattern SERVER = Pattern.compile("\\.server\\.[0-9a-f]{16}");
  private static final Pattern SOCKET = Pattern.compile("\\.server\\.[0-9a-f]{16}\\.sock");
  private static final Pattern UNBORN = Pattern.compile("\\.new\\.[0-9a-f]{16}");
  private static final String DEAD_PREFIX = ".dead.";
  private static final String SOCKET_SUFFIX = ".sock";

  private HiddenNames() {}

  static boolean isService(String name) {
    return SERVICE.matcher(name).matches();
  }

  /** Refuses what cannot be the name of a service. */
  static String requireService(String name) {
    if (!isService(name)) {
      throw new IllegalArgumentException(
          "service name \""
              + name
              + "\" is not allowed: use 1 to 128 letters, digits, dots, underscores and hyphens,"
              + " starting with a letter or a digit");
    }
    return name;
  }

  /** A file that has no other name yet, where the file system has no nameless files. */
  static String unborn(long unique) {
    return ".new." + hex(unique);
  }

  static boolean isUnborn(String name) {
    return UNBORN.matcher(name).matches();
  }

  /** Where the record of a dead publisher goes on its way out; always garbage. */
  static String dead(String service) {
    return DEAD_PREFIX + service;
  }

  static boolean isDead(String name) {
    return name.startsWith(DEAD_PREFIX);
  }

  /** The file whose lock tells that a server lives. */
  static String server(long unique) {
    return ".server." + hex(unique);
  }

  static boolean isServer(String name) {
    return SERVER.matcher(name).matches();
  }

  static String socket(String server) {
    return server + SOCKET_SUFFIX;
  }

  static boolean isSocket(String name) {
    return SOCKET.matcher(name).matches();
  }

  static String serverOf(String socket) {
    return socket.substring(0, socket.length() - SOCKET_SUFFIX.length());
  }

  private static String hex(long value) {
    return String.format("%016x", value);
  }
}
