package io.millrace.perf.link;

import io.millrace.perf.harness.Fork;
import io.millrace.perf.harness.Parent;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Where a link is, and what for.
 *
 * @param directory the trial's directory, in memory
 * @param name tells the links of one trial apart
 * @param capacity how many bytes it should buffer, where one can choose: a power of two
 * @param length the length of all messages in bytes
 * @param sends how the senders send
 * @param waits what an empty receiver does
 */
public record LinkPlace(
    Path directory, String name, int capacity, int length, Sends sends, Waits waits) {
  /** What links buffer: far more than is on its way, and it fits into a core's cache. */
  public static final int CAPACITY = 1 << 20;

  /** The name of a link from the first process to the second, where there are links both ways. */
  public static final String THERE = "there";

  /** The name of the link from the second process to the first. */
  public static final String BACK = "back";

  /** How the senders send. */
  public enum Sends {
    /** One by one, through an end that several processes can have. */
    MULTI,
    /** One by one, through an end that only one process can have. */
    SINGLE,
    /** Many at once, through an end that several processes can have. */
    BATCH
  }

  /** What an empty receiver does. */
  public enum Waits {
    /** Return at once. */
    SPIN,
    /** Sleep in the kernel. */
    BLOCK
  }

  /**
   * A link of a trial.
   *
   * @param fork the run of the trial, or null where only the settings are asked for
   * @param name tells the links of one trial apart
   * @param length the length of all messages in bytes
   * @param sends how the senders send
   * @param waits what an empty receiver does
   * @return the place
   */
  public static LinkPlace in(Fork fork, String name, int length, Sends sends, Waits waits) {
    Path directory = fork == null ? null : fork.directory();
    return new LinkPlace(directory, name, CAPACITY, length, sends, waits);
  }

  /**
   * Where a link of a trial is, for those that need not know what for.
   *
   * @param directory the trial's directory
   * @param name tells the links of one trial apart
   * @return the place
   */
  public static LinkPlace at(Path directory, String name) {
    return new LinkPlace(directory, name, CAPACITY, 0, Sends.SINGLE, Waits.SPIN);
  }

  /**
   * A file of this link.
   *
   * @return its path
   */
  public Path file() {
    return directory.resolve(name);
  }

  /**
   * The same for another direction.
   *
   * @param other its name
   * @return a new place
   */
  public LinkPlace named(String other) {
    return new LinkPlace(directory, other, capacity, length, sends, waits);
  }

  /**
   * Hands this to a role.
   *
   * @return its arguments
   */
  public Map<String, Object> arguments() {
    Map<String, Object> arguments = new LinkedHashMap<>();
    arguments.put("name", name);
    arguments.put("capacity", capacity);
    arguments.put("length", length);
    arguments.put("sends", sends);
    arguments.put("waits", waits);
    return arguments;
  }

  /**
   * Takes it in the role.
   *
   * @param parent with the arguments of the role
   * @return the place
   */
  public static LinkPlace of(Parent parent) {
    return new LinkPlace(
        Path.of(parent.argument("directory")),
        parent.argument("name"),
        parent.integer("capacity"),
        parent.integer("length"),
        Sends.valueOf(parent.argument("sends")),
        Waits.valueOf(parent.argument("waits")));
  }
}
