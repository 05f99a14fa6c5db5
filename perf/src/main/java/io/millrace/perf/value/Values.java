package io.millrace.perf.value;

import io.millrace.perf.harness.Plan;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The subjects by their names. */
public final class Values {
  private static final String SEQLOCK = "seqlock";
  private static final Map<Operation, List<String>> SUBJECTS = new LinkedHashMap<>();

  static {
    SUBJECTS.put(Operation.READ_UNCHANGED, List.of(Plan.MILLRACE, SEQLOCK, "acquire-load"));
    SUBJECTS.put(Operation.READ_CHANGED, List.of(Plan.MILLRACE, SEQLOCK, "two-increments"));
    SUBJECTS.put(Operation.WRITE, List.of(Plan.MILLRACE, SEQLOCK, "copy-and-store"));
    SUBJECTS.put(Operation.READ_PINNING, List.of(Plan.MILLRACE));
  }

  private Values() {}

  /**
   * The subjects that take part.
   *
   * @param operation in what
   * @return the names of the subjects, {@code millrace} first
   */
  public static List<String> subjects(Operation operation) {
    return SUBJECTS.get(operation);
  }

  /**
   * Makes ready what all processes of a trial share.
   *
   * @param operation what is going to be measured
   * @param directory where to
   * @param size the length of the value in bytes
   */
  public static void prepare(Operation operation, Path directory, int size) {
    if (operation == Operation.READ_PINNING) {
      PinnedValue.prepare(directory, size);
    }
  }

  /**
   * Opens a value.
   *
   * @param subject the name of the subject
   * @param operation what is going to be measured
   * @param directory where it is
   * @param size its length in bytes
   * @return the value, owned by the caller
   * @throws IOException if its memory cannot be mapped
   */
  public static ValueAccess open(String subject, Operation operation, Path directory, int size)
      throws IOException {
    if (operation == Operation.READ_PINNING) {
      return new PinnedValue(directory);
    }
    return switch (subject) {
      case Plan.MILLRACE -> new MillraceValue(directory, size);
      case SEQLOCK -> new SeqlockValue(directory, size);
      default -> new BareAccess(directory, size);
    };
  }
}
