package io.millrace.perf.harness;

import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What the user asked for.
 *
 * @param peers the subjects to run beside {@code millrace}; empty for all
 * @param messages how many messages to measure in each fork at most; slow subjects stop earlier,
 *     after {@code measureMillis}
 * @param sizes payload lengths in bytes; empty for those of the bench
 * @param modes ways of sending ({@code multi}, {@code single}, {@code batch}); empty for all
 * @param producers numbers of producers; empty for those of the bench
 * @param only settings that a case must have to be run, as they are shown; empty for all cases
 * @param rate messages a second in fixed-rate runs; 0 for a closed loop
 * @param cpus the processors to pin to
 * @param forks how often everything is measured, each time in fresh processes
 * @param warmUpMillis how long to run before measuring, in each fork
 * @param measureMillis how long to measure at most, in each fork
 * @param quick true to leave out what takes long
 * @param jvmFlags further flags for the JVMs of all subjects
 */
public record Plan(
    Set<String> peers,
    long messages,
    List<Integer> sizes,
    List<String> modes,
    List<Integer> producers,
    Map<String, String> only,
    int rate,
    List<Integer> cpus,
    int forks,
    long warmUpMillis,
    long measureMillis,
    boolean quick,
    List<String> jvmFlags) {
  /** The subject that the others are compared with. */
  public static final String MILLRACE = "millrace";

  /**
   * Whether a subject takes part.
   *
   * @param subject its name
   * @return true if it does
   */
  public boolean includes(String subject) {
    return peers.isEmpty() || subject.equals(MILLRACE) || peers.contains(subject);
  }

  /**
   * Whether a case is to be run.
   *
   * @param setting the case
   * @return true if it has all settings that the user asked for
   */
  public boolean includes(Case setting) {
    return only.entrySet().stream()
        .allMatch(
            wanted ->
                wanted.getValue().equals(String.valueOf(setting.settings().get(wanted.getKey()))));
  }

  /**
   * The payload lengths to run with.
   *
   * @param defaults if the user named none
   * @return lengths in bytes
   */
  public List<Integer> sizesOr(Integer... defaults) {
    return sizes.isEmpty() ? List.of(defaults) : sizes;
  }
}
