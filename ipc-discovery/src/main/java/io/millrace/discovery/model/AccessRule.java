package io.millrace.discovery.model;

import java.util.Arrays;

/**
 * Decides which users may have the descriptors of a service from its publisher's socket.
 *
 * <p>Called by one thread of the server at a time, with the credentials that the kernel reports;
 * must not block, but may close anything, its own registry too. One that throws allows nothing;
 * what it throws, an {@link Error} too, goes to the error handler of the registry.
 */
@FunctionalInterface
public interface AccessRule {
  /**
   * Decides about one joiner.
   *
   * @param uid its effective user when it connected
   * @param gid its effective group when it connected
   * @return true if it may join
   */
  boolean allows(int uid, int gid);

  /**
   * Only the given users.
   *
   * @param uids the users
   * @return the rule
   */
  static AccessRule users(int... uids) {
    int[] allowed = uids.clone();
    return (uid, gid) -> Arrays.stream(allowed).anyMatch(one -> one == uid);
  }

  /**
   * Only users whose effective group is one of the given ones.
   *
   * @param gids the groups
   * @return the rule
   */
  static AccessRule groups(int... gids) {
    int[] allowed = gids.clone();
    return (uid, gid) -> Arrays.stream(allowed).anyMatch(one -> one == gid);
  }

  /**
   * Those whom either rule allows.
   *
   * @param other the other rule
   * @return both together
   */
  default AccessRule or(AccessRule other) {
    return (uid, gid) -> allows(uid, gid) || other.allows(uid, gid);
  }
}
