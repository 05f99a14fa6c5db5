/** A barrier shared by processes, in which a killed party leaves nobody stuck. */
module io.millrace.barrier {
  requires transitive io.millrace.discovery;

  exports io.millrace.barrier;
}
