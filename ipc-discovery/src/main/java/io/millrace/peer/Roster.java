package io.millrace.peer;

import io.millrace.discovery.PolledWatch;
import io.millrace.discovery.Registry;
import io.millrace.discovery.model.Departure;
import io.millrace.discovery.model.Refusal;
import io.millrace.discovery.model.Service;
import io.millrace.discovery.model.ServiceListener;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Queue;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;

/**
 * The members that meet under a name, as the watch tells it: what happens to those that a member
 * reads, in order, and which members are of its own kind. Used by one thread.
 */
public final class Roster implements ServiceListener, AutoCloseable {
  private final Predicate<String> isFellow;
  private final Predicate<Service> belongs;
  private final Queue<Change> changes = new ArrayDeque<>();
  private final TreeMap<String, Service> fellows = new TreeMap<>();
  private final TreeSet<String> partners = new TreeSet<>();
  private final PolledWatch watch;
  private boolean fellowsChanged;

  /**
   * What happened to the record of a partner.
   *
   * @param service the record
   * @param departure null if it came
   * @param refusal why it cannot be used, or null
   */
  public record Change(Service service, Departure departure, Refusal refusal) {}

  /**
   * Begins to watch; members that are there are among the changes.
   *
   * @param registry where
   * @param partners the names of those that are read
   * @param fellows the names of those who are of the member's own kind
   * @param belongs whether a record is of this meeting, or only has the same hash
   */
  public Roster(
      Registry registry,
      Predicate<String> partners,
      Predicate<String> fellows,
      Predicate<Service> belongs) {
    this.belongs = belongs;
    isFellow = fellows;
    watch = PolledWatch.open(registry, partners.or(fellows), this);
  }

  @Override
  public void onUp(Service service) {
    if (!belongs.test(service)) {
      return;
    }
    if (isFellow.test(service.name())) {
      fellows.put(service.name(), service);
      fellowsChanged = true;
    } else {
      partners.add(service.name());
      changes.add(new Change(service, null, null));
    }
  }

  @Override
  public void onDown(Service service, Departure reason) {
    if (fellows.remove(service.name()) != null) {
      fellowsChanged = true;
    } else if (partners.remove(service.name())) {
      changes.add(new Change(service, reason, null));
    }
  }

  @Override
  public void onRefused(Refusal refusal) {
    if (!isFellow.test(refusal.name())) {
      changes.add(new Change(null, null, refusal));
    }
  }

  /** Looks what has happened by now. */
  public void look() {
    watch.poll();
  }

  /**
   * What to sleep with.
   *
   * @return the number of the descriptor
   */
  public int descriptor() {
    return watch.descriptor();
  }

  /**
   * How long to sleep at most before the next look.
   *
   * @return nanoseconds
   */
  public long longestWaitNanos() {
    return watch.longestWaitNanos();
  }

  /**
   * The next change, in the order in which they happened.
   *
   * @return what happened, null if there is none
   */
  public Change next() {
    return changes.poll();
  }

  /**
   * Tells, once, that fellows came or went.
   *
   * @return true if they did
   */
  public boolean takeFellowsChanged() {
    boolean was = fellowsChanged;
    fellowsChanged = false;
    return was;
  }

  /**
   * The members of the same kind.
   *
   * @return their records, the member's own one among them
   */
  public Collection<Service> fellows() {
    return fellows.values();
  }

  /**
   * The names of all partners that are there.
   *
   * @return names of services
   */
  public Collection<String> partners() {
    return partners;
  }

  @Override
  public void close() {
    watch.close();
  }
}
