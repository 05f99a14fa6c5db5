package io.millrace.peer;

import io.millrace.ClosedException;
import io.millrace.SystemCallException;
import io.millrace.os.Alarm;
import io.millrace.os.Deadline;
import io.millrace.os.Epoll;
import io.millrace.os.LifeCycle;
import io.millrace.ring.WaitStrategy;
import io.millrace.ring.Waitable;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import org.agrona.collections.Int2ObjectHashMap;

/**
 * The sleep of a member that reads many rings: on one epoll set with the watch, its own wake-up,
 * and the descriptor of every ring. A ring that was asked to wake and has not woken is not asked
 * again.
 *
 * <p>The order for each ring is that of {@link Waitable}: ask, look, sleep for a moment, look
 * again, sleep. While one ring is in its first sleep, the sleep of all is that short.
 */
public final class PeerWait implements AutoCloseable {
  private static final long WATCH_TAG = -1;

  /** To look into so many rings takes as long as to ask the kernel for all. */
  private static final int FEW = 32;

  /** How long to sleep while there are no descriptors to be woken by. */
  private static final long BLIND_NANOS = 5_000_000;

  private final PeerLife owner;
  private final LifeCycle life;
  private final BooleanSupplier due;
  private final LongSupplier untilDue;
  private final Epoll epoll;
  private final Alarm alarm = new Alarm();
  private final Waitable view = new View();
  private PolledRing[] sources = {};
  private final RingSet awake = new RingSet();

  /** One wake-up is enough for some of them and others. */
  private boolean isAnyShared;

  private final Int2ObjectHashMap<PolledRing> byDescriptor = new Int2ObjectHashMap<>();

  /** What the application may wait with. */
  private final class View implements Waitable {
    @Override
    public boolean isReady() {
      return PeerWait.this.isReady();
    }

    @Override
    public boolean await(long timeoutNanos) {
      return PeerWait.this.await(timeoutNanos);
    }

    @Override
    public void wakeup() {
      PeerWait.this.wakeup();
    }

    @Override
    public boolean isWoken() {
      return PeerWait.this.isWoken();
    }

    @Override
    public int descriptor() {
      return PeerWait.this.descriptor();
    }

    @Override
    public boolean prepareWait() {
      return PeerWait.this.prepareWait();
    }

    @Override
    public long longestWaitNanos() {
      return PeerWait.this.longestWaitNanos();
    }

    @Override
    public void cancelWait() {
      PeerWait.this.cancelWait();
    }
  }

  /** The watch has something to tell, or a time has come. */
  private boolean called;

  /** Rings that were asked to wake. */
  private int on;

  /**
   * Makes one with nothing to sleep with yet.
   *
   * @param owner whose sleep it is
   * @param due tells that there is something else to do than to read
   * @param untilDue how long to sleep at most before there is, in nanoseconds
   */
  public PeerWait(PeerLife owner, BooleanSupplier due, LongSupplier untilDue) {
    this.owner = owner;
    this.due = due;
    this.untilDue = untilDue;
    life = owner.cycle();
    epoll = new Epoll();
    try {
      alarm.connect(epoll);
    } catch (RuntimeException | Error failure) {
      epoll.close();
      throw failure;
    }
  }

  /**
   * Sleeps with the watch, too.
   *
   * @param descriptor that of the watch
   */
  public void watch(int descriptor) {
    epoll.add(descriptor, Epoll.IN, WATCH_TAG);
  }

  /**
   * From now on these are slept with. Those that are not among them any more were let go before.
   *
   * @param now all of them
   */
  public void setSources(PolledRing[] now) {
    sources = now;
    isAnyShared = false;
    for (PolledRing source : now) {
      isAnyShared |= source.isShared();
      if (!isQuiet(source.armed)) {
        awake.add(source);
      }
    }
  }

  /**
   * What the application may wait with, in loops of its own.
   *
   * @return the same for the life of this object
   */
  public Waitable view() {
    return view;
  }

  /**
   * A ring is not to be slept with any more, or is about to be read by another handle.
   *
   * @param source which
   */
  public void letGo(PolledRing source) {
    Armed armed = source.armed;
    if (armed.descriptor >= 0) {
      epoll.remove(armed.descriptor);
      byDescriptor.remove(armed.descriptor);
    }
    armed.descriptor = -1;
    switchOff(source);
    awake.remove(source);
  }

  private void switchOff(PolledRing source) {
    Armed armed = source.armed;
    on -= armed.on ? 1 : 0;
    armed.on = false;
    armed.signalled = false;
    awake.add(source);
  }

  /**
   * Takes, once, that there is something else to do than to read.
   *
   * @return true if there is
   */
  public boolean takeCall() {
    boolean was = called;
    called = false;
    return was;
  }

  private boolean isCalled() {
    called |= due.getAsBoolean();
    return called;
  }

  /**
   * Records were taken from a ring: it is to be asked again before the next sleep.
   *
   * @param source which
   */
  public void disarm(PolledRing source) {
    if (source.armed.on) {
      switchOff(source);
      source.cancelWait();
    }
  }

  /** Before the rings are polled: which of them have woken, if to ask is less than to look. */
  public void collect() {
    if (on > FEW) {
      noteAll();
    }
  }

  /**
   * How many rings are to be polled: where there are many, only those that are awake.
   *
   * @return so many, fewer or more after each poll
   */
  public int size() {
    return on > FEW ? awake.size() : sources.length;
  }

  /**
   * One of those that are to be polled.
   *
   * @param i from 0
   * @return which
   */
  public PolledRing get(int i) {
    return on > FEW ? awake.get(i) : sources[i];
  }

