package io.millrace.topic;

/** How a publisher ended. */
public enum Ending {
  /** It was closed, or its process ended in good order. */
  WITHDRAWN,
  /** It was killed. */
  DIED
}
