package io.millrace.perf.peer;

import io.millrace.perf.harness.Fork;
import io.millrace.perf.link.Link;
import io.millrace.perf.link.LinkPlace;
import io.millrace.perf.link.LinkPlace.Sends;
import io.millrace.perf.link.Receiver;
import io.millrace.perf.link.Sender;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The floor of rates: bare {@linkplain StampedLines stamped lines} in shared memory, and nothing
 * that makes a ring of them: no members, no groups, no checks, nobody to wake, and a process that
 * is killed stops all others.
 */
final class StreamLink implements Link {
  @Override
  public Map<String, Object> settings(LinkPlace place) {
    Map<String, Object> settings = new LinkedHashMap<>();
    settings.put("capacity", place.capacity());
    settings.put("claim", place.sends() == Sends.SINGLE ? "release store" : "compare-and-set");
    settings.put("memory", "a mapped file in tmpfs");
    return settings;
  }

  @Override
  public void prepare(Fork fork, List<LinkPlace> places) throws IOException {
    for (LinkPlace place : places) {
      StampedLines.create(place);
    }
  }

  @Override
  public Receiver receiver(LinkPlace place) throws IOException {
    return new StampedLinesReader(StampedLines.open(place));
  }

  @Override
  public Sender sender(LinkPlace place) throws IOException {
    return new StampedLinesWriter(StampedLines.open(place), place.sends() != Sends.SINGLE);
  }
}
