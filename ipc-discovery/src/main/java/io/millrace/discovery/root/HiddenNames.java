package io.millrace.discovery.root;

import io.millrace.discovery.model.Service;
import java.util.regex.Pattern;

/**
 * The names in the registry's directory. Those of services start with a letter or a digit, see
 * {@link Service#isName}; those below start with a dot, so that the two never meet.
 */
public final class HiddenNames {
  /** Whose turn it is to publish, and what generation comes next; as old as its directory. */
  public static final String TURNS = ".turns";

  private static final Pattern SERVER = Pattern.compile("\\.server\\.[0-9a-f]{16}");
  private static final Pattern SOCKET = Pattern.compile("\\.server\\.[0-9a-f]{16}\\.sock");
  private static final Pattern UNBORN = Pattern.compile("\\.new\\.[0-9a-f]{16}");
  private static final Pattern DEAD = Pattern.compile("\\.dead\\.[A-Za-z0-9][A-Za-z0-9._-]{0,144}");
  private static final String DEAD_PREFIX = ".dead.";
  private static final String SOCKET_SUFFIX = ".sock";

  private HiddenNames() {}

  /** A file that has no other name yet, where the file system has no nameless files. */
  public static String unborn(long unique) {
    return ".new." + hex(unique);
  }

  static boolean isUnborn(String name) {
    return UNBORN.matcher(name).matches();
  }

  /** Where the record of a dead publisher goes on its way out; always garbage. */
  public static String dead(String service) {
    return DEAD_PREFIX + service;
  }

  /** Where it goes if something that is not Millrace's has the usual name. */
  public static String dead(String service, long unique) {
    return dead(service) + "." + hex(unique);
  }

  public static boolean isDead(String name) {
    return DEAD.matcher(name).matches();
  }

  /** Tells names that Millrace gives to what can be left behind. */
  public static boolean isHidden(String name) {
    return isDead(name) || isServer(name) || isSocket(name) || isUnborn(name);
  }

  /** The file whose lock tells that a server lives. */
  public static String server(long unique) {
    return ".server." + hex(unique);
  }

  public static boolean isServer(String name) {
    return SERVER.matcher(name).matches();
  }

  public static String socket(String server) {
    return server + SOCKET_SUFFIX;
  }

  public static boolean isSocket(String name) {
    return SOCKET.matcher(name).matches();
  }

  public static String serverOf(String socket) {
    return socket.substring(0, socket.length() - SOCKET_SUFFIX.length());
  }

  private static String hex(long value) {
    return String.format("%016x", value);
  }
}
