package io.millrace.topic;

import io.millrace.discovery.model.Capabilities;
import io.millrace.discovery.model.Service;
import java.util.Map;

/** What the records of a topic's members say, as capabilities. */
final class TopicRecord {
  static final String KIND_PUBLISHER = "topic";
  static final String KIND_READER = "topic-reader";
  static final String TOPIC = "topic";
  static final String GROUP = "group";
  static final String MODE = "mode";

  /** Of a ring whose publisher has ended: what its own record said, and when it ended. */
  private static final String PREFIX = "publisher.";

  private static final String PID = PREFIX + "pid";
  private static final String INSTANCE = PREFIX + "instance";
  private static final String GENERATION = PREFIX + "generation";
  private static final String ENDED = PREFIX + "ended";
  private static final String REASON = PREFIX + "reason";

  private TopicRecord() {}

  static boolean isOf(Service service, String topic) {
    return topic.equals(service.capabilities().text(TOPIC, null));
  }

  static boolean isReserved(String key) {
    return key.equals(TOPIC) || key.startsWith(PREFIX);
  }

  /** The process that made the ring, even if somebody else publishes it by now. */
  static Origin origin(String topic, Service service) {
    Capabilities told = service.capabilities();
    Map<String, String> own = new java.util.TreeMap<>(told.asMap());
    own.keySet().removeIf(TopicRecord::isReserved);
    return new Origin(
        topic,
        service.name(),
        (int) told.number(PID, service.pid()),
        told.number(INSTANCE, service.instance()),
        told.number(GENERATION, service.generation()),
        Capabilities.of(own));
  }

  /** When the publisher ended, in milliseconds since 1970; 0 if it has not. */
  static long ended(Service service) {
    return service.capabilities().number(ENDED, 0);
  }

  static boolean isWithdrawn(Service service) {
    return service.capabilities().text(REASON, "").equals(Ending.WITHDRAWN.name());
  }

  /** What the record of a ring says whose publisher has ended. */
  static Capabilities continued(Origin origin, long ended, Ending reason) {
    return origin
        .capabilities()
        .with(TOPIC, origin.topic())
        .with(PID, origin.pid())
        .with(INSTANCE, origin.instance())
        .with(GENERATION, origin.generation())
        .with(ENDED, ended)
        .with(REASON, reason.name());
  }
}
