package io.millrace.request;

import io.millrace.os.Closing;
import io.millrace.os.Descriptor;
import io.millrace.os.EventFd;
import io.millrace.ring.Ring;
import java.util.ArrayList;
import java.util.List;

/**
 * Wakes all servers that sleep until a request comes, for those that have something else to look
 * at. A sleeper that is woken once too often looks and sleeps on.
 */
final class ServerBell implements AutoCloseable {
  private final EventFd[] events;

  ServerBell(Ring requests) {
    List<Descriptor> copies = new ArrayList<>();
    int[] numbers = requests.descriptors();
    try {
      for (int i = 1; i < numbers.length; i++) {
        copies.add(Descriptor.duplicateOf(numbers[i], "event " + i + " of a request ring"));
      }
      events = EventFd.allOf(copies);
    } catch (RuntimeException | Error failure) {
      Closing.closeAfter(failure, copies.toArray(AutoCloseable[]::new));
      throw failure;
    }
  }

  void ring() {
    for (EventFd event : events) {
      event.signal();
    }
  }

  @Override
  public void close() {
    Closing.closeAll(events);
  }
}
