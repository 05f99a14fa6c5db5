/** Discovery: services that processes of one host publish, find and watch. */
module io.millrace.discovery {
  requires transitive io.millrace.ring;

  exports io.millrace.discovery;
  exports io.millrace.snapshot;
}
