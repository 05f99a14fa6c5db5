package io.millrace.discovery.model;

/** What a published descriptor is; joiners get it only if it really is that. */
public enum DescriptorKind {
  /** The sealed memory of a ring. */
  RING,
  /** Other sealed memory. */
  MEMORY,
  /** An event descriptor. */
  EVENT,
  /**
   * Memory that says what the records of a ring mean. Joiners get it if it is memory, whatever it
   * holds: the reader checks it, and a ring is usable without it.
   */
  SCHEMA
}
