package io.millrace.ring;

import io.millrace.os.Closing;
import io.millrace.os.LifeCycle;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicIntegerArray;

/**
 * Producers of one process for any number of threads. A thread takes one that is idle, and another
 * is added to the ring only when none is: there are as many as threads write at the same instant.
 *
 * <p>Any thread may use it. Each cell of {@link #states} is a lock whose holder has the producer of
 * that number to itself.
 */
final class ProducerPool {
  /** No producer is available now. */
  static final int NONE_IDLE = -1;

  // States of a cell; 0 and up: a claim is open at this index, and the thread that ends it has the
  // cell.
  private static final int EMPTY = -3;
  private static final int IDLE = -2;
  private static final int TAKEN = -1;

  private final Ring ring;
  private final LifeCycle life;
  private final Producer[] producers;
  private final AtomicIntegerArray states;

  /** For a user with this life: producers are added only as long as it is not closed. */
  ProducerPool(Ring ring, LifeCycle life) {
    this.ring = ring;
    this.life = life;
    int size = ring.core.memory.producers.length;
    producers = new Producer[size];
    states = new AtomicIntegerArray(size);
    for (int i = 0; i < size; i++) {
      states.set(i, EMPTY);
    }
  }

  /**
   * Takes a producer, which the caller gives back.
   *
   * @return its number, or {@link #NONE_IDLE} if all that the ring has room for are taken
   * @throws NoFreeSlotException if this process has none, and others have all that the ring has
   */
  int take() {
    int size = producers.length;
    // Threads begin at different cells, and find the one that is still in their processor's cache.
    int home = (int) (Thread.currentThread().threadId() % size);
    for (int i = 0; i < size; i++) {
      int cell = (home + i) % size;
      if (states.get(cell) == IDLE && states.compareAndSet(cell, IDLE, TAKEN)) {
        producers[cell].life.handOver();
        return cell;
      }
    }
    life.enterAsGuest();
    try {
      return add(home);
    } finally {
      life.exitAsGuest();
    }
  }

  private int add(int home) {
    int size = producers.length;
    for (int i = 0; i < size; i++) {
      int cell = (home + i) % size;
      if (states.get(cell) == EMPTY && states.compareAndSet(cell, EMPTY, TAKEN)) {
        boolean added = false;
        try {
          producers[cell] = ring.addProducer();
          producers[cell].life.handOver();
          added = true;
          return cell;
        } catch (NoFreeSlotException failure) {
          if (!hasAnyBut(cell)) {
            throw failure;
          }
          return NONE_IDLE;
        } finally {
          if (!added) {
            states.set(cell, EMPTY);
          }
        }
      }
    }
    return NONE_IDLE;
  }

  private boolean hasAnyBut(int cell) {
    for (int i = 0; i < producers.length; i++) {
      if (i != cell && states.get(i) != EMPTY) {
        return true;
      }
    }
    return false;
  }

  /** The producer of a number, for the thread that has taken it. */
  Producer producer(int number) {
    return producers[number];
  }

  void giveBack(int number) {
    states.set(number, IDLE);
  }

  /** Keeps a producer aside until its claim at an index is ended, by whichever thread. */
  void park(int number, int index) {
    states.set(number, index);
  }

  /**
   * Takes the producer that was parked with a claim.
   *
   * @throws IllegalStateException if there is none
   */
  int unpark(int index) {
    for (int i = 0; index >= 0 && i < producers.length; i++) {
      if (states.get(i) == index && states.compareAndSet(i, index, TAKEN)) {
        producers[i].life.handOver();
        return i;
      }
    }
    life.requireOpen();
    throw new IllegalStateException("nothing is claimed at index " + index);
  }

  /** Closes the producers. Those that threads are using, or have claimed with, leave after that. */
  void close() {
    Closing.closeAll(Arrays.asList(producers));
  }
}
