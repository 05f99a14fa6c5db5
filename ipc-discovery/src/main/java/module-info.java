/** Discovery: services that processes of one host publish, find and watch. */
module io.millrace.discovery {
  requires transitive io.millrace.ring;

  // For those who bring it along.
  requires static micrometer.core;

  exports io.millrace.discovery;
  exports io.millrace.discovery.model;
  exports io.millrace.metrics;
  exports io.millrace.request;
  exports io.millrace.snapshot;
  exports io.millrace.topic;
}
