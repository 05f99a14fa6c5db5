package io.millrace.perf.bench;

import io.millrace.perf.harness.Parent;
import io.millrace.perf.harness.Role;
import io.millrace.perf.peer.Links;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/** A role that is played on a virtual thread if its subject is one that waits there. */
abstract class VirtualRole implements Role {
  @Override
  public final void run(Parent parent) throws Exception {
    if (!parent.argument("subject").equals(Links.VIRTUAL)) {
      play(parent);
      return;
    }
    FutureTask<Void> played =
        new FutureTask<>(
            () -> {
              play(parent);
              return null;
            });
    Thread.ofVirtual().start(played);
    try {
      played.get();
    } catch (ExecutionException failure) {
      throw new IllegalStateException("on a virtual thread: " + failure.getCause(), failure);
    }
  }

  /** Does it, on the thread that it is measured on. */
  abstract void play(Parent parent) throws Exception;
}
