package io.millrace.discovery.model;

/** A way in which descriptors come from one process to another. */
public enum Transfer {
  /**
   * The joiner copies them out of the publisher ({@code pidfd_getfd}). Needs Linux 5.6, the same
   * pid namespace and the right to trace the publisher.
   */
  PIDFD,
  /** The publisher sends them over its Unix domain socket ({@code SCM_RIGHTS}). */
  SOCKET
}
