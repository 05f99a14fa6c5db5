/*
 * Claim, commit and recovery of a ring with several producers and two exclusive groups.
 *
 * variable            header word
 *   tail                tail
 *   intentPosition[s]   producer slot s: intentPosition
 *   intentLength[s]     producer slot s: intentLength, 0 = retracted
 *   lock[s]             producer slot s: the lock byte is held, so the owner lives
 *   cursor[g]           group g: cursor
 *   stamp[], length[],  record header at index (position mod C); stamp holds position + 1,
 *   type[]              0 = never written; old headers stay when the space is used again
 *   ghost*[p]           no words: what is true of the record that begins at position p
 *
 * One unit of position stands for ALIGN bytes and the ring has C units, so positions wrap and an
 * old header lies where a new record will be. A producer may be killed at every step. A consumer
 * may be killed at every step of a recovery; its successor begins anew at the group's cursor.
 *
 * Proved, for every interleaving of the bounded runs below:
 *   - a producer or a recovery writes only to space that no later claim covers;
 *   - a recovery writes only where nobody can commit any more, and what it writes ends where a
 *     lost claim ends: no padding over a live claim, no committed record swallowed;
 *   - a group reads each record once, in order of position, with its true length, as data exactly
 *     if its owner committed it, else as padding;
 *   - no wedge: when nothing can move any more, each group has read up to tail and no producer
 *     waits for room. (Runs are finite but for kills of recoverers, so a wedge is a state without
 *     a successor in which somebody is not at an end label, and Spin reports it.)
 *
 * The intent stays after a commit, but for a batch, which takes it back at its end.
 *
 * Runs: three producers of lengths 1, 2, 1 that claim once; AGAIN: two producers that claim twice,
 * and a stamp that others see late, as on aarch64, where a plain store overtakes it; JOIN: two
 * slots, and a third producer that takes the slot of a dead one, once its claim is settled
 * (JOIN_UNSETTLED: at once, which only recoveries would mind that look at what is on record); BATCH: a batch of two records with
 * losers of lengths 3 and 1; BATCH_JOIN: a batch of three records and a joiner; LOST: two
 * producers, of which one claims twice; each may give a claim up by padding, or live on and lose it,
 * so that nobody is on record for it.
 *
 * BROKEN_TAIL         recovery takes all up to the tail
 * BROKEN_NO_STAMPS    recovery does not look at the stamps behind the hole
 * BROKEN_NO_INTENTS   recovery does not look at the intents behind the hole
 * BROKEN_NO_INTENT    the intent is stored after the CAS of tail
 * BROKEN_FIT_ORDER    recovery looks at tail, stamps, intents instead of tail, intents, stamps
 * BROKEN_NO_RECHECK   recovery does not look at the stamp again once it found no living owner
 * BROKEN_LIMIT        the limit follows the fastest group, so a slow recovery is not protected
 * BROKEN_COVER        a live owner counts only if its intent begins at the stuck position
 * BROKEN_NO_FENCE     an intent may be seen before the stamp of the claim before it
 * BROKEN_ON_RECORD    recovery passes only what a dead producer is on record for
 */
// good: AGAIN JOIN JOIN_UNSETTLED BATCH BATCH_JOIN LOST
// broken: BROKEN_TAIL BROKEN_NO_STAMPS BROKEN_NO_INTENTS BROKEN_NO_INTENT BROKEN_FIT_ORDER
// broken: BROKEN_NO_RECHECK BROKEN_LIMIT BROKEN_COVER BROKEN_NO_FENCE BROKEN_ON_RECORD

#if defined(BROKEN_COVER)
#define BATCH
#elif defined(BROKEN_NO_RECHECK) || defined(BROKEN_NO_FENCE) || defined(BROKEN_FIT_ORDER)
#define AGAIN
#elif defined(BROKEN_NO_STAMPS)
#define AGAIN
#elif defined(JOIN_UNSETTLED)
#define JOIN
#elif defined(BROKEN_ON_RECORD)
#define LOST
#endif

#if defined(JOIN) || defined(BATCH_JOIN)
#define JOINER
#endif
#if defined(BATCH) || defined(BATCH_JOIN)
#define BATCHES
#endif
#if defined(AGAIN) || defined(LOST)
#define TWICE
#endif

#define C 3
#define POSITIONS 8

#if defined(TWICE) || defined(JOINER)
#define SLOTS 2
#define OR_SLOT_2(x)
#else
#define SLOTS 3
#define OR_SLOT_2(x) || (x)
#endif

