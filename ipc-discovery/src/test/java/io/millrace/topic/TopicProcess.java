package io.millrace.topic;

import io.millrace.discovery.Registry;
import io.millrace.ring.GroupOptions;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;

/** A member of topic "t" in a process of its own, which does as it is told, line by line. */
final class TopicProcess {
  private TopicProcess() {}

  /** Arguments: the root, then {@code publish [REQUIRED]} or a group to read, and how. */
  public static void main(String[] arguments) throws Exception {
    try (Registry registry = Registry.open(Path.of(arguments[0]))) {
      BufferedReader input =
          new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
      if (arguments[1].equals("publish")) {
        publish(registry, arguments.length > 2 ? arguments[2] : "", input);
      } else {
        read(registry, arguments, input);
      }
    }
  }

  private static void publish(Registry registry, String required, BufferedReader input)
      throws Exception {
    PublisherOptions options = PublisherOptions.capacity(1 << 16);
    if (!required.isEmpty()) {
      options = options.required(GroupOptions.named(required));
    }
    try (TopicPublisher publisher = Topic.publisher(registry, "t", options)) {
      System.out.println("publisher " + publisher.service().name());
      for (String line = input.readLine(); line != null; line = input.readLine()) {
        String[] words = line.split(" ");
        if (words[0].equals("close")) {
          break;
        }
        for (long number = Long.parseLong(words[0]); number < Long.parseLong(words[1]); number++) {
          Log.publish(publisher, number);
        }
        System.out.println("published " + line);
      }
    }
    System.out.println("closed");
    while (input.readLine() != null) {
      // Stays until it is killed.
    }
  }

  static SubscriberOptions options(String group, String how) {
    GroupOptions named = GroupOptions.named(group);
    SubscriberOptions options =
        switch (how) {
          case "plain" -> SubscriberOptions.group(named);
          case "required" -> SubscriberOptions.group(named.retained());
          case "shared" -> SubscriberOptions.group(named.shared().retained());
          case "competing" -> SubscriberOptions.competing(group);
          case "lossy" -> SubscriberOptions.lossy();
          default -> throw new IllegalArgumentException(how);
        };
    return options.linger(Duration.ofSeconds(60));
  }

  private static void read(Registry registry, String[] arguments, BufferedReader input)
      throws Exception {
    Log log = new Log();
    try (TopicSubscriber subscriber =
        Topic.subscriber(registry, "t", options(arguments[1], arguments[2]).listener(log))) {
      log.subscriber = subscriber;
      System.out.println("reading");
      int told = 0;
      while (true) {
        subscriber.poll(log, 100);
        for (; told < log.news.size(); told++) {
          System.out.println(log.news.get(told));
        }
        if (input.ready()) {
          String line = input.readLine();
          if (line.equals("close")) {
            break;
          }
          System.out.println(
              "count " + log.count() + " publishers " + subscriber.publishers().size());
        }
        Thread.onSpinWait();
      }
    }
    System.out.println("closed");
    while (input.readLine() != null) {
      // Stays until it is killed.
    }
  }
}
