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
 *   - a recovery writes only where the owner is dead and has not committed, and what it writes
 *     ends where the claim ends: no padding over a live claim, no committed record swallowed;
 *   - a group reads each record once, in order of position, with its true length, as data exactly
 *     if its owner committed it, else as padding;
 *   - no wedge: when nothing can move any more, each group has read up to tail and no producer
 *     waits for room. (Runs are finite but for kills of recoverers, so a wedge is a state without
 *     a successor in which somebody is not at an end label, and Spin reports it.)
 *
 * Runs: three producers of lengths 1, 2, 1 that claim once; AGAIN: two producers that claim twice;
 * JOIN: two slots, and a third producer that takes the slot of a dead one; BATCH: a batch of two
 * records with losers of lengths 3 and 1; BATCH_JOIN: a batch of three records and a joiner.
 *
 * BROKEN_LARGEST      recovery takes the largest length that fits
 * BROKEN_NO_INTENT    the intent is stored after the CAS of tail
 * BROKEN_REUSE        a joiner uses a dead slot whose claim is not settled
 * BROKEN_FIT_ORDER    recovery looks at stamp, intents, tail instead of tail, intents, stamp
 * BROKEN_NO_RECHECK   recovery does not look at the stamp again once it found all owners dead
 * BROKEN_LIMIT        the limit follows the fastest group, so a slow recovery is not protected
 * BROKEN_COVER        a live owner counts only if its intent begins at the stuck position
 * BROKEN_BATCH_REUSE  a batch counts as settled when its first record is committed
 */
// good: AGAIN JOIN BATCH BATCH_JOIN
// broken: BROKEN_LARGEST BROKEN_NO_INTENT BROKEN_REUSE BROKEN_FIT_ORDER BROKEN_NO_RECHECK
// broken: BROKEN_LIMIT BROKEN_COVER BROKEN_BATCH_REUSE

#if defined(BROKEN_COVER)
#define BATCH
#elif defined(BROKEN_BATCH_REUSE)
#define BATCH_JOIN
#elif defined(BROKEN_NO_RECHECK)
#define AGAIN
#elif defined(BROKEN_REUSE)
#define JOIN
#endif

#if defined(JOIN) || defined(BATCH_JOIN)
#define JOINER
#endif
#if defined(BATCH) || defined(BATCH_JOIN)
#define BATCHES
#endif

#define C 3
#define POSITIONS 8

#if defined(AGAIN) || defined(JOINER)
#define SLOTS 2
#define OR_SLOT_2(x)
#else
#define SLOTS 3
#define OR_SLOT_2(x) || (x)
#endif

#ifdef BROKEN_FIT_ORDER
#define GROUPS 1
#define SLOWEST cursor[0]
#else
#define GROUPS 2
#define SLOWEST (cursor[0] < cursor[1] -> cursor[0] : cursor[1])
#endif
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
byte cursor[GROUPS];

byte stamp[C];
byte length[C];
bit type[C];

/* What is true of the record that begins at a position: its state, its length, its claim's end. */
#define UNCLAIMED 0
#define OWNED 1
#define DONE 2
#define ABANDONED 3
byte ghostState[POSITIONS];
byte ghostLength[POSITIONS];
byte ghostEnd[POSITIONS];

#define INTENT_END(s) (intentPosition[s] + intentLength[s])
#define COVERS(s, p) (intentPosition[s] <= p && p < INTENT_END(s))

/* ---- producer ---- */

#define FORGET t = 0; end = 0; need = 0; later = 0; me = 0; batch = false

#define OR_KILLED :: atomic { lock[me] = false; FORGET; goto gone }

#define OR_KILLED_OWNING \
  :: atomic { \
       lock[me] = false; \
       do \
       :: t < end -> ghostState[t] = ABANDONED; t = t + ghostLength[t] \
       :: else -> break \
       od; \
       FORGET; goto gone \
     }

inline claimed() {
  end = t + need;
#ifdef BATCHES
  if
  :: batch ->
     need = t;
     do
     :: need < end ->
        ghostState[need] = OWNED; ghostLength[need] = 1; ghostEnd[need] = end; need++
     :: else -> break
     od;
     need = end - t
  :: else -> ghostState[t] = OWNED; ghostLength[t] = need; ghostEnd[t] = end
  fi
#else
  ghostState[t] = OWNED; ghostLength[t] = need; ghostEnd[t] = end
#endif
}

#define SETTLED(s) \
  (intentLength[s] == 0 || intentPosition[s] == tail || INTENT_END(s) <= SLOWEST)

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
#ifdef BROKEN_REUSE
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
#ifndef BROKEN_BATCH_REUSE
       if
       :: t < INTENT_END(me) -> goto walk
       :: else
       fi;
#endif
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
       t + need <= LIMIT ->
#ifndef BROKEN_NO_INTENT
       intentPosition[me] = t
#endif
     }
  :: atomic { t + need > LIMIT -> t = 0; goto retract }
  OR_KILLED
  fi;
#ifndef BROKEN_NO_INTENT
  if
  :: atomic { intentLength[me] = need }
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
  OR_KILLED_OWNING
  fi;
  if
  :: atomic {
       assert(tail <= t + C);
       stamp[AT(t)] = STAMP(t); ghostState[t] = DONE;
       t = t + ghostLength[t];
#ifdef BATCHES
       if
       :: t < end -> goto write
       :: else
       fi;
#endif
       t = 0; end = 0; need = later; later = 0
     }
  OR_KILLED_OWNING
  fi;
  if
  :: atomic {
       intentLength[me] = 0;
#ifdef AGAIN
       if
       :: need > 0 -> goto claim
       :: else
       fi;
#endif
       FORGET; goto gone
     }
  OR_KILLED
  fi;