#define GROUPS 2
#define SLOWEST (cursor[0] < cursor[1] -> cursor[0] : cursor[1])
#ifdef BROKEN_LIMIT
#define LIMIT ((cursor[0] < cursor[1] -> cursor[1] : cursor[0]) + C)
#else
#define LIMIT (SLOWEST + C)
#endif

#define AT(p) ((p) % C)
#define STAMP(p) ((p) + 1)
#define COMMITTED(p) (stamp[AT(p)] == STAMP(p))
#define DATA 0
#define PADDING 1

byte tail;
byte intentPosition[SLOTS];
byte intentLength[SLOTS];
bool lock[SLOTS];
#ifdef AGAIN
/* No word: the stamp that a producer has stored and others do not see yet. */
byte late[SLOTS];
#define ARRIVE(s) stamp[AT(late[s] - 1)] = late[s]; late[s] = 0
#define FLUSH if :: late[me] != 0 -> ARRIVE(me) :: else fi;
#define RELEASED (late[me] == 0)
#ifdef BROKEN_NO_FENCE
#define FENCED true
#else
#define FENCED RELEASED
#endif
#else
#define FLUSH
#define RELEASED true
#define FENCED true
#endif
byte cursor[GROUPS];

byte stamp[C];
byte length[C];
bit type[C];

/* What is true of the record that begins at a position: its state, its length. */
#define UNCLAIMED 0
#define OWNED 1
#define DONE 2
#define ABANDONED 3
byte ghostState[POSITIONS];
byte ghostLength[POSITIONS];

#define INTENT_END(s) (intentPosition[s] + intentLength[s])
#define COVERS(s, p) (intentPosition[s] <= p && p < INTENT_END(s))

/* ---- producer ---- */

#define FORGET t = 0; end = 0; need = 0; later = 0; me = 0; batch = false

/* The guard is needed: an else at the start would be one of all options around it. */
#define OR_KILLED :: atomic { true -> FLUSH lock[me] = false; FORGET; goto gone }

#define ABANDON \
  do \
  :: t < end -> ghostState[t] = ABANDONED; t = t + ghostLength[t] \
  :: else -> break \
  od

#define OR_KILLED_OWNING :: atomic { true -> FLUSH lock[me] = false; ABANDON; FORGET; goto gone }

inline claimed() {
  end = t + need;
#ifdef BATCHES
  if
  :: batch ->
     need = t;
     do
     :: need < end ->
        ghostState[need] = OWNED; ghostLength[need] = 1; need++
     :: else -> break
     od;
     need = end - t
  :: else -> ghostState[t] = OWNED; ghostLength[t] = need
  fi
#else
  ghostState[t] = OWNED; ghostLength[t] = need
#endif
}

#define SETTLED(s) \
  (intentLength[s] == 0 || intentPosition[s] == tail || INTENT_END(s) <= SLOWEST \
    || (intentLength[s] == 1 && COMMITTED(intentPosition[s])))

