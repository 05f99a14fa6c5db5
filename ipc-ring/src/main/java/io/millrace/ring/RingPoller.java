package io.millrace.ring;

import io.millrace.os.Deadline;
import io.millrace.os.Epoll;
import java.util.Arrays;
import java.util.Objects;
import org.agrona.collections.Int2ObjectHashMap;

/**
 * Waits for many things at once: records in any number of rings, room to write, and descriptors of
 * other kinds such as sockets, pipes and timers.
 *
 * <pre>{@code
 * try (RingPoller poller = new RingPoller()) {
 *   poller.add(orders.waitForRecords(), () -> orders.poll(onOrder, 100));
 *   poller.add(prices.waitForRecords(), () -> prices.poll(onPrice, 100));
 *   poller.add(socketDescriptor, this::readSocket);
 *   while (running) {
 *     poller.await(Waitable.FOREVER);
 *   }
 * }
 * }</pre>
 *
 * <p>While one of them is ready it is served without sleeping; the handlers then run on the calling
 * thread, one after the other, each at most once a call. Before it sleeps, the poller asks every
 * ring to be woken and looks once more, so no record is slept through; that costs about a
 * microsecond a ring.
 *
 * <p>Used by the one thread that uses the handles in it; methods throw {@link
 * io.millrace.ForeignThreadException} when another one calls. Handlers may add and remove. What was
 * added stays owned by its owner, who removes it before closing it.
 */
public final class RingPoller extends RingHandle {
  private static final int NOT_FOUND = -1;

  private final Epoll epoll = new Epoll();
  private final Int2ObjectHashMap<Runnable> descriptors = new Int2ObjectHashMap<>();

  // Replaced, never changed: a handler may add and remove while they are gone through.
  private Waitable[] waitables = {};
  private Runnable[] handlers = {};

  /** Where each is watched; one that was closed cannot be asked any more. */
  private int[] numbers = {};

  /** One of the waits has been ended, not by what it waits for. */
  private boolean woken;

  /**
   * Makes a poller that watches nothing yet.
   *
   * @throws io.millrace.SystemCallException if there are no descriptors left for it
   */
  public RingPoller() {
    super("poller");
    try {
      alarm.connect(epoll);
    } catch (RuntimeException | Error failure) {
      epoll.close();
      throw failure;
    }
  }

  /**
   * Adds something of a ring: what {@link Consumer#waitForRecords()} or {@link
   * Producer#waitForSpace(int)} returned. Takes one of the ring's places for sleepers, when it
   * first sleeps; while there is none, the poller looks every few milliseconds.
   *
   * @param waitable what to wait for
   * @param onReady called when it is ready, to poll or to offer; what it throws comes out of {@link
   *     #await(long)}
   * @throws IllegalArgumentException if it was added already
   * @throws NullPointerException if one of the two is null
   * @throws io.millrace.SystemCallException if there are no descriptors left for it
   */
  public void add(Waitable waitable, Runnable onReady) {
    requireUsable();
    Objects.requireNonNull(waitable, "waitable");
    Objects.requireNonNull(onReady, "onReady");
    if (find(waitable) != NOT_FOUND) {
      throw new IllegalArgumentException(waitable + " is in this poller already");
    }
    int number = waitable.descriptor();
    epoll.add(number, Epoll.IN, number);
    int last = waitables.length;
    numbers = Arrays.copyOf(numbers, last + 1);
    numbers[last] = number;
    waitables = Arrays.copyOf(waitables, last + 1);
    waitables[last] = waitable;
    handlers = Arrays.copyOf(handlers, last + 1);
    handlers[last] = onReady;
  }

  /**
   * Adds a descriptor that does not belong to a ring.
   *
   * @param descriptor its number
   * @param onReadable called as long as it can be read, has failed, or was hung up by its other end
   * @throws IllegalArgumentException if it was added already
   * @throws NullPointerException if there is no handler
   * @throws io.millrace.SystemCallException if it cannot be polled (EPERM for a plain file) or is
   *     not open (EBADF)
   */
  public void add(int descriptor, Runnable onReadable) {
    requireUsable();
    Objects.requireNonNull(onReadable, "onReadable");
    if (descriptors.containsKey(descriptor)) {
      throw new IllegalArgumentException("descriptor " + descriptor + " is in this poller already");
    }
    epoll.add(descriptor, Epoll.IN, descriptor);
    descriptors.put(descriptor, onReadable);
  }

