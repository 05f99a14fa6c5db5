package io.millrace.discovery.model;

/** How the run of the last holder of an {@code Alive} file ended. */
public enum LastRun {
  /** Nobody held this file before. */
  NONE,
  /** It closed the file, or its process ended in good order. */
  CLEAN,
  /** It was killed. */
  CRASHED
}
