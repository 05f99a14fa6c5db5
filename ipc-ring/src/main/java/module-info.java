/** The ring: a stream of records in shared memory, and the system calls that it stands on. */
@SuppressWarnings("module") // The siblings that io.millrace.os is exported to are compiled later.
module io.millrace.ring {
  requires transitive org.agrona;
  requires chronicle.core;
  requires java.xml;
  requires jdk.jfr;

  // What Chronicle Core needs and, having no module descriptor, cannot ask for.
  requires jdk.unsupported;
  requires org.slf4j;

  exports io.millrace;
  exports io.millrace.ring;
  exports io.millrace.message;
  exports io.millrace.os to
      io.millrace.discovery,
      io.millrace.barrier;
}
