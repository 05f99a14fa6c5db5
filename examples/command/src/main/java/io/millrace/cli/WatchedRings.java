package io.millrace.cli;

import io.millrace.discovery.RegistryView;
import io.millrace.discovery.model.NoSuchServiceException;
import io.millrace.discovery.model.Service;
import io.millrace.discovery.model.Sighting;
import io.millrace.ring.Ring;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import org.agrona.CloseHelper;

/**
 * The ring of a service, or the rings of all publishers of a topic, with what a command does with
 * each. Publishers of a topic come and go.
 *
 * @param <T> what the command has for each ring; closed with it
 */
final class WatchedRings<T extends AutoCloseable> implements AutoCloseable {
  private static final String TOPIC = "topic";
  private static final long LOOK_NANOS = 500_000_000;

  private final RegistryView view;
  private final String name;
  private final BiFunction<String, Ring, T> use;
  private final Map<String, Watched<T>> rings = new LinkedHashMap<>();
  private boolean isTopic;
  private long lastLook;

  private record Watched<T extends AutoCloseable>(Ring ring, T used) {}

  /**
   * Joins them to look at them.
   *
   * @throws NoSuchServiceException if there is neither such a service nor such a topic
   */
  WatchedRings(RegistryChoice registry, String name, BiFunction<String, Ring, T> use) {
    this.name = name;
    this.use = use;
    view = registry.view();
    try {
      if (view.find(name).isPresent() || publishersOf(view, name).isEmpty()) {
        add(name);
      } else {
        isTopic = true;
        look();
      }
    } catch (RuntimeException | Error failure) {
      CloseHelper.quietClose(this);
      throw failure;
    }
  }

  static boolean isPublisher(Service service) {
    return service.kind().equals(TOPIC);
  }

  static boolean isReader(Service service) {
    return service.kind().equals("topic-reader");
  }

  static String topicOf(Service service) {
    return service.capabilities().text(TOPIC, "");
  }

  private static List<Service> publishersOf(RegistryView view, String topic) {
    return view.scan().services().stream()
        .filter(Sighting::isAlive)
        .map(Sighting::service)
        .filter(service -> isPublisher(service) && topicOf(service).equals(topic))
        .sorted(Comparator.comparing(Service::name))
        .toList();
  }

  private void add(String service) {
    Ring ring = view.joinRing(service);
    try {
      rings.put(service, new Watched<>(ring, use.apply(service, ring)));
    } catch (RuntimeException | Error failure) {
      CloseHelper.quietClose(ring);
      throw failure;
    }
  }

  /** Looks which publishers came and went, if it is time to. */
  void lookIfDue() {
    if (isTopic && System.nanoTime() - lastLook > LOOK_NANOS) {
      look();
    }
  }

  private void look() {
    lastLook = System.nanoTime();
    List<String> now = publishersOf(view, name).stream().map(Service::name).toList();
    for (String gone : List.copyOf(rings.keySet())) {
      if (!now.contains(gone)) {
        close(rings.remove(gone));
      }
    }
    for (String come : now) {
      if (!rings.containsKey(come)) {
        try {
          add(come);
        } catch (NoSuchServiceException goneMeanwhile) {
          continue;
        }
      }
    }
  }

  Collection<T> all() {
    return rings.values().stream().map(Watched::used).toList();
  }

  private static void close(Watched<?> one) {
    CloseHelper.closeAll(one.used, one.ring);
  }

  @Override
  public void close() {
    rings.values().forEach(WatchedRings::close);
    view.close();
  }
}
