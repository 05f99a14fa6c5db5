/*
 * The limit, groups that join while producers run, and observers.
 *
 * variable            header word
 *   tail                tail
 *   intentPosition[i]   producer slot i: intentPosition
 *   intentLength[i]     producer slot i: intentLength is above 0 (all records have length 1)
 *   cursor[g]           group g: cursor, NONE = the slot is not in use
 *   joined[g]           group g: state is ACTIVE; cursor set and not joined = JOINING
 *   groups              a count that a joining group raises once its cursor is visible
 *   stamp[], payload[]  record at index (position mod C): position + 1, and position
 *
 * Nobody is killed here (claim.pml has that), so every lock is held: a producer whose lock is free
 * never writes again, and its intent is left out of the limit. Limits are cached and computed word
 * by word: tail, cursors, intents.
 *
 * Proved:
 *   - a producer writes only to space that no later claim covers, with groups or without;
 *   - no claim passes C beyond the cursor of a group from the moment it has joined;
 *   - a group reads each record from its first cursor on, in order and whole;
 *   - an observer accepts only whole records;
 *   - no wedge: a producer that waits for room gets it.
 *
 * Runs: no group, then one that starts at the tail; SECOND: one group, and another that starts at
 * its cursor; BOTH: two groups that join at the same time; OBSERVER: no group, one observer.
 *
 * BROKEN_NO_IN_FLIGHT  the limit leaves out the claims that live producers have not committed
 * BROKEN_PROVISIONAL   a joining group keeps its provisional cursor
 * BROKEN_NO_VERSION    the limit is used although a group joined while it was computed
 * BROKEN_SOURCE        a group starts at the provisional cursor of another
 * BROKEN_OBSERVER      an observer looks at the stamp after copying, not at the tail
 */
// good: SECOND BOTH OBSERVER
// broken: BROKEN_NO_IN_FLIGHT BROKEN_PROVISIONAL BROKEN_NO_VERSION BROKEN_SOURCE BROKEN_OBSERVER

#if defined(BROKEN_NO_VERSION)
#define SECOND
#elif defined(BROKEN_SOURCE)
#define BOTH
#elif defined(BROKEN_OBSERVER)
#define OBSERVER
#endif

#define C 2
#define AT(p) ((p) % C)
#define STAMP(p) ((p) + 1)
#define COMMITTED(p) (stamp[AT(p)] == STAMP(p))
#define NONE 255

byte tail;
byte intentPosition[2];
bool intentLength[2];
byte cursor[2] = NONE;
byte stamp[C];
byte payload[C];
bool joined[2];
byte groups;

#define WITHIN(g) (!joined[g] || tail <= cursor[g] + C)
#define OTHERS_BELOW (intentLength[1 - me] && intentPosition[1 - me] + C <= tail)

/* ---- producer ---- */

proctype Producer(byte me; byte records) {
  byte t, l, v;
  byte limit = 0;

claim:
  atomic { t = tail; if :: t + 1 <= limit -> goto announce :: else fi };
recompute:
  atomic { v = groups };
  atomic { l = tail };
  atomic { if :: cursor[0] < l -> l = cursor[0] :: else fi };
  atomic { if :: cursor[1] < l -> l = cursor[1] :: else fi };
#ifndef BROKEN_NO_VERSION
  atomic { if :: groups != v -> l = 0; goto recompute :: else fi };
#endif
#ifndef BROKEN_NO_IN_FLIGHT
  atomic { if :: !intentLength[1 - me] -> goto computed :: else fi };
  atomic { if :: intentPosition[1 - me] < l -> l = intentPosition[1 - me] :: else fi };
#endif
computed:
  atomic {
    limit = l + C; l = 0; v = 0;
    if
    :: t + 1 > limit -> t = 0; goto retract
    :: else
    fi
  };
announce:
  atomic { intentPosition[me] = t };
  atomic { intentLength[me] = true };
  if
  :: atomic { tail == t -> tail = t + 1; assert(WITHIN(0) && WITHIN(1)) }
  :: atomic { tail != t -> t = 0; goto claim }
  fi;
  atomic { assert(tail <= t + C); payload[AT(t)] = t };
  atomic { assert(tail <= t + C); stamp[AT(t)] = STAMP(t); t = 0 };
  atomic {
    intentLength[me] = false; records--;
    if
    :: records > 0 -> goto claim
    :: else -> limit = 0; goto gone
    fi
  };
retract:
  atomic { intentLength[me] = false };
  /* Back-pressure: tries again once there is room. */
  (tail < C + cursor[0] && tail < C + cursor[1] && !OTHERS_BELOW) -> goto claim;
gone:
end_gone:
  false
}

/* ---- group, observer ---- */

#ifdef BROKEN_SOURCE
#define OTHER (cursor[1 - g] != NONE)
#else
#define OTHER joined[1 - g]
#endif

#define SOURCE if :: slowest -> x = cursor[1 - g] :: else -> x = tail fi

proctype Group(byte g) {
  byte x;
  bool slowest;

  if
  :: joined[g] -> goto read
  :: else
  fi;
  atomic { slowest = OTHER };
  atomic { SOURCE };
  atomic { cursor[g] = x; x = 0 };
  atomic { groups++ };
#ifndef BROKEN_PROVISIONAL
  atomic { SOURCE };
  atomic { cursor[g] = x; x = 0 };
#endif
  atomic { joined[g] = true; assert(tail <= cursor[g] + C) };
read:
end_read:
  do
  :: atomic { COMMITTED(cursor[g]) -> assert(payload[AT(cursor[g])] == cursor[g]); cursor[g]++ }
  od
}

#ifdef OBSERVER
proctype Observer() {
  byte o, x;
  atomic { o = tail };
observe:
end_observe:
  atomic { COMMITTED(o) };
  atomic { x = payload[AT(o)] };
  if
#ifdef BROKEN_OBSERVER
  :: atomic { COMMITTED(o) -> assert(x == o); x = 0; o++; goto observe }
#else
  :: atomic { tail <= o + C -> assert(x == o); x = 0; o++; goto observe }
#endif
  :: atomic { else -> o = 0; x = 0 }
  fi;
end_gone:
  false
}
#endif

init {
  atomic {
#ifdef SECOND
    cursor[1] = 0; joined[1] = true;
#endif
#ifdef BOTH
    run Producer(0, 1);
#else
    run Producer(0, 2);
#endif
    run Producer(1, 3);
#ifdef OBSERVER
    run Observer();
#else
    run Group(0);
#endif
#if defined(SECOND) || defined(BOTH)
    run Group(1);
#endif
  }
}
