package io.millrace.testkit;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** What a child prints, collected line by line by a thread of its own. */
final class Transcript {
  private final String name;
  private final InputStream output;
  private final List<String> lines = new ArrayList<>();
  private int next;
  private boolean ended;

  Transcript(String name, InputStream output) {
    this.name = name;
    this.output = output;
    Thread collector = new Thread(this::collect, "output of " + name);
    collector.setDaemon(true);
    collector.start();
  }

  private void collect() {
    try (BufferedReader reader =
        new BufferedReader(new InputStreamReader(output, StandardCharsets.UTF_8))) {
      for (String line = reader.readLine(); line != null; line = reader.readLine()) {
        add(line);
      }
    } catch (IOException failure) {
      add("[output lost: " + failure + "]");
    }
    end(); // After the stream is closed: those who wait for the end count descriptors next.
  }

  private synchronized void add(String line) {
    lines.add(line);
    notifyAll();
  }

  private synchronized void end() {
    ended = true;
    notifyAll();
  }

  synchronized String await(String prefix, Duration timeout) {
    long deadline = System.nanoTime() + timeout.toNanos();
    while (true) {
      while (next < lines.size()) {
        String line = lines.get(next++);
        if (line.startsWith(prefix)) {
          return line.substring(prefix.length()).strip();
        }
      }
      if (ended || !pause(deadline)) {
        String why = ended ? "the child ended without it" : "not in " + timeout.toMillis() + " ms";
        throw new AssertionError("expected a line \"" + prefix + "…\", " + why + ": " + this);
      }
    }
  }

  synchronized void awaitEnd(Duration timeout) {
    long deadline = System.nanoTime() + timeout.toNanos();
    while (!ended) {
      if (!pause(deadline)) {
        throw new AssertionError("somebody still holds the output open of " + this);
      }
    }
  }

  synchronized List<String> lines() {
    return List.copyOf(lines);
  }

  /** Waits for news; tells whether there is time left. */
  private boolean pause(long deadline) {
    long left = deadline - System.nanoTime();
    if (left <= 0) {
      return false;
    }
    try {
      TimeUnit.NANOSECONDS.timedWait(this, left);
      return true;
    } catch (InterruptedException interruption) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted while waiting for " + this, interruption);
    }
  }

  @Override
  public synchronized String toString() {
    return name + ", which printed:\n  " + String.join("\n  ", lines);
  }
}
