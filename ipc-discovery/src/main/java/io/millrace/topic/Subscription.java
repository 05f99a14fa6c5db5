package io.millrace.topic;

import io.millrace.discovery.Registry;
import io.millrace.discovery.model.Service;
import io.millrace.os.LifeCycle;
import io.millrace.peer.Roster;

/**
 * What those have in common who do the work of one subscriber.
 *
 * @param registry where
 * @param topic its name
 * @param options how it reads
 * @param life the subscriber's
 * @param self the name of its own record
 * @param roster who belongs to the topic
 * @param sources the rings that it has
 * @param news what its listener is to be told
 */
record Subscription(
    Registry registry,
    String topic,
    SubscriberOptions options,
    LifeCycle life,
    String self,
    Roster roster,
    Sources sources,
    TopicNews news) {
  /** Another subscriber that reads the same group. */
  boolean isOfSameGroup(Service reader) {
    return !reader.name().equals(self)
        && reader.capabilities().text(TopicRecord.GROUP, "").equals(options.group().name());
  }

  /** The earlier one of two times by nanoTime. */
  static long earlier(long one, long other, long now) {
    return one - now < other - now ? one : other;
  }
}
