/*
 * The limit, groups that join while producers run, and observers.
 *
 * variable            header word
 *   tail                tail
 *   intentPosition[i]   producer slot i: intentPosition
 *   intentLength[i]     producer slot i: intentLength; it stays after the commit
 *   cursor[g]           group g: cursor, NONE = the slot is not in use
 *   joined[g]           group g: state is ACTIVE; cursor set and not joined = JOINING
 *   groups              a count that a joining group raises once its cursor is visible
 *   stamp[], payload[]  record at index (position mod C): position + 1, and position
 *
 * Nobody is killed here (claim.pml has that), so every lock is held: a producer whose lock is free
 * never writes again, and its intent is left out of the limit. Limits are cached and computed word
 * by word: tail, cursors, intents, the stamps inside them, the tail again.
 *
 * Proved:
 *   - a producer writes only to space that no later claim covers, with groups or without;
 *   - no claim passes C beyond the cursor of a group from the moment it has joined;
 *   - a group reads each record from its first cursor on, in order and whole;
 *   - an observer accepts only whole records;
 *   - no wedge: a producer that waits for room gets it.
 *
 * Runs: no group, then one that starts at the tail; SECOND: one group, and another that starts at
 * its cursor; BOTH: two groups that join at the same time; OBSERVER: no group, one observer; BATCH:
 * no group at first, and a batch of two records, while another producer writes as far as it may.
 *
 * BROKEN_NO_IN_FLIGHT  the limit leaves out the claims that live producers have not committed
 * BROKEN_PROVISIONAL   a joining group keeps its provisional cursor
 * BROKEN_NO_VERSION    the limit is used although a group joined while it was computed
 * BROKEN_SOURCE        a group starts at the provisional cursor of another
 * BROKEN_OBSERVER      an observer looks at the stamp after copying, not at the tail
 * BROKEN_OPEN_PART     an open claim holds others from its first record that is not committed, so
 *                      the tail may be more than C ahead of its start while it is open
 * BROKEN_EARLY_TAIL    whether a claim was passed is told by the tail that was read at the start
 */
// good: SECOND BOTH OBSERVER BATCH
// broken: BROKEN_NO_IN_FLIGHT BROKEN_PROVISIONAL BROKEN_NO_VERSION BROKEN_SOURCE BROKEN_OBSERVER
// broken: BROKEN_OPEN_PART BROKEN_EARLY_TAIL

#if defined(BROKEN_NO_VERSION)
#define SECOND
#elif defined(BROKEN_SOURCE)
#define BOTH
#elif defined(BROKEN_OBSERVER)
#define OBSERVER
#elif defined(BROKEN_OPEN_PART)
#define BATCH
#endif

#define C 2
#define AT(p) ((p) % C)
#define STAMP(p) ((p) + 1)
#define COMMITTED(p) (stamp[AT(p)] == STAMP(p))
#define NONE 255

byte tail;
byte intentPosition[2];
byte intentLength[2];
byte cursor[2] = NONE;
byte stamp[C];
byte payload[C];
bool joined[2];
byte groups;

#define WITHIN(g) (!joined[g] || tail <= cursor[g] + C)
/* An intent in which something is not committed. */
#define IN(p, i) (intentPosition[i] <= p && p < intentPosition[i] + intentLength[i])
#define OPEN_AT(p, i) (IN(p, i) && tail <= p + C && !COMMITTED(p))
#define OPEN(i) \
  (OPEN_AT(intentPosition[i], i) || OPEN_AT(intentPosition[i] + 1, i))
#define OTHERS_BELOW (OPEN(1 - me) && intentPosition[1 - me] + C < tail + need)

/* ---- producer ---- */

/* Claims need units at a time, so often. */
proctype Producer(byte me; byte claims; byte need) {
  byte t, l, v, n, p, w;
  byte limit = 0;

claim:
  atomic { t = tail; if :: t + need <= limit -> goto announce :: else fi };
recompute:
#ifdef BROKEN_EARLY_TAIL
  atomic { w = tail };
#endif
  atomic { v = groups };
  atomic { l = tail };
  atomic { if :: cursor[0] < l -> l = cursor[0] :: else fi };
  atomic { if :: cursor[1] < l -> l = cursor[1] :: else fi };
#ifndef BROKEN_NO_VERSION
  atomic { if :: groups != v -> l = 0; w = 0; goto recompute :: else fi };
#endif
#ifndef BROKEN_NO_IN_FLIGHT
  atomic { n = intentLength[1 - me]; if :: n == 0 -> goto computed :: else fi };
  atomic {
    p = intentPosition[1 - me];
#ifdef BROKEN_EARLY_TAIL
    /* Unsigned: a position beyond that tail looks as if it was passed long ago. */
    if :: p > w || w - p > C -> goto computed :: else fi;
#endif
    if :: p >= l -> goto computed :: else w = p fi
  };
walk:
  atomic {
    if
    :: COMMITTED(w) && w + 1 < p + n -> w++; goto walk
    :: COMMITTED(w) && w + 1 >= p + n -> goto computed
    :: else
    fi
  };
#ifndef BROKEN_EARLY_TAIL
  atomic { if :: tail > p + C -> goto computed :: else fi };
#endif
#ifdef BROKEN_OPEN_PART
  atomic { if :: w < l -> l = w :: else fi };
#else
  atomic { l = p };
#endif
#endif
computed:
  atomic {
    limit = l + C; l = 0; v = 0; n = 0; p = 0; w = 0;
    if
    :: t + need > limit -> t = 0; goto retract
    :: else
    fi
  };
announce:
  atomic { intentPosition[me] = t };
  atomic { intentLength[me] = need };
  if
  :: atomic { tail == t -> tail = t + need; w = t + need; assert(WITHIN(0) && WITHIN(1)) }
  :: atomic { tail != t -> t = 0; goto claim }
  fi;
write:
  atomic { assert(tail <= t + C); payload[AT(t)] = t };
  atomic {
    assert(tail <= t + C);
    stamp[AT(t)] = STAMP(t);
    t++;
    if
    :: t < w -> goto write
    :: else -> t = 0; w = 0; claims--
    fi;
    if
    :: claims > 0 -> goto claim
    :: else -> limit = 0; goto gone
    fi
  };
retract:
  atomic { intentLength[me] = 0 };
  /* Back-pressure: tries again once there is room. */
  (tail + need <= C + cursor[0] && tail + need <= C + cursor[1] && !OTHERS_BELOW) -> goto claim;
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
#if defined(BATCH)
    run Producer(0, 1, 2);
#elif defined(BOTH)
    run Producer(0, 1, 1);
#else
    run Producer(0, 2, 1);
#endif
    run Producer(1, 3, 1);
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
