package io.millrace.examples.marketdata;

import io.millrace.examples.ChildJvm;
import io.millrace.ring.Ring;
import io.millrace.ring.RingCounters.GroupCounters;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.HdrHistogram.Histogram;

/** What each group was given, compared with what was in the file. */
final class Audit {
  private static final int PATIENCE_SECONDS = 30;
  private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(5);

  private final Path folder;
  private final List<EventLine> day;
  private final Ring ring;
  private long lost;
  private long doubled;
  private long redelivered;

  Audit(Path folder, List<EventLine> day, Ring ring) {
    this.folder = folder;
    this.day = day;
    this.ring = ring;
  }

  /** Stops the members once all is delivered, prints what each group saw, and adds it up. */
  String verdict(Map<String, ChildJvm> members, long missingTrades) throws IOException {
    System.out.println(
        "group       received      lost   doubled  redelivered   p50 us   p99 us  p99.9 us");
    String book = "";
    for (String group : List.of(Follower.STRATEGY, Follower.RISK, Follower.RECORDER)) {
      awaitAll(group);
      Histogram latency = new Histogram(TimeUnit.HOURS.toNanos(1), 3);
      for (Map.Entry<String, ChildJvm> member : members.entrySet()) {
        if (member.getKey().startsWith(group)) {
          member.getValue().tell("stop");
          String result = member.getValue().expect("result", PATIENCE_SECONDS);
          book = group.equals(Follower.STRATEGY) ? result : book;
          latency.add(decode(member.getValue().expect("latency", PATIENCE_SECONDS)));
        }
      }
      print(group, latency);
    }
    System.out.println("the strategy's book: " + book);
    String wrong = "";
    if (!book.equals(bookOfTheDay())) {
      wrong += " but the file's book is " + bookOfTheDay();
    }
    if (!Recording.holds(folder.resolve(Recording.FILE), day)) {
      wrong += " and the recording differs from the file";
    }
    if (missingTrades > 0) {
      wrong += " and trades are missing in " + missingTrades + " places";
    }
    long recovered = ring.counters().groups().stream().mapToLong(GroupCounters::recoveries).sum();
    return (lost == 0 && doubled == 0 && wrong.isEmpty() ? "ok" : "failed")
        + String.format(
            Locale.ROOT,
            " sent=%d lost=%d doubled=%d redelivered=%d recovered=%d%s",
            day.size(),
            lost,
            doubled,
            redelivered,
            recovered,
            wrong);
  }

  private void awaitAll(String group) throws IOException {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
    while (Ledger.delivered(Ledger.file(folder, group)) < day.size()
        && System.nanoTime() < deadline) {
      LockSupport.parkNanos(PAUSE_NANOS);
    }
  }

  private void print(String group, Histogram latency) throws IOException {
    Path ledger = Ledger.file(folder, group);
    long received = Ledger.delivered(ledger);
    System.out.printf(
        Locale.ROOT,
        "%-10s %,9d %9d %9d %12d %8.1f %8.1f %9.1f%n",
        group,
        received,
        day.size() - received,
        Ledger.doubled(ledger),
        Ledger.redelivered(ledger),
        latency.getValueAtPercentile(50) / 1e3,
        latency.getValueAtPercentile(99) / 1e3,
        latency.getValueAtPercentile(99.9) / 1e3);
    lost += day.size() - received;
    doubled += Ledger.doubled(ledger);
    redelivered += Ledger.redelivered(ledger);
  }

  private static Histogram decode(String text) {
    return Histogram.decodeFromByteBuffer(ByteBuffer.wrap(Base64.getDecoder().decode(text)), 0);
  }

  private String bookOfTheDay() {
    Book book = new Book();
    day.forEach(book::apply);
    return book.toString();
  }
}
