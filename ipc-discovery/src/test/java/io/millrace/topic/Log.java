package io.millrace.topic;

import io.millrace.ring.RecordHandler;
import io.millrace.testkit.Eventually;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/** Reads a topic of numbers, and notes what comes, and from whom. */
final class Log implements TopicListener, RecordHandler {
  static final Duration DEADLINE = Duration.ofSeconds(60);
  static final int TYPE = 7;

  private final UnsafeBuffer message = new UnsafeBuffer(new byte[8]);

  /** By the name of the publisher. */
  final Map<String, List<Long>> records = new HashMap<>();

  final List<String> news = new CopyOnWriteArrayList<>();
  final List<RuntimeException> refusals = new ArrayList<>();
  TopicSubscriber subscriber;
  int limit = 100;
  long lost;
  int redelivered;

  static void publish(TopicPublisher publisher, long number) {
    UnsafeBuffer message = new UnsafeBuffer(new byte[8]);
    message.putLong(0, number);
    Eventually.await("room", DEADLINE, () -> publisher.offer(TYPE, message, 0, 8) >= 0);
  }

  @Override
  public void onRecord(int type, DirectBuffer buffer, int offset, int length) {
    message.putBytes(0, buffer, offset, length);
    String from = subscriber.origin().name();
    records.computeIfAbsent(from, name -> new ArrayList<>()).add(message.getLong(0));
  }

  @Override
  public void onRedelivery(int type, DirectBuffer buffer, int offset, int length) {
    redelivered++;
    onRecord(type, buffer, offset, length);
  }

  @Override
  public void onCame(Origin publisher) {
    news.add("came " + publisher.name());
  }

  @Override
  public void onEnded(Origin publisher, Ending how) {
    news.add(how + " " + publisher.name() + " after " + of(publisher.name()).size());
  }

  @Override
  public void onLost(Origin publisher, long bytes) {
    lost += bytes;
    news.add("lost " + publisher.name());
  }

  @Override
  public void onRefused(Origin publisher, RuntimeException why) {
    refusals.add(why);
    news.add("refused " + publisher.name());
  }

  List<Long> of(String publisher) {
    return records.getOrDefault(publisher, List.of());
  }

  List<Long> of(TopicPublisher publisher) {
    return of(publisher.service().name());
  }

  int count() {
    return records.values().stream().mapToInt(List::size).sum();
  }

  void pollUntilCount(int count) {
    Eventually.await(
        count + " records",
        DEADLINE,
        () -> {
          subscriber.poll(this, limit);
          return count() >= count;
        });
  }

  void pollUntilLast(TopicPublisher publisher, long number) {
    Eventually.await(
        "record " + number,
        DEADLINE,
        () -> {
          subscriber.poll(this, limit);
          return of(publisher).contains(number);
        });
  }

  void pollUntilNews(String what) {
    Eventually.await(
        what,
        DEADLINE,
        () -> {
          subscriber.poll(this, limit);
          return news.stream().anyMatch(one -> one.startsWith(what));
        });
  }
}