/* Claims need units, then later units (0 = no second claim), in its slot me (SLOTS = joins). */
proctype Producer(byte me; byte need; byte later; bool batch) {
  byte t;
  byte end;

#ifdef JOINER
  if
  :: me < SLOTS -> goto claim
  :: else
  fi;
join:
end_join:
  if
  :: atomic { !lock[0] -> lock[0] = true; me = 0 }
  :: atomic { !lock[1] -> lock[1] = true; me = 1 }
  fi;
#ifdef JOIN_UNSETTLED
  goto claim;
#else
  if
  :: atomic { intentLength[me] == 0 -> goto claim }
  :: atomic { intentLength[me] != 0 }
  OR_KILLED
  fi;
  if
  :: atomic { intentPosition[me] == tail -> goto claim }
  :: atomic { intentPosition[me] != tail -> t = intentPosition[me] }
  OR_KILLED
  fi;
walk:
  if
  :: atomic { COMMITTED(t) }
  :: atomic { !COMMITTED(t) -> t = 0; goto passed }
  OR_KILLED
  fi;
  if
  :: atomic {
       t = t + length[AT(t)];
       if
       :: t < INTENT_END(me) -> goto walk
       :: else
       fi;
       t = 0; goto claim
     }
  OR_KILLED
  fi;
passed:
  if
  :: atomic { INTENT_END(me) <= SLOWEST -> goto claim }
  :: atomic { INTENT_END(me) > SLOWEST -> lock[me] = false; me = SLOTS }
  OR_KILLED
  fi;
end_unsettled:
  /* Tries again once a free slot is settled. */
  ((!lock[0] && SETTLED(0)) || (!lock[1] && SETTLED(1))) -> goto join;
#endif
#endif

claim:
  if
  :: atomic { t = tail }
  OR_KILLED
  fi;
  /* The limit only grows, so a look at it that succeeds may be moved to the store that follows. */
  if
  :: atomic {
       t + need <= LIMIT && FENCED ->
#ifndef BROKEN_NO_INTENT
       intentPosition[me] = t
#endif
     }
  :: atomic { t + need > LIMIT -> t = 0; goto retract }
  OR_KILLED
  fi;
#ifndef BROKEN_NO_INTENT
  if
  :: atomic { RELEASED -> intentLength[me] = need }
  OR_KILLED
  fi;
#endif
  if
  :: atomic { tail == t -> tail = t + need; claimed() }
  :: atomic { tail != t -> t = 0; goto claim }
  OR_KILLED
  fi;
#ifdef BROKEN_NO_INTENT
  if
  :: atomic { intentPosition[me] = t }
  OR_KILLED_OWNING
  fi;
  if
  :: atomic { intentLength[me] = need }
  OR_KILLED_OWNING
  fi;
#endif

write:
  if
  :: atomic { assert(tail <= t + C); length[AT(t)] = ghostLength[t]; type[AT(t)] = DATA }
#ifdef LOST
  :: atomic { assert(tail <= t + C); ABANDON; t = 0; end = 0; need = later; later = 0; goto over }
  :: atomic {
       assert(tail <= t + C);
       length[AT(t)] = end - t; type[AT(t)] = PADDING; stamp[AT(t)] = STAMP(t);
       ABANDON; t = 0; end = 0; need = later; later = 0; goto over
     }
#endif
  OR_KILLED_OWNING
  fi;
  if
  :: atomic {
       assert(tail <= t + C);
#ifdef AGAIN
       late[me] = STAMP(t);
#else
       stamp[AT(t)] = STAMP(t);
#endif
       ghostState[t] = DONE;
       t = t + ghostLength[t];
#ifdef BATCHES
       if
       :: t < end -> goto write
       :: else
       fi;
#endif
       t = 0; end = 0; need = later; later = 0;
#ifdef TWICE
       if
       :: need > 0 -> goto claim
       :: else
       fi;
#endif
#ifdef BATCHES
       if
       :: batch -> goto over
       :: else
       fi;
#endif
       FORGET; goto gone
     }
  OR_KILLED_OWNING
  fi;

over:
  /* What is lost, or the end of a batch. Who claims again need not take its intent back. */
  if
  :: atomic { RELEASED -> intentLength[me] = 0 }
#ifdef TWICE
  :: atomic { need > 0 -> goto claim }
#endif
  OR_KILLED
  fi;
#ifdef TWICE
  atomic {
    if
    :: need > 0 -> goto claim
    :: else
    fi
  };
#endif
  atomic { FORGET; goto gone };

retract:
  if
  :: atomic { RELEASED -> intentLength[me] = 0 }
  OR_KILLED
  fi;
  /* Back-pressure: tries again once there is room. */
  if
  :: atomic { tail + need <= LIMIT -> goto claim }
  OR_KILLED
  fi;

gone:
end_gone:
  false
}

#ifdef AGAIN
proctype Arrivals() {
end_arrivals:
  do
  :: atomic { late[0] != 0 -> assert(tail <= late[0] - 1 + C); ARRIVE(0) }
  :: atomic { late[1] != 0 -> assert(tail <= late[1] - 1 + C); ARRIVE(1) }
  od
}
#endif

/* ---- consumer and recovery ---- */

#define LIVE_OWNER(p) \
  ((lock[0] && COVERS(0, p)) || (lock[1] && COVERS(1, p)) OR_SLOT_2(lock[2] && COVERS(2, p)))
#define ON_RECORD(p) (COVERS(0, p) || COVERS(1, p) OR_SLOT_2(COVERS(2, p)))

#define RESET i = 0; x = 0; y = 0; best = 0

#define OR_REPLACED :: atomic { true -> RESET; goto idle }

/* From a position to an end there are lost claims and nothing else. */
inline assertLost(from, to) {
  y = from;
  do
  :: y < to -> assert(ghostState[y] == ABANDONED); y = y + ghostLength[y]
  :: else -> break
  od;
  assert(y == to);
  y = 0
}

#ifdef BROKEN_ON_RECORD
#define FOUND found
#elif defined(BROKEN_FIT_ORDER)
#define FOUND stamps
#else
#define FOUND intents
#endif

inline passSlot() {
  x = 0; y = 0; i++;
  if
  :: i < SLOTS -> goto scan
  :: else -> i = 0; goto FOUND
  fi
}

#define MAY_PAD assert(tail <= cursor[g] + C); assertLost(cursor[g], best)

