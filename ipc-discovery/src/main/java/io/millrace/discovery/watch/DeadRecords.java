package io.millrace.discovery.watch;

import io.millrace.discovery.model.Service;
import io.millrace.discovery.record.Cleaner;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * The records of dead publishers that a watch has met, until their names are free. Used by one
 * thread.
 */
final class DeadRecords {
  private final Cleaner cleaner;
  private final Map<String, Long> instances = new HashMap<>();
  private final Set<String> forbidden = new HashSet<>();

  DeadRecords(Cleaner cleaner) {
    this.cleaner = cleaner;
  }

  /**
   * Removes the record of a dead publisher. Where that is not allowed it is tried once: the attempt
   * closes the file, which is an event and leads here again. Any other failure passes, and the
   * record is met again then.
   */
  void bury(Service service) {
    String name = service.name();
    // Before the attempt: if somebody removes it from now on, that is no news.
    if (!contain(service)) {
      instances.put(name, service.instance());
      forbidden.remove(name);
    }
    if (!forbidden.contains(name) && cleaner.removeIfDead(name) == Cleaner.Outcome.FORBIDDEN) {
      forbidden.add(name);
    }
  }

  /** Tells whether the death of what has a name, or had it last, is known. */
  boolean contain(String name) {
    return instances.containsKey(name);
  }

  /** Tells whether the death of this very publication is known. */
  boolean contain(Service service) {
    Long last = instances.get(service.name());
    return last != null && last == service.instance();
  }

  void forget(String name) {
    instances.remove(name);
    forbidden.remove(name);
  }
}
