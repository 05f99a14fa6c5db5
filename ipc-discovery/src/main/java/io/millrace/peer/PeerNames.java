package io.millrace.peer;

import java.nio.charset.StandardCharsets;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.zip.CRC32C;

/**
 * What members of one kind are called in the registry: {@code KIND.HASH.ID}. The hash is that of
 * the name under which they meet, and lets others pass over them unopened; the random number is
 * never used again, so a name stands for one member.
 */
public final class PeerNames {
  private static final Pattern MEETING = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,99}");

  private final String kind;

  /**
   * Names of one kind.
   *
   * @param kind the first part
   */
  public PeerNames(String kind) {
    this.kind = kind;
  }

  /**
   * Refuses what cannot be a name to meet under.
   *
   * @param what what it is the name of, for the message
   * @param name the name
   * @return the name
   */
  public static String require(String what, String name) {
    if (!MEETING.matcher(name).matches()) {
      throw new IllegalArgumentException(
          what
              + " name \""
              + name
              + "\" is not allowed: use 1 to 100 letters, digits, dots, underscores and hyphens,"
              + " starting with a letter or a digit");
    }
    return name;
  }

  /**
   * A name for a new member.
   *
   * @param meeting the name under which they meet
   * @return the name of its service
   */
  public String unique(String meeting) {
    return of(meeting, ThreadLocalRandom.current().nextLong());
  }

  /**
   * The name of a member.
   *
   * @param meeting the name under which they meet
   * @param id its number
   * @return the name of its service
   */
  public String of(String meeting, long id) {
    return prefix(meeting) + String.format("%016x", id);
  }

  /**
   * The number of a member.
   *
   * @param meeting the name under which they meet
   * @param service the name of its service
   * @return its number; 0 if that is no name of this kind
   */
  public long id(String meeting, String service) {
    String prefix = prefix(meeting);
    try {
      return service.startsWith(prefix)
          ? Long.parseUnsignedLong(service, prefix.length(), service.length(), 16)
          : 0;
    } catch (NumberFormatException another) {
      return 0;
    }
  }

  /**
   * Which names are of members that meet under a name.
   *
   * @param meeting the name under which they meet
   * @return tells of the name of a service
   */
  public Predicate<String> all(String meeting) {
    String prefix = prefix(meeting);
    return name -> name.startsWith(prefix);
  }

  private String prefix(String meeting) {
    CRC32C hash = new CRC32C();
    hash.update(meeting.getBytes(StandardCharsets.US_ASCII));
    return kind + String.format(".%08x.", hash.getValue());
  }
}
