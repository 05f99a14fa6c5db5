package io.millrace.barrier;

import io.millrace.ClosedException;
import io.millrace.discovery.Registry;
import io.millrace.os.Closing;
import io.millrace.os.Deadline;
import io.millrace.os.EndOfProcess;
import io.millrace.os.LifeCycle;
import io.millrace.os.Platform;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * One party of a barrier that processes share. A fixed number of parties meet at it any number of
 * times; each meeting is a generation. A party that is killed breaks it for the others at once.
 *
 * <p>Each thread that takes part has a party of its own, in the same process or another. All
 * methods that arrive, wait, reset or leave are called by one thread at a time; a second one gets a
 * {@link io.millrace.ForeignThreadException}. {@link #generation()}, {@link #arrived()}, {@link
 * #isBroken()} and {@link #close()} may be called by any. A thread that uses a closed party, or
 * waits with a party while it is closed, gets a {@link io.millrace.ClosedException}. Waits may be
 * made on virtual threads, which leave their carriers to others meanwhile.
 *
 * <p>Generations are numbered from 0. Completing one moves the number on, and so does resetting a
 * broken one.
 */
public final class Barrier implements AutoCloseable {
  /** How long a party spins before it sleeps unless told otherwise. */
  public static final Duration DEFAULT_SPIN = Duration.ofNanos(20_000);

  /** The most parties that a barrier can have. */
  public static final int MAX_PARTIES = BarrierLayout.MAX_PARTIES;

  private final BarrierRegion region;
  private final Places places;
  private final StateWord stateWord;
  private final int place;
  private final PartyWatch watch;
  private final LifeCycle life;
  private final PartyWait waiter;
  private final Attendance attendance;
  private volatile Runnable withdraw = () -> {};
  private final EndOfProcess.Action atEnd = EndOfProcess.action(this::endWithProcess);

  private Barrier(
      BarrierRegion region, Places places, StateWord stateWord, int place, PartyWatch watch) {
    this.region = region;
    this.places = places;
    this.stateWord = stateWord;
    this.place = place;
    this.watch = watch;
    life = LifeCycle.inTurns("this party of the barrier", () -> Closing.closeAll(watch, region));
    waiter = new PartyWait(stateWord, places, watch, life, place);
    waiter.spinFor(DEFAULT_SPIN.toNanos());
    attendance = new Attendance(places, stateWord, place, waiter, life);
  }

  /** Joins the barrier in a region, which is closed if that fails. */
  static Barrier joinIn(BarrierRegion region) {
    Places places = new Places(region.words(), region.parties(), region.own());
    StateWord stateWord = new StateWord(region.words(), places, region.event()::signal);
    PartyWatch watch = null;
    try {
      // First what can fail: a party that has joined and then fails would break the barrier.
      watch = new PartyWatch(region, places, stateWord);
      int place = new PlaceTaking(places, stateWord).join();
      watch.exclude(place);
      Barrier party = new Barrier(region, places, stateWord, place, watch);
      party.atEnd.add();
      return party;
    } catch (RuntimeException | Error failure) {
      Closing.closeAfter(failure, watch, region);
      throw failure;
    }
  }

  /** Has something done before this party ends: takes back what was published of it. */
  void onEnd(Runnable newWithdraw) {
    withdraw = newWithdraw;
  }

  int place() {
    return place;
  }

  /**
   * Joins the barrier of a name, or creates it if there is none. The first to come creates it; any
   * party may die, even the creator, and the parties that live are still found. Each party also
   * publishes a record of its own, named {@code NAME.party-PLACE} unless something else has that
   * name; one of them has published {@code NAME}. This waits for parties that are making or leaving
   * a barrier of that name, for half a minute at most; an interrupt does not end that and stays
   * set.
   *
   * @param registry where; to be closed after the barrier
   * @param name the name, at most 118 letters, digits, dots, underscores and hyphens, the first of
   *     them a letter or a digit
   * @param parties how many must arrive before any goes on, 1 to {@link #MAX_PARTIES}
   * @return a party of the barrier
   * @throws IllegalArgumentException if the name is not allowed, the number of parties is out of
   *     range, or the barrier of that name has another number; the message has both
   * @throws IllegalStateException if all places are taken, the message names the owners; or if the
   *     service of that name is no barrier, or a party of another one
   * @throws io.millrace.discovery.model.DiscoveryException if the registry cannot be used, or the
   *     descriptors of the barrier cannot be obtained
   * @throws DamagedBarrierException if the memory says what no party writes
   */
  public static Barrier createOrJoin(Registry registry, String name, int parties) {
    return new Rendezvous(registry, name, parties).meet();
  }

  /**
   * Creates a barrier without a name and joins it. Others join with its {@link #descriptors()}.
   *
   * @param parties how many must arrive before any goes on, 1 to {@link #MAX_PARTIES}
   * @return the first party
   * @throws IllegalArgumentException if the number of parties is out of range
   */
  public static Barrier create(int parties) {
    Platform.check();
    return joinIn(BarrierRegion.create(parties));
  }

  /**
   * Joins a barrier whose descriptors this process has been handed. They stay the caller's, who may
   * close them afterwards.
   *
   * @param descriptors what {@link #descriptors()} of another party returned, as numbers of this
   *     process
   * @return a party of that barrier
   * @throws IllegalStateException if all its places are taken; the message names the owners
   * @throws DamagedBarrierException if the descriptors are not those of a barrier
   */
  public static Barrier join(int... descriptors) {
    Platform.check();
    return joinIn(BarrierRegion.open(descriptors));
  }

  /**
   * Sets an action that the last party to arrive runs before the others go on. Only the action of
   * the party that happens to be last is run, so usually all parties set the same one. If it
   * throws, the barrier breaks and the exception comes out of that party's {@code await} or {@code
   * arrive}. A party whose time runs out meanwhile breaks the barrier nevertheless, and so does one
   * that resets: the party that ran the action is told that the generation broke.
   *
   * @param action what to run; it may look at this party, and gets an {@link IllegalStateException}
   *     if it arrives, resets, leaves or closes with it, which leaves the barrier as it is
   * @return this
   */
  public Barrier onCrossing(Runnable action) {
    Objects.requireNonNull(action, "action");
    life.enter();
    try {
      attendance.onCrossing(action);
    } finally {
      life.exit();
    }

    return this;
  }

  /**
   * Sets how long this party spins before it sleeps. It yields the processor between its looks once
   * an eighth of the time is over, from the start where there are more parties than processors, and
   * a few more times before it sleeps. Where other programs need the processor, it sleeps sooner,
   * unless this time is more than 200 microseconds.
   *
   * @param time how long; zero to sleep after these yields, very long to spin always
   * @return this
   */
  public Barrier spin(Duration time) {
    if (time.isNegative()) {
      throw new IllegalArgumentException("the time to spin is negative: " + time);
    }
    life.enter();
    try {
      waiter.spinFor(TimeUnit.NANOSECONDS.convert(time));
    } finally {
      life.exit();
    }

    return this;
  }

  /**
   * Arrives, and waits until all parties have arrived.
   *
   * @return how many were still missing when this party arrived: 0 for the last, parties - 1 for
   *     the first
   * @throws BrokenBarrierException if the barrier is or gets broken; the message says by whom
   * @throws InterruptedException if this thread is interrupted; the barrier is broken then
   * @throws IllegalStateException if this party has already arrived in this generation
   * @throws DamagedBarrierException if the memory says what no party writes
   */
  public int await() throws InterruptedException, BrokenBarrierException {
    try {
      return awaitUntil(Deadline.NEVER);
    } catch (TimeoutException impossible) {
      throw new AssertionError("timed out without a timeout", impossible);
    }
  }

  /**
   * Arrives, and waits until all parties have arrived, but not for ever.
   *
   * @param timeout how long to wait at most; a sleep ends up to a millisecond later. Zero or less
   *     does not wait
   * @return how many were still missing when this party arrived
   * @throws TimeoutException if time ran out; the barrier is broken then, and the message names
   *     those who did not come
   * @throws BrokenBarrierException if the barrier is or gets broken; the message says by whom
   * @throws InterruptedException if this thread is interrupted; the barrier is broken then
   * @throws IllegalStateException if this party has already arrived in this generation
   * @throws DamagedBarrierException if the memory says what no party writes
   */
  public int await(Duration timeout)
      throws InterruptedException, BrokenBarrierException, TimeoutException {
    return awaitUntil(Deadline.after(timeout));
  }

  private int awaitUntil(long deadline)
      throws InterruptedException, BrokenBarrierException, TimeoutException {
    life.enter();
    try {
      attendance.checkInterrupt();
      int missing = attendance.arrive();
      if (missing > 0) {
        attendance.waitFor(attendance.arrivedIn(), deadline);
      }
      return missing;
    } catch (BrokenBarrierException broken) {
      throw unlessClosed(broken);
    } finally {
      life.exit();
    }
  }

  /**
   * Arrives without waiting. The last to arrive runs the action and lets the others go on.
   *
   * @return the generation that this party has arrived in, for {@link #awaitGeneration(long)}
   * @throws BrokenBarrierException if the barrier is broken
   * @throws IllegalStateException if this party has already arrived in this generation
   * @throws DamagedBarrierException if the memory says what no party writes
   */
  public long arrive() throws BrokenBarrierException {
    life.enter();
    try {
      attendance.arrive();
      return attendance.arrivedIn();
    } catch (BrokenBarrierException broken) {
      throw unlessClosed(broken);
    } finally {
      life.exit();
    }
  }

  /**
   * Waits until a generation that this party has arrived in is over.
   *
   * @param generation what {@link #arrive()} returned
   * @throws BrokenBarrierException if that generation is or gets broken
   * @throws InterruptedException if this thread is interrupted; the generation is broken then
   * @throws IllegalArgumentException if it is not the generation that this party last arrived in
   * @throws DamagedBarrierException if the memory says what no party writes
   */
  public void awaitGeneration(long generation) throws InterruptedException, BrokenBarrierException {
    try {
      awaitGenerationUntil(generation, Deadline.NEVER);
    } catch (TimeoutException impossible) {
      throw new AssertionError("timed out without a timeout", impossible);
    }
  }

  /**
   * Waits until a generation that this party has arrived in is over, but not for ever.
   *
   * @param generation what {@link #arrive()} returned
   * @param timeout how long to wait at most; a sleep ends up to a millisecond later. Zero or less
   *     does not wait
   * @throws TimeoutException if time ran out; the generation is broken then
   * @throws BrokenBarrierException if that generation is or gets broken
   * @throws InterruptedException if this thread is interrupted; the generation is broken then
   * @throws IllegalArgumentException if it is not the generation that this party last arrived in
   * @throws DamagedBarrierException if the memory says what no party writes
   */
  public void awaitGeneration(long generation, Duration timeout)
      throws InterruptedException, BrokenBarrierException, TimeoutException {
    awaitGenerationUntil(generation, Deadline.after(timeout));
  }

  private void awaitGenerationUntil(long generation, long deadline)
      throws InterruptedException, BrokenBarrierException, TimeoutException {
    life.enter();
    try {
      attendance.checkArrivedIn(generation);
      attendance.waitFor(generation, deadline);
    } catch (BrokenBarrierException broken) {
      throw unlessClosed(broken);
    } finally {
      life.exit();
    }
  }

  /**
   * The number of the current generation.
   *
   * @return 0 at first
   */
  public long generation() {
    return BarrierState.generation(look());
  }

  /**
   * How many parties have arrived in the current generation.
   *
   * @return 0 to parties - 1; 0 while the barrier is broken
   */
  public int arrived() {
    return BarrierState.arrived(look());
  }

  /**
   * How many parties must arrive.
   *
   * @return what the creator said
   */
  public int parties() {
    return places.count();
  }

  /**
   * Tells whether the barrier is broken. Looks whether all other parties live, and breaks it if one
   * does not.
   *
   * @return true until a party resets it
   */
  public boolean isBroken() {
    life.enterAsGuest();
    try {
      for (int i = 0; i < places.count(); i++) {
        long status = places.status(i);
        if (i != place && places.isDead(i, status)) {
          stateWord.breakFor(i, status);
        }
      }
      return BarrierState.isBroken(stateWord.state());
    } finally {
      life.exitAsGuest();
    }
  }

  /**
   * Breaks the barrier for those who wait, if any, and starts a new generation. The places of the
   * dead are free from then on, so that others can join.
   *
   * <p>When this party has seen the barrier break, and another one has reset it since, this does
   * nothing: all survivors of an accident may call it, and then {@code await} again.
   *
   * <p>It waits for a party that is doing the same, for five seconds at most. An interrupt does not
   * end that and stays set.
   *
   * @throws IllegalStateException if another party is stopped in the middle of a reset and has not
   *     gone on within five seconds; the message names its process where the kernel does. Or if the
   *     action of this party calls it
   * @throws DamagedBarrierException if the memory says what no party writes
   */
  public void reset() {
    life.enter();
    try {
      attendance.reset();
    } finally {
      life.exit();
    }
  }

  /**
   * Makes {@link #descriptor()} tell of the end of a generation that this party has arrived in. To
   * be called before waiting and after each wake-up.
   *
   * @param generation what {@link #arrive()} returned
   * @return false if the generation is over, so that there is nothing to wait for
   * @throws BrokenBarrierException if that generation is or gets broken
   * @throws IllegalArgumentException if it is not the generation that this party last arrived in
   * @throws DamagedBarrierException if the memory says what no party writes
   */
  public boolean prepareWait(long generation) throws BrokenBarrierException {
    life.enter();
    try {
      attendance.checkArrivedIn(generation);
      watch.await(0);
      watch.refresh();
      return attendance.announceSleep(generation);
    } catch (BrokenBarrierException broken) {
      throw unlessClosed(broken);
    } finally {
      life.exit();
    }
  }

  /** Gives up waiting with {@link #descriptor()}. */
  public void cancelWait() {
    life.enter();
    try {
      watch.await(0);
      watch.refresh();
    } finally {
      life.exit();
    }
  }

  /**
   * A descriptor to put into an application's own poll or epoll set, level-triggered. Between
   * {@link #prepareWait} and {@link #cancelWait} it becomes readable when the generation ends,
   * breaks, or a party is killed, and sometimes without a reason. The death of a party in another
   * pid namespace does not show there; it is found by {@link #prepareWait}.
   *
   * @return its number; it stays owned by this party
   */
  public int descriptor() {
    life.enterAsGuest();
    try {
      return watch.descriptor();
    } finally {
      life.exitAsGuest();
    }
  }

  /**
   * What another process needs in order to {@link #join}: a memory and an event descriptor. They
   * can be handed over in any way, also by {@code pidfd_getfd}.
   *
   * @return their numbers in this process; they stay owned by this party
   */
  public int[] descriptors() {
    life.enterAsGuest();
    try {
      return new int[] {region.memory().number(), region.event().descriptor().number()};
    } finally {
      life.exitAsGuest();
    }
  }

  /**
   * Leaves in good order, between two generations: nothing is broken, and the barrier waits for a
   * successor to join and arrive. This party is closed then.
   *
   * @throws IllegalStateException if this party has arrived and the generation is not over, or if
   *     its action calls this
   */
  public void leave() {
    life.enter();
    try {
      attendance.requireNoAction("leave");
      if (stateWord.isOpen(attendance.arrivedIn())) {
        throw new IllegalStateException(
            "this party has arrived in generation "
                + attendance.arrivedIn()
                + ", which is not over: it can leave after it, or close and break it");
      }
      if (life.close()) {
        atEnd.cancel();
        Closing.closeAll(withdraw::run, this::leavePlace, life::exitAsGuest);
      }
    } finally {
      life.exit();
    }
  }

  /**
   * Closes this party. Unless it has left with {@link #leave()}, the barrier is broken for the
   * others, as it cannot be completed. Any thread may close, at any time: the thread that waits
   * with this party gets a {@link io.millrace.ClosedException}, and the place is free for a
   * successor when that thread is out. The memory of the barrier is released with its last party.
   * Closing twice is no error.
   *
   * @throws IllegalStateException if the action of this party closes it
   */
  @Override
  public void close() {
    if (life.isInCallOf(Barrier.class) && !life.isClosed()) {
      attendance.requireNoAction("close");
    }
    if (life.close()) {
      atEnd.cancel();
      Closing.closeAll(withdraw::run, this::breakCurrent, this::leavePlace, life::exitAsGuest);
    }
  }

  /** Closing a party breaks the barrier: its own thread is told of the close. */
  private BrokenBarrierException unlessClosed(BrokenBarrierException broken) {
    life.requireOpen();
    return broken;
  }

  private long look() {
    life.enterAsGuest();
    try {
      return stateWord.state();
    } finally {
      life.exitAsGuest();
    }
  }

  private void breakCurrent() {
    stateWord.breakCurrent(BreakCause.LEFT, place);
    stateWord.wakeAll(); // A thread of this party may sleep.
  }

  /** Like closing, but the one that closes stays inside: nothing is released under anybody. */
  private void endWithProcess() {
    if (life.close()) {
      Closing.closeAll(withdraw::run, this::breakCurrent, this::leavePlace);
    }
  }

  /** Its lock goes with the region: until this party's thread is out, no other one has it. */
  private void leavePlace() {
    new PlaceTaking(places, stateWord).leave(place);
  }

  @Override
  public String toString() {
    try {
      life.enterAsGuest();
    } catch (ClosedException closed) {
      return "closed party " + place + " of a barrier";
    }
    try {
      return "party "
          + place
          + " of a barrier in generation "
          + BarrierState.generation(stateWord.state())
          + ": "
          + places.owners();
    } finally {
      life.exitAsGuest();
    }
  }
}
