package io.millrace.perf.harness;

import java.util.List;
import java.util.Optional;

/** Something that can be measured about Millrace and its peers. */
public interface Bench {
  /**
   * What it is called on the command line and in the results.
   *
   * @return the name
   */
  String name();

  /**
   * What it measures, in one line for humans.
   *
   * @return the line
   */
  String title();

  /**
   * Everything that it can compare, {@code millrace} first.
   *
   * @return the names of the subjects
   */
  List<String> subjects();

  /**
   * What to run.
   *
   * @param plan what the user asked for
   * @return the cases, in this order; their trials may include subjects that the plan leaves out
   */
  List<Case> cases(Plan plan);

  /**
   * Whether it can be measured on this machine.
   *
   * @return why not; empty if it can
   */
  default Optional<String> obstacle() {
    return Optional.empty();
  }

  /**
   * How often everything is measured.
   *
   * @param plan what the user asked for
   * @return the number of forks
   */
  default int forks(Plan plan) {
    return plan.forks();
  }

  /**
   * Which comparisons must not collapse.
   *
   * @return the limits, far below what is normal
   */
  default List<Floor> floors() {
    return List.of();
  }
}
