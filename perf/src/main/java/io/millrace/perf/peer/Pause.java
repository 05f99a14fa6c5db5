package io.millrace.perf.peer;

/**
 * What one does who finds nothing, or no room.
 *
 * @param yields true to let others run, as there are fewer processors than processes
 */
record Pause(boolean yields) {
  void once() {
    if (yields) {
      Thread.yield();
    } else {
      Thread.onSpinWait();
    }
  }
}
