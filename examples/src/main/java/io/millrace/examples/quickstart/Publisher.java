package io.millrace.examples.quickstart;

import io.millrace.discovery.Capabilities;
import io.millrace.discovery.Publication;
import io.millrace.discovery.Registry;
import io.millrace.ring.Producer;
import io.millrace.ring.Ring;
import io.millrace.ring.RingOptions;
import org.agrona.concurrent.UnsafeBuffer;

class Publisher {
  public static void main(String[] arguments) throws Exception {
    try (Registry registry = Registry.open();
        Ring ring = Ring.create(RingOptions.capacity(1 << 20));
        Publication prices = registry.publish("prices", ring, Capabilities.none());
        Producer producer = ring.addProducer()) {
      System.out.println("publishing " + prices.service().name());
      UnsafeBuffer message = new UnsafeBuffer(new byte[8]);
      for (long price = 100; price < 700; price++) { // for a minute
        message.putLong(0, price);
        producer.offer(message, 0, 8, 1); // the last number is a type of your own
        Thread.sleep(100);
      }
    }
  }
}
