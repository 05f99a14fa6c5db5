package io.millrace.ring;

import jdk.jfr.Category;
import jdk.jfr.DataAmount;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import jdk.jfr.Timespan;

/** Flight-recorder events of the slow paths; the fast ones are counted in shared memory. */
final class RingEvents {
  private static final long LONG_BACK_PRESSURE_NANOS = 1_000_000;

  private RingEvents() {}

  static void joined(String kind, int slot) {
    new Joined(kind, slot).commit();
  }

  static void left(String kind, int slot) {
    new Left(kind, slot).commit();
  }

  static void recovered(long position, long length) {
    new Recovered(position, length).commit();
  }

  static void takenOver(int slot, long position) {
    new TakenOver(slot, position).commit();
  }

  static void backPressured(int producer, long nanos) {
    BackPressured event = new BackPressured(producer, nanos);
    if (event.shouldCommit() && nanos >= LONG_BACK_PRESSURE_NANOS) {
      event.commit();
    }
  }

  static void sleptWithoutPlace() {
    new SleptWithoutPlace().commit();
  }

  static void evicted(int group) {
    new Evicted(group).commit();
  }

  /** A member joined. */
  @Name("io.millrace.ring.Join")
  @Label("Ring Member Joined")
  @Category({"Millrace", "Ring"})
  @StackTrace(false)
  static final class Joined extends Event {
    @Label("Kind")
    final String kind;

    @Label("Slot")
    final int slot;

    Joined(String kind, int slot) {
      this.kind = kind;
      this.slot = slot;
    }
  }

  /** A member left. */
  @Name("io.millrace.ring.Leave")
  @Label("Ring Member Left")
  @Category({"Millrace", "Ring"})
  @StackTrace(false)
  static final class Left extends Event {
    @Label("Kind")
    final String kind;

    @Label("Slot")
    final int slot;

    Left(String kind, int slot) {
      this.kind = kind;
      this.slot = slot;
    }
  }

  /** The claim of a killed producer was turned into padding. */
  @Name("io.millrace.ring.Recovery")
  @Label("Ring Claim Recovered")
  @Description("The claim of a killed producer was turned into padding")
  @Category({"Millrace", "Ring"})
  @StackTrace(false)
  static final class Recovered extends Event {
    @Label("Position")
    final long position;

    @Label("Length")
    @DataAmount
    final long length;

    Recovered(long position, long length) {
      this.position = position;
      this.length = length;
    }
  }

  /** The record that a consumer had in hand when it was killed, or left, was taken over. */
  @Name("io.millrace.ring.TakeOver")
  @Label("Ring Consumer Taken Over")
  @Category({"Millrace", "Ring"})
  @StackTrace(false)
  static final class TakenOver extends Event {
    @Label("Slot")
    final int slot;

    @Label("Position")
    final long position;

    TakenOver(int slot, long position) {
      this.slot = slot;
      this.position = position;
    }
  }

  /** A group whose consumers are all dead was removed. */
  @Name("io.millrace.ring.Eviction")
  @Label("Ring Group Evicted")
  @Category({"Millrace", "Ring"})
  @StackTrace(false)
  static final class Evicted extends Event {
    @Label("Group")
    final int group;

    Evicted(int group) {
      this.group = group;
    }
  }

  /** A member found no place among the sleepers when it began to wait. */
  @Name("io.millrace.ring.SleepWithoutPlace")
  @Label("Ring Sleep Without A Place")
  @Description("All places for sleepers were taken: the member looks every few milliseconds")
  @Category({"Millrace", "Ring"})
  @StackTrace(false)
  static final class SleptWithoutPlace extends Event {}

  /** A producer had to wait long for room. */
  @Name("io.millrace.ring.BackPressure")
  @Label("Ring Back-pressure")
  @Description("A producer waited for a millisecond or more until there was room")
  @Category({"Millrace", "Ring"})
  @StackTrace(false)
  static final class BackPressured extends Event {
    @Label("Producer")
    final int producer;

    @Label("Waited")
    @Timespan
    final long waited;

    BackPressured(int producer, long waited) {
      this.producer = producer;
      this.waited = waited;
    }
  }
}
