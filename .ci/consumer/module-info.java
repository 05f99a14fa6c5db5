module consumer {
  requires io.millrace.barrier;
}
