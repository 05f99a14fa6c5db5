package io.millrace.examples.quickstart;

import io.millrace.discovery.Registry;
import io.millrace.ring.Consumer;
import io.millrace.ring.GroupOptions;
import io.millrace.ring.RecordHandler;
import io.millrace.ring.Ring;
import io.millrace.ring.WaitStrategy;
import java.time.Duration;

class Subscriber {
  public static void main(String[] arguments) {
    RecordHandler print =
        (type, buffer, offset, length) -> System.out.println("price " + buffer.getLong(offset));
    long aSecond = Duration.ofSeconds(1).toNanos();
    try (Registry registry = Registry.open()) {
      registry.await("prices", Duration.ofSeconds(30)).orElseThrow();
      try (Ring ring = registry.joinRing("prices");
          Consumer consumer = ring.addConsumer(GroupOptions.named("screen"))) {
        for (int left = 10; left > 0; ) {
          left -= consumer.poll(print, left, WaitStrategy.blocking(), aSecond);
        }
      }
    }
  }
}
