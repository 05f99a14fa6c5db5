package io.millrace.discovery.publish;

import io.millrace.discovery.model.Service;

/** What must hold when a record gets its name. Asked by the thread that publishes. */
public interface PublishingConditions {
  /** Those of an ordinary publisher: none. */
  PublishingConditions NONE = new PublishingConditions() {};

  /** Asked about the readable record of a dead publisher before it is removed. */
  default boolean mayReplace(Service dead) {
    return true;
  }

  /**
   * Tells what a publication that fails at its very end is to be taken for by those who have seen
   * it: a death, after which another process goes on, or a withdrawal.
   */
  default boolean isToBeContinued() {
    return false;
  }

  /**
   * Asked while nobody else can publish the name: is what the publisher decided on still all that
   * ever happened to it? (If it saw the name free, nothing can be withdrawn either.)
   */
  default boolean isViewCurrent() {
    return true;
  }
}