retract:
  if
  :: atomic { intentLength[me] = 0 }
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

/* ---- consumer and recovery ---- */

#define LIVE_OWNER(p) \
  ((lock[0] && COVERS(0, p)) || (lock[1] && COVERS(1, p)) OR_SLOT_2(lock[2] && COVERS(2, p)))
#define BOUNDARY(e) \
  (tail == e || intentPosition[0] == e || intentPosition[1] == e \
    OR_SLOT_2(intentPosition[2] == e) || COMMITTED(e))
#define FITS(s, p) (COVERS(s, p) && BOUNDARY(INTENT_END(s)))
#define ANY_FITS(p) (FITS(0, p) || FITS(1, p) OR_SLOT_2(FITS(2, p)))

#ifdef BROKEN_LARGEST
#define BETTER (best == 0 || end[i] > best)
#else
#define BETTER (best == 0 || end[i] < best)
#endif

#define RESET i = 0; x = 0; y = 0; best = 0; end[0] = 0; end[1] = 0; end[SLOTS - 1] = 0

#define OR_REPLACED :: atomic { true -> RESET; goto idle }

#if SLOTS == 3
#define NO_CANDIDATE (end[0] == 0 && end[1] == 0 && end[2] == 0)
#else
#define NO_CANDIDATE (end[0] == 0 && end[1] == 0)
#endif

inline firstCandidate() {
  i = 0;
  do
  :: end[i] == 0 -> i++
  :: else -> goto fit
  od
}

inline passSlot() {
  x = 0; y = 0; i++;
  if
  :: i < SLOTS -> goto scan
  :: i == SLOTS && NO_CANDIDATE -> i = 0; goto none
  :: else -> firstCandidate()
  fi
}

inline keepCandidate() {
  end[i] = x + y; x = 0; y = 0; i++;
  if
  :: i < SLOTS -> goto scan
  :: else -> firstCandidate()
  fi
}

#define NEXT_CANDIDATE(otherwise) \
  do \
  :: i < SLOTS && end[i] == 0 -> i++ \
  :: i < SLOTS && end[i] != 0 -> goto fit \
  :: else -> i = 0; goto otherwise \
  od

inline keepFit() {
  if
  :: BETTER -> best = end[i]
  :: else
  fi;
  end[i] = 0;
  NEXT_CANDIDATE(recheck)
}

#define LOOK(condition) \
  if \
  :: atomic { condition -> keepFit() } \
  :: atomic { !(condition) } \
  OR_REPLACED \
  fi

#define LAST_LOOK(condition) \
  if \
  :: atomic { condition -> keepFit() } \
  :: atomic { !(condition) && best != 0 -> end[i] = 0; NEXT_CANDIDATE(recheck) } \
  :: atomic { !(condition) && best == 0 -> end[i] = 0; NEXT_CANDIDATE(none) } \
  OR_REPLACED \
  fi

#define MAY_PAD \
  assert(tail <= cursor[g] + C && ghostState[cursor[g]] == ABANDONED && ghostEnd[cursor[g]] == best)

proctype Consumer(byte g) {
  byte i, x, y, best;
  byte end[SLOTS];

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
       :: else ->
          assert(ghostState[x] == ABANDONED && x + length[AT(x)] == ghostEnd[x])
       fi;
       cursor[g] = x + length[AT(x)];
       x = 0;
       goto idle
     }
  :: atomic { !COMMITTED(cursor[g]) && tail > cursor[g] }
  fi;

scan:
  if
  :: atomic { x = intentPosition[i] }
  OR_REPLACED
  fi;
  if
  :: atomic {
       y = intentLength[i];
       if
       :: x <= cursor[g] && cursor[g] < x + y
       :: else -> passSlot()
       fi
     }
  OR_REPLACED
  fi;
  if
#ifdef BROKEN_COVER
  :: atomic { lock[i] && x < cursor[g] -> passSlot() }
  :: atomic { lock[i] && x == cursor[g] -> RESET; goto wait }
#else
  :: atomic { lock[i] -> RESET; goto wait }
#endif
  :: atomic { !lock[i] -> keepCandidate() }
  OR_REPLACED
  fi;

fit:
#ifdef BROKEN_FIT_ORDER
  LOOK(COMMITTED(end[i]));
#else
  LOOK(tail == end[i]);
#endif
  LOOK(intentPosition[0] == end[i]);
  LOOK(intentPosition[1] == end[i]);
#if SLOTS == 3
  LOOK(intentPosition[2] == end[i]);
#endif
#ifdef BROKEN_FIT_ORDER
  LAST_LOOK(tail == end[i]);
#else
  LAST_LOOK(COMMITTED(end[i]));
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
none:
  if
  :: atomic { COMMITTED(cursor[g]) || ANY_FITS(cursor[g]) -> goto idle }
  fi
}

init {
  atomic {
    lock[0] = true; lock[1] = true; lock[SLOTS - 1] = true;
#if defined(AGAIN)
    run Producer(0, 1, 1, false);
    run Producer(1, 2, 1, false);
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
#if GROUPS == 2
    run Consumer(1)
#endif
  }
}