  /**
   * Tells whether there is nothing in a ring, because it was asked to wake and has not.
   *
   * @param source which
   * @return true if it need not be polled
   */
  public boolean sleepsOn(PolledRing source) {
    return on > FEW && isQuiet(source.armed);
  }

  private static boolean isQuiet(Armed armed) {
    return armed.on && !armed.signalled && armed.longest == Waitable.FOREVER;
  }

  private void noteAll() {
    note(epoll.await(0));
  }

  private void note(int ready) {
    for (int i = 0; i < ready; i++) {
      long tag = epoll.tag(i);
      if (tag == WATCH_TAG) {
        called = true;
      } else if (tag >= 0) {
        signal((int) tag);
      }
    }
  }

  private void signal(int descriptor) {
    PolledRing source = byDescriptor.get(descriptor);
    if (source != null) {
      source.armed.signalled = true;
      awake.add(source);
    }
  }

  private boolean isReady() {
    owner.enterOutsideHandlers();
    try {
      collect();
      return look();
    } finally {
      life.exit();
    }
  }

  private boolean look() {
    if (isCalled()) {
      return true;
    }
    for (int i = 0; i < size(); i++) {
      if (get(i).isReady()) {
        return true;
      }
    }
    return false;
  }

  private boolean prepareWait() {
    owner.enterOutsideHandlers();
    try {
      return prepare();
    } finally {
      life.exit();
    }
  }

  private boolean prepare() {
    noteAll();
    if (isCalled()) {
      return false;
    }
    for (int i = awake.size() - 1; i >= 0; i--) {
      if (!ask(awake.get(i))) {
        return false;
      }
    }
    return !alarm.isDue();
  }

  /** Returns false if it has something. */
  private boolean ask(PolledRing source) {
    Armed armed = source.armed;
    Waitable waitable = source.waitable();
    try {
      if (armed.descriptor < 0) {
        int descriptor = waitable.descriptor();
        epoll.add(descriptor, Epoll.IN, descriptor);
        armed.descriptor = descriptor;
        byDescriptor.put(descriptor, source);
      }
    } catch (SystemCallException shortage) {
      // No descriptor is left to be woken by: it is looked at every few milliseconds.
      armed.longest = BLIND_NANOS;
      return !source.isReady();
    }
    armed.signalled = false;
    if (!source.prepareWait()) {
      switchOff(source);
      source.cancelWait();
      return source.damage() == null
          && alarm.isDue(); // An interrupt ends every wait: that is no news of this ring.
    }
    on += armed.on ? 0 : 1;
    armed.on = true;
    armed.longest = waitable.longestWaitNanos();
    if (isQuiet(armed)) {
      awake.remove(source);
    }
    return true;
  }

  private long longestWaitNanos() {
    owner.enterOutsideHandlers();
    try {
      return longest();
    } finally {
      life.exit();
    }
  }

  private long longest() {
    long nanos = untilDue.getAsLong();
    for (int i = 0; i < awake.size(); i++) {
      nanos = Math.min(nanos, awake.get(i).armed.longest);
    }
    return nanos;
  }

  private boolean await(long timeoutNanos) {
    owner.enterOutsideHandlers();
    try {
      return awaitInside(timeoutNanos);
    } finally {
      life.exit();
    }
  }

  private boolean awaitInside(long timeoutNanos) {
    long start = System.nanoTime();
    long rest = timeoutNanos;
    boolean ready = false;
    try {
      ready = look();
      while (!ready && rest > 0 && !alarm.isDue()) {
        if (prepare()) {
          note(alarm.sleep(epoll, Deadline.millis(Math.min(rest, longest()))));
        }
        life.requireOpen();
        ready = look();
        rest = Deadline.left(timeoutNanos, start);
      }
      return ready;
    } catch (ClosedException closed) {
      life.requireOpen(); // What was closed is the subscriber, and its handles with it.
      throw closed;
    } finally {
      if (!life.isClosed()) {
        standDown();
      }
      if (!ready) {
        alarm.end();
      }
    }
  }

  /** Whom one wake-up is enough for gives way to the others; all else goes on being asked. */
  private void standDown() {
    for (int i = 0; isAnyShared && i < sources.length; i++) {
      if (sources[i].isShared()) {
        disarm(sources[i]);
      }
    }
  }

  /**
   * The wait of a call that looks once more behind it.
   *
   * @param strategy how to wait
   * @param timeoutNanos how long at most
   * @return false if the call is to end
   */
  public boolean await(WaitStrategy strategy, long timeoutNanos) {
    int before = alarm.ended();
    strategy.await(view, timeoutNanos);
    boolean goesOn = alarm.ended() == before && !alarm.isDue();
    if (!goesOn) {
      alarm.end();
    }
    return goesOn;
  }

  private int descriptor() {
    life.requireOpen();
    return epoll.descriptor().number();
  }

  private void cancelWait() {
    if (life.isClosed()) {
      return; // Its wait is over.
    }
    owner.enterOutsideHandlers();
    try {
      standDown();
      alarm.end();
      noteAll(); // Or a wake-up that has ended this wait would end the sleep of the next one.
    } finally {
      life.exit();
    }
  }

  private boolean isWoken() {
    return alarm.isDue();
  }

  /**
   * Ends the wait that is under way, or else the next one. For any thread, also behind the close.
   */
  public void wakeup() {
    alarm.set();
  }

  @Override
  public void close() {
    alarm.disconnect();
    epoll.close();
  }
}
