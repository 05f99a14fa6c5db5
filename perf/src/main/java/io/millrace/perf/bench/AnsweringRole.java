package io.millrace.perf.bench;

import io.millrace.perf.harness.Parent;
import io.millrace.perf.harness.Role;
import io.millrace.perf.link.Answerer;
import io.millrace.perf.link.LinkPlace;
import io.millrace.perf.peer.CallLinks;

/** Answers every request with its own bytes. */
public final class AnsweringRole implements Role {
  private static final int BURST = 1000;
  private static final int LIMIT = 256;

  @Override
  public void run(Parent parent) throws Exception {
    Idle idle = new Idle(parent);
    LinkPlace place = LinkPlace.of(parent);
    boolean yields = Boolean.parseBoolean(parent.argument("yields"));
    parent.hear("open", CallTrial.PATIENCE_SECONDS);
    try (Answerer answerer = CallLinks.named(parent.argument("subject")).answerer(place, yields)) {
      parent.say("opened");
      parent.hear("connect", CallTrial.PATIENCE_SECONDS);
      answerer.connect();
      parent.say("connected");
      while (!parent.stopped()) {
        answer(answerer, idle);
      }
    }
  }

  /** Short, so that it is compiled as a whole and not in the middle of its only run. */
  private static void answer(Answerer answerer, Idle idle) throws Exception {
    for (int i = 0; i < BURST; i++) {
      if (answerer.answer(LIMIT) == 0) {
        idle.once();
      }
    }
  }
}
