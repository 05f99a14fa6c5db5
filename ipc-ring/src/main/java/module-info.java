/** The ring: a stream of records in shared memory, and the system calls that it stands on. */
@SuppressWarnings("module") // The siblings that io.millrace.os is exported to are compiled later.
module io.millrace.ring {
  requires transitive org.agrona;
  requires transitive chronicle.core;
  requires jdk.jfr;

  exports io.millrace.ring;
  exports io.millrace.os to
      io.millrace.discovery,
      io.millrace.barrier;
}
