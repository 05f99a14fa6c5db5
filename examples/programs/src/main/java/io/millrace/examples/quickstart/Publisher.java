package io.millrace.examples.quickstart;

import io.millrace.discovery.Registry;
import io.millrace.topic.PublisherOptions;
import io.millrace.topic.Topic;
import io.millrace.topic.TopicPublisher;
import org.agrona.concurrent.UnsafeBuffer;

class Publisher {
  public static void main(String[] arguments) throws Exception {
    PublisherOptions aMegabyte = PublisherOptions.capacity(1 << 20);
    try (Registry registry = Registry.open();
        TopicPublisher prices = Topic.publisher(registry, "prices", aMegabyte)) {
      UnsafeBuffer message = new UnsafeBuffer(new byte[8]);
      for (long price = 100; price < 700; price++) { // for a minute
        message.putLong(0, price);
        prices.offer(1, message, 0, 8); // 1 is a type of your own
        Thread.sleep(100);
      }
    }
  }
}
