/** A barrier shared by processes, in which a killed party leaves nobody stuck. */
module io.millrace.barrier {
  requires transitive io.millrace.discovery;
  requires io.millrace.ring;
  requires org.agrona;

  exports io.millrace.barrier;
}
