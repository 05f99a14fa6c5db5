package io.millrace.os;

import io.millrace.MillraceException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * What the numbers of users mean in this process's user namespace. The kernel translates each uid
 * that it tells into the reader's namespace, and all users that have no number there into one.
 */
public final class UserNamespace {
  private static final String EVERYBODY = "0 0 4294967295";
  private static final int USUAL_STRANGER = 65534;

  private static final boolean COMPLETE = isMapComplete();
  private static final int STRANGER = stranger();

  private UserNamespace() {}

  /**
   * Tells whether each user has a number of its own here, as outside of all containers.
   *
   * @return false if some users have none, and all of these the same one in their place
   */
  public static boolean isComplete() {
    return COMPLETE;
  }

  /**
   * Tells whether a uid names one user.
   *
   * @param uid a uid that the kernel has told
   * @return false if it is the one that stands for all users that have no number here
   */
  public static boolean isKnown(int uid) {
    return COMPLETE || uid != STRANGER;
  }

  /**
   * Which users have a number here.
   *
   * @return for example {@code 0 1000 1}: uid 0 here is uid 1000 outside, and no other
   */
  public static String map() {
    return String.join(
        ", ", lines("/proc/self/uid_map").stream().map(UserNamespace::tidy).toList());
  }

  private static boolean isMapComplete() {
    List<String> map = lines("/proc/self/uid_map");
    return map.isEmpty() || map.size() == 1 && tidy(map.get(0)).equals(EVERYBODY);
  }

  private static String tidy(String line) {
    return line.strip().replaceAll("\\s+", " ");
  }

  private static int stranger() {
    List<String> told = lines("/proc/sys/kernel/overflowuid");
    return told.isEmpty() ? USUAL_STRANGER : Integer.parseInt(told.get(0).strip());
  }

  private static List<String> lines(String file) {
    Path path = Path.of(file);
    try {
      // A kernel without user namespaces has no such file, and each user a number.
      return Files.exists(path) ? Files.readAllLines(path) : List.of();
    } catch (IOException failure) {
      throw new MillraceException("cannot read " + file, failure);
    }
  }
}
