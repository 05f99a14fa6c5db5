package io.millrace.topic;

import java.util.ArrayDeque;
import java.util.Queue;

/** What the listener is still to be told, in the order in which it happened. Used by one thread. */
final class TopicNews {
  private final TopicListener listener;
  private final Queue<Runnable> untold = new ArrayDeque<>();

  TopicNews(TopicListener listener) {
    this.listener = listener;
  }

  boolean isEmpty() {
    return untold.isEmpty();
  }

  void tell() {
    for (Runnable one = untold.poll(); one != null; one = untold.poll()) {
      one.run();
    }
  }

  /** It is read from now on. */
  void came(Source source) {
    long missed = source.takeMissed();
    untold.add(() -> listener.onCame(source.origin));
    if (missed > 0) {
      untold.add(() -> listener.onLost(source.origin, missed));
    }
  }

  void ended(Origin publisher, Ending how) {
    untold.add(() -> listener.onEnded(publisher, how));
  }

  void refused(Origin publisher, RuntimeException why) {
    untold.add(() -> listener.onRefused(publisher, why));
  }
}
