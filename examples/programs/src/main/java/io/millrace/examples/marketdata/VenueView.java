package io.millrace.examples.marketdata;

import io.millrace.message.Messages;
import io.millrace.ring.RecordHandler;
import io.millrace.topic.Ending;
import io.millrace.topic.Origin;
import io.millrace.topic.TopicListener;
import io.millrace.topic.TopicSubscriber;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;

/** What a subscriber sees of the venues: how many trades, who came and ended, and any gap. */
final class VenueView implements Trades, TopicListener {
  private final RecordHandler handler = Messages.reader(Trades.class, this);

  /** What is next of each publisher: one that is started again is a new one. */
  private final Map<Origin, Long> next = new HashMap<>();

  private final Map<String, Integer> trades = new TreeMap<>();
  private final StringBuilder news = new StringBuilder();
  private TopicSubscriber subscriber;
  private long gaps;

  void poll(TopicSubscriber venues, int limit) {
    subscriber = venues;
    venues.poll(handler, limit);
  }

  @Override
  public boolean trade(long number, long price, int size) {
    Origin origin = subscriber.origin();
    Long before = next.put(origin, number + 1);
    gaps += before == null || before == number ? 0 : 1;
    trades.merge(name(origin), 1, Integer::sum);
    return true;
  }

  private static String name(Origin origin) {
    return origin.capabilities().text(Venue.NAME, "?");
  }

  @Override
  public void onCame(Origin publisher) {
    trades.putIfAbsent(name(publisher), 0);
    news.append(", ").append(name(publisher)).append(" came");
  }

  @Override
  public void onEnded(Origin publisher, Ending how) {
    next.remove(publisher);
    news.append(", ").append(name(publisher)).append(how == Ending.DIED ? " died" : " left");
  }

  long gaps() {
    return gaps;
  }

  /** What has come since the last line. */
  String line() {
    StringBuilder line = new StringBuilder("trades");
    trades.forEach((name, count) -> line.append(' ').append(name).append(' ').append(count));
    line.append(news);
    trades.replaceAll((name, count) -> 0);
    news.setLength(0);
    return line.toString();
  }
}