  /**
   * Removes something of a ring.
   *
   * @param waitable what was added
   * @return false if it was not in this poller
   */
  public boolean remove(Waitable waitable) {
    requireUsable();
    int index = find(waitable);
    if (index == NOT_FOUND) {
      return false;
    }
    int number = numbers[index];
    waitables = without(waitables, index);
    handlers = without(handlers, index);
    int[] others = new int[numbers.length - 1];
    System.arraycopy(numbers, 0, others, 0, index);
    System.arraycopy(numbers, index + 1, others, index, others.length - index);
    numbers = others;
    // A closed one's number may have been given to something else that was added since.
    if (!descriptors.containsKey(number) && Arrays.stream(others).noneMatch(o -> o == number)) {
      epoll.remove(number);
    }
    return true;
  }

  /**
   * Removes a descriptor.
   *
   * @param descriptor its number
   * @return false if it was not in this poller
   */
  public boolean remove(int descriptor) {
    requireUsable();
    if (descriptors.remove(descriptor) == null) {
      return false;
    }
    epoll.remove(descriptor);
    return true;
  }

  /**
   * Calls the handlers of what is ready; if nothing is, sleeps until something is. {@link
   * #wakeup()} ends the wait, as do that of any waitable in it and an interrupt of the calling
   * thread, whose flag stays set; all of them even if they came before.
   *
   * @param timeoutNanos how long to wait at most, in nanoseconds, rounded up to milliseconds; 0 or
   *     less only looks, {@link Waitable#FOREVER} waits without a limit
   * @return how many handlers were called, 0 if nothing was ready in time or before the wait was
   *     ended
   * @throws DamagedRingException if the memory of a ring that it waits for holds what no member
   *     writes
   */
  public int await(long timeoutNanos) {
    enterDelivery();
    try {
      return awaitInside(timeoutNanos);
    } finally {
      exitDelivery();
    }
  }

  private int awaitInside(long timeoutNanos) {
    long start = System.nanoTime();
    // Rings that are always busy must not keep the other descriptors from their turn.
    int called = dispatch(descriptors.isEmpty() ? 0 : epoll.await(0));
    long rest = timeoutNanos;
    while (called == 0 && rest > 0) {
      woken = false;
      int polled = sleep(rest);
      life.requireOpen();
      called = dispatch(polled);
      if (woken || alarm.isDue()) {
        alarm.end();
        if (called == 0) {
          life.requireOpen(); // A close sets the alarm, too.
        }
        return called;
      }
      rest = Deadline.left(timeoutNanos, start);
    }
    return called;
  }

  /** Returns how many members of the epoll set are ready, those of rings included. */
  private int sleep(long longest) {
    Waitable[] waiting = waitables;
    try {
      long first = prepare(waiting, longest);
      int ready = alarm.sleep(epoll, Deadline.millis(first));
      if (ready > 0 || first == 0 || first == longest) {
        return ready;
      }
      // The first sleep of a wait is short; this one need not be.
      long rest = longest == Waitable.FOREVER ? longest : longest - first;
      return alarm.sleep(epoll, Deadline.millis(prepare(waiting, rest)));
    } finally {
      for (Waitable waitable : waiting) {
        woken |= waitable.isWoken();
        waitable.cancelWait();
      }
    }
  }

  /** Returns how long the sleep may be, 0 if something is there. */
  private static long prepare(Waitable[] waiting, long longest) {
    long nanos = longest;
    for (int i = 0; i < waiting.length && nanos > 0; i++) {
      nanos = waiting[i].prepareWait() ? Math.min(nanos, waiting[i].longestWaitNanos()) : 0;
    }
    return nanos;
  }

  private int dispatch(int polled) {
    int called = 0;
    Waitable[] candidates = waitables;
    Runnable[] callees = handlers;
    for (int i = 0; i < polled; i++) {
      // A ring's descriptor has no entry here, and a handler may have taken another one out.
      Runnable onReadable = descriptors.get((int) epoll.tag(i));
      if (onReadable != null) {
        onReadable.run();
        called++;
      }
    }
    for (int i = 0; i < candidates.length; i++) {
      boolean stillIn = candidates == waitables || find(candidates[i]) != NOT_FOUND;
      if (stillIn && candidates[i].isReady()) {
        callees[i].run();
        called++;
      }
    }
    return called;
  }

  private void requireUsable() {
    life.requireOwner();
    life.requireOpen();
  }

  private int find(Waitable waitable) {
    for (int i = 0; i < waitables.length; i++) {
      if (waitables[i] == waitable) {
        return i;
      }
    }
    return NOT_FOUND;
  }

  private static <T> T[] without(T[] array, int index) {
    T[] shorter = Arrays.copyOf(array, array.length - 1);
    System.arraycopy(array, index + 1, shorter, index, shorter.length - index);
    return shorter;
  }

  /** Stops watching. What was watched stays open. */
  @Override
  void release() {
    alarm.disconnect();
    epoll.close();
  }
}
