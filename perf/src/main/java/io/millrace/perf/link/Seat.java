package io.millrace.perf.link;

import io.millrace.perf.harness.Parent;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Which of several receiving ends of one link an end is. Every group gets every message; the
 * members of a group share them, each message goes to one of them.
 *
 * @param group the number of its group, from 0
 * @param member its number in the group, from 0
 * @param competes whether the group may have other members
 */
public record Seat(int group, int member, boolean competes) {
  /**
   * Whether this end is opened before all others.
   *
   * @return true for the first member of the first group
   */
  public boolean isFirst() {
    return group == 0 && member == 0;
  }

  /**
   * Hands this to a role.
   *
   * @return its arguments
   */
  public Map<String, Object> arguments() {
    Map<String, Object> arguments = new LinkedHashMap<>();
    arguments.put("group", group);
    arguments.put("member", member);
    arguments.put("competes", competes);
    return arguments;
  }

  /**
   * Takes it in the role.
   *
   * @param parent with the arguments of the role
   * @return the seat
   */
  public static Seat of(Parent parent) {
    return new Seat(
        parent.integer("group"),
        parent.integer("member"),
        Boolean.parseBoolean(parent.argument("competes")));
  }
}
