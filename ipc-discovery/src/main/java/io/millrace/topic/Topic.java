package io.millrace.topic;

import io.millrace.discovery.Registry;
import io.millrace.peer.PeerNames;
import io.millrace.ring.GroupOptions;

/**
 * Makes the publishers and subscribers of a topic: a name under which any number of publishers,
 * each with a ring of its own, are read by any number of subscribers.
 *
 * <pre>{@code
 * try (Registry registry = Registry.open();
 *     TopicPublisher prices =
 *         Topic.publisher(registry, "prices", PublisherOptions.capacity(1 << 20))) {
 *   prices.offer(TYPE, buffer, 0, length);
 * }
 *
 * // in another process, started before or after
 * try (Registry registry = Registry.open();
 *     TopicSubscriber prices =
 *         Topic.subscriber(registry, "prices", GroupOptions.named("screen"))) {
 *   while (running) {
 *     prices.poll(handler, 100, WaitStrategy.blocking(), Waitable.FOREVER);
 *   }
 * }
 * }</pre>
 *
 * <p>Publishers never wait for each other, and records of one publisher keep their order. A
 * publisher that is started again is a new one, with a new ring; subscribers find it by themselves.
 * There is no daemon, and no thread but those of the application.
 */
public final class Topic {
  private Topic() {}

  /**
   * Makes a publisher: creates its ring, with the required groups in it, and publishes that.
   * Subscribers that are there when this is called get every record, from the first one on.
   *
   * @param registry where; stays open as long as the publisher
   * @param topic the name of the topic: 1 to 100 letters, digits, dots, underscores and hyphens,
   *     starting with a letter or a digit
   * @param options what it is like
   * @return the publisher, to be used by one thread
   * @throws IllegalArgumentException if the name is not allowed
   * @throws io.millrace.discovery.model.RootException if the registry's directory cannot be used
   * @throws io.millrace.SystemCallException if the memory or the descriptors cannot be obtained
   * @throws io.millrace.ring.NoFreeSlotException if the ring that the options describe has fewer
   *     places for groups than it is to have required groups
   */
  public static TopicPublisher publisher(
      Registry registry, String topic, PublisherOptions options) {
    return new TopicPublisher(registry, PeerNames.require("topic", topic), options);
  }

  /**
   * Makes a subscriber that joins a group in the ring of every publisher, of those that are there
   * and of those that come later.
   *
   * @param registry where; stays open as long as the subscriber
   * @param topic the name of the topic
   * @param group which group, and what it is like
   * @return the subscriber, to be used by one thread
   * @throws IllegalArgumentException if the name of the topic is not allowed
   * @throws io.millrace.discovery.model.RootException if the registry's directory cannot be used
   * @throws io.millrace.SystemCallException if the descriptors cannot be obtained
   * @throws io.millrace.discovery.model.DiscoveryException if the directory cannot be watched
   */
  public static TopicSubscriber subscriber(Registry registry, String topic, GroupOptions group) {
    return subscriber(registry, topic, SubscriberOptions.group(group));
  }

  /**
   * Makes a subscriber.
   *
   * @param registry where; stays open as long as the subscriber
   * @param topic the name of the topic
   * @param options how it reads
   * @return the subscriber, to be used by one thread
   * @throws IllegalArgumentException if the name of the topic is not allowed
   * @throws io.millrace.discovery.model.RootException if the registry's directory cannot be used
   * @throws io.millrace.SystemCallException if the descriptors cannot be obtained
   * @throws io.millrace.discovery.model.DiscoveryException if the directory cannot be watched
   */
  public static TopicSubscriber subscriber(
      Registry registry, String topic, SubscriberOptions options) {
    return new TopicSubscriber(registry, PeerNames.require("topic", topic), options);
  }
}
