package io.millrace.discovery;

/** Why a service is not there any more. */
public enum Departure {
  /** Its publisher withdrew it. */
  WITHDRAWN,
  /** Its publisher was killed or ended without withdrawing it, or handed it over. */
  DIED,
  /** Its capabilities changed, so that the filter of the watch does not match any more. */
  NO_LONGER_MATCHES
}
