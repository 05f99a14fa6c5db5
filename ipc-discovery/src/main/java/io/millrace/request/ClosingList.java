package io.millrace.request;

import io.millrace.os.Closing;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** What was made so far, to be closed if what comes next fails. */
final class ClosingList {
  private final List<AutoCloseable> made = new ArrayList<>();

  <T extends AutoCloseable> T add(T one) {
    made.add(one);
    return one;
  }

  /** Closes the last one first. */
  void closeAfter(Throwable failure) {
    Collections.reverse(made);
    Closing.closeAfter(failure, made.toArray(AutoCloseable[]::new));
  }
}
