package io.millrace.discovery;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * The records of dead publishers that a watch has met, until their names are free. Used by one
 * thread.
 */
final class Burials {
  private final Cleaner cleaner;
  private final Map<String, Long> instances = new HashMap<>();
  private final Set<String> forbidden = new HashSet<>();

  Burials(Cleaner cleaner) {
    this.cleaner = cleaner;
  }

  /**
   * Removes the record of a dead publisher. Where that is not allowed it is tried once: the attempt
   * closes the file, which is an event and leads here again. Any other failure passes, and the
   * record is met again then.
   */
  void bury(Service service) {
    String name = service.name();
    // Before the attempt: whoever removes it now, that is no news.
    Long last = instances.put(name, service.instance());
    if (last == null || last != service.instance()) {
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

  void forget(String name) {
    instances.remove(name);
    forbidden.remove(name);
  }
}