proctype Consumer(byte g) {
  byte i, x, y, best;

idle:
end_idle:
  if
  :: atomic {
       COMMITTED(cursor[g]) ->
       x = cursor[g];
       assert(length[AT(x)] > 0);
       if
       :: type[AT(x)] == DATA ->
          assert(ghostState[x] == DONE && length[AT(x)] == ghostLength[x])
       :: else -> assertLost(x, x + length[AT(x)])
       fi;
       cursor[g] = x + length[AT(x)];
       x = 0;
       goto idle
     }
  :: atomic { !COMMITTED(cursor[g]) && tail > cursor[g] -> best = tail }
  fi;

scan:
  /* The length first: behind it stands its position, or a later one. */
  if
  :: atomic { y = intentLength[i] }
  OR_REPLACED
  fi;
  if
  :: atomic {
       x = intentPosition[i];
       if
#ifdef BROKEN_COVER
       :: x == cursor[g] && y > 0
#else
       :: x <= cursor[g] && cursor[g] < x + y
#endif
       :: else -> passSlot()
       fi
     }
  OR_REPLACED
  fi;
  if
  :: atomic { lock[i] -> RESET; goto wait }
  :: atomic { !lock[i] -> passSlot() }
  OR_REPLACED
  fi;

#ifdef BROKEN_ON_RECORD
found:
  if
  :: atomic { ON_RECORD(cursor[g]) }
  :: atomic { !ON_RECORD(cursor[g]) -> RESET; goto none }
  fi;
#endif
intents:
#if !defined(BROKEN_NO_INTENTS) && !defined(BROKEN_TAIL)
  if
  :: atomic {
       if
       :: intentPosition[i] > cursor[g] && intentPosition[i] < best -> best = intentPosition[i]
       :: else
       fi;
       i++;
       if
       :: i < SLOTS -> goto intents
       :: else -> i = 0
       fi;
#ifdef BROKEN_FIT_ORDER
       goto recheck
#endif
     }
  OR_REPLACED
  fi;
#endif

stamps:
#if !defined(BROKEN_NO_STAMPS) && !defined(BROKEN_TAIL)
  /* x: how far it has looked. */
  if
  :: atomic {
       if
       :: cursor[g] + x + 1 < best && !COMMITTED(cursor[g] + x + 1) -> x++; goto stamps
       :: cursor[g] + x + 1 < best && COMMITTED(cursor[g] + x + 1) -> best = cursor[g] + x + 1
       :: else
       fi;
       x = 0;
#ifdef BROKEN_FIT_ORDER
       goto intents
#endif
     }
  OR_REPLACED
  fi;
#endif

recheck:
#ifndef BROKEN_NO_RECHECK
  if
  :: atomic { COMMITTED(cursor[g]) -> RESET; goto idle }
  :: atomic { !COMMITTED(cursor[g]) }
  OR_REPLACED
  fi;
#endif
  if
  :: atomic { MAY_PAD; length[AT(cursor[g])] = best - cursor[g] }
  OR_REPLACED
  fi;
  if
  :: atomic { MAY_PAD; type[AT(cursor[g])] = PADDING }
  OR_REPLACED
  fi;
  if
  :: atomic { MAY_PAD; stamp[AT(cursor[g])] = STAMP(cursor[g]); RESET; goto idle }
  OR_REPLACED
  fi;

wait:
  /* Looks again once that can help; a guard that never comes true is a wedge. */
  if
  :: atomic { COMMITTED(cursor[g]) || !LIVE_OWNER(cursor[g]) -> goto idle }
  fi;
#ifdef BROKEN_ON_RECORD
none:
  if
  :: atomic { COMMITTED(cursor[g]) || ON_RECORD(cursor[g]) -> goto idle }
  fi
#endif
}

init {
  atomic {
    lock[0] = true; lock[1] = true; lock[SLOTS - 1] = true;
#if defined(AGAIN)
    run Arrivals();
    run Producer(0, 1, 1, false);
    run Producer(1, 1, 1, false);
#elif defined(LOST)
    run Producer(0, 1, 1, false);
    run Producer(1, 2, 0, false);
#elif defined(JOIN)
    run Producer(0, 1, 0, false);
    run Producer(1, 2, 0, false);
    run Producer(SLOTS, 1, 0, false);
#elif defined(BATCH_JOIN)
    run Producer(0, 3, 0, true);
    run Producer(1, 2, 0, false);
    run Producer(SLOTS, 1, 0, false);
#elif defined(BATCH)
    run Producer(0, 2, 0, true);
    run Producer(1, 3, 0, false);
    run Producer(2, 1, 0, false);
#else
    run Producer(0, 1, 0, false);
    run Producer(1, 2, 0, false);
    run Producer(2, 1, 0, false);
#endif
    run Consumer(0);
    run Consumer(1)
  }
}
