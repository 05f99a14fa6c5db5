package io.millrace.examples.quickstart;

import io.millrace.discovery.Registry;
import io.millrace.ring.GroupOptions;
import io.millrace.ring.RecordHandler;
import io.millrace.ring.WaitStrategy;
import io.millrace.ring.Waitable;
import io.millrace.topic.Topic;
import io.millrace.topic.TopicSubscriber;

class Subscriber {
  public static void main(String[] arguments) {
    RecordHandler print =
        (type, buffer, offset, length) -> System.out.println("price " + buffer.getLong(offset));
    GroupOptions screen = GroupOptions.named("screen");
    try (Registry registry = Registry.open();
        TopicSubscriber prices = Topic.subscriber(registry, "prices", screen)) {
      for (int left = 10; left > 0; ) {
        left -= prices.poll(print, left, WaitStrategy.blocking(), Waitable.FOREVER);
      }
    }
  }
}
