package io.millrace.perf.harness;

import java.util.List;
import java.util.Map;

/**
 * One setting of a bench under which subjects are compared with each other.
 *
 * @param settings what tells this case from the others of the bench, part of every result
 * @param trials one for each subject; they take turns
 */
public record Case(Map<String, Object> settings, List<Trial> trials) {
  /**
   * For headings.
   *
   * @return the settings in one line
   */
  public String label() {
    StringBuilder label = new StringBuilder();
    settings.forEach(
        (name, value) ->
            label.append(label.isEmpty() ? "" : ", ").append(name).append(' ').append(value));
    return label.toString();
  }
}
