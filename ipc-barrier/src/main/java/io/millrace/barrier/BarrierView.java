package io.millrace.barrier;

import io.millrace.barrier.BarrierStatus.Occupancy;
import io.millrace.barrier.BarrierStatus.PartyStatus;
import io.millrace.discovery.Acquisition;
import io.millrace.discovery.RegistryView;
import io.millrace.discovery.model.Service;
import io.millrace.discovery.model.Sighting;
import io.millrace.os.Credentials;
import io.millrace.os.LifeCycle;
import io.millrace.os.Platform;
import java.util.ArrayList;
import java.util.List;

/**
 * Looks at a barrier without being a party: takes no place, wakes and breaks nobody. For tools.
 *
 * <p>Any thread may use it, and any may close it: a thread that uses it later gets a {@link
 * io.millrace.ClosedException}.
 */
public final class BarrierView implements AutoCloseable {
  private final LifeCycle life;
  private final Places places;
  private final StateWord stateWord;

  private BarrierView(BarrierRegion region) {
    life = new LifeCycle("this view of a barrier", region::close);
    places = new Places(region.words(), region.parties(), region.own());
    stateWord = new StateWord(region.words(), places, region.event()::signal);
  }

  /**
   * Opens a view of the barrier that has a name.
   *
   * @param registry where it is published; may be closed before the view
   * @param name its name, as given to {@link Barrier#createOrJoin}
   * @return the view
   * @throws io.millrace.discovery.model.NoSuchServiceException if no party of such a barrier lives
   * @throws IllegalStateException if the service of that name is no barrier
   * @throws io.millrace.discovery.model.DiscoveryException if the descriptors cannot be obtained
   * @throws DamagedBarrierException if the descriptors are not those of a barrier
   */
  public static BarrierView open(RegistryView registry, String name) {
    Platform.check();
    BarrierRecord.requireName(name);
    try (Acquisition acquired = registry.acquire(source(registry, name))) {
      BarrierRecord.requireBarrier(acquired.service(), name);
      return new BarrierView(BarrierRegion.open(acquired.descriptors()));
    }
  }

  /** The name of a record that leads to the barrier: its own, or that of a party that lives. */
  private static String source(RegistryView registry, String name) {
    if (registry.find(name).isPresent()) {
      return name;
    }
    return registry.scan().services().stream()
        .filter(Sighting::isAlive)
        .map(Sighting::service)
        .filter(service -> BarrierRecord.isParty(service, name))
        .map(Service::name)
        .findFirst()
        .orElse(name);
  }

  /**
   * Looks at the barrier. The places are looked at one after the other, in one generation unless
   * the barrier moves on faster than that.
   *
   * @return how it stands
   * @throws DamagedBarrierException if the memory says what no party writes
   * @throws io.millrace.ClosedException if the view is closed
   */
  public BarrierStatus status() {
    life.enterAsGuest();
    try {
      BarrierStatus status = look();
      for (int looks = 0; looks < 100 && generation() != status.generation(); looks++) {
        status = look();
      }
      return status;
    } finally {
      life.exitAsGuest();
    }
  }

  private long generation() {
    return BarrierState.generation(stateWord.state());
  }

  private BarrierStatus look() {
    long state = stateWord.state();
    long generation = BarrierState.generation(state);
    List<PartyStatus> parties = new ArrayList<>();
    for (int i = 0; i < places.count(); i++) {
      parties.add(party(i, generation));
    }
    boolean broken = BarrierState.isBroken(state);
    return new BarrierStatus(
        generation, broken, broken ? stateWord.describeBreak(generation) : "", parties);
  }

  private PartyStatus party(int place, long generation) {
    long status = places.status(place);
    int phase = PlaceStatus.phase(status);
    if (phase == PlaceStatus.FREE || phase == PlaceStatus.JOINING) {
      return new PartyStatus(place, Occupancy.FREE, 0, false);
    }
    return new PartyStatus(
        place,
        places.isDead(place, status) ? Occupancy.DEAD : Occupancy.ALIVE,
        places.pid(place),
        places.hasArrivedIn(place, generation),
        places.pidNamespace(place) != Credentials.pidNamespace());
  }

  /** Closes the view, as soon as no other thread is looking. Closing twice is no error. */
  @Override
  public void close() {
    if (life.close()) {
      life.exitAsGuest();
    }
  }
}
