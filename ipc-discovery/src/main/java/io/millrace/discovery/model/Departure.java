package io.millrace.discovery.model;

/** Why a service is not there any more. */
public enum Departure {
  /** Its publisher withdrew it. */
  WITHDRAWN,
  /** Its publisher was killed or ended without withdrawing it, or handed it over. */
  DIED,
  /**
   * Somebody else removed its record, for example with the whole directory. Its publisher may live:
   * nobody can find it any more.
   */
  REMOVED,
  /** Its capabilities changed, so that the filter of the watch does not match any more. */
  NO_LONGER_MATCHES
}
