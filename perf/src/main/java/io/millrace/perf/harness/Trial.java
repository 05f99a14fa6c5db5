package io.millrace.perf.harness;

import java.util.Map;

/**
 * One subject in one case.
 *
 * @param subject its name
 * @param settings how this subject is set up, part of its results beside the case's settings
 * @param body measures once
 */
public record Trial(String subject, Map<String, Object> settings, Body body) {
  /**
   * The same under another name: what is compared with its peers is called millrace.
   *
   * @param name of the subject in this bench
   * @return a new trial
   */
  public Trial named(String name) {
    return new Trial(name, settings, body);
  }

  /** Measures once. */
  @FunctionalInterface
  public interface Body {
    /**
     * Starts what it needs, measures, and lets the fork clean up.
     *
     * @param fork where to do it
     * @return what came out
     * @throws Exception if it cannot; the message is shown to the user, the other trials go on
     */
    Sample run(Fork fork) throws Exception;
  }
}
