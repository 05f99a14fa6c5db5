#if defined(BROKEN_COVER)
#define BATCH
#endif
#if defined(BROKEN_BATCH_REUSE)
#define BATCH_JOIN
#endif
#if defined(BROKEN_NO_RECHECK)
#define AGAIN
#endif
#if defined(BROKEN_REUSE)
#define JOIN
#endif

#ifndef C
#define C 3
#endif
#ifndef SLOTS
#if defined(AGAIN) || defined(JOIN) || defined(BATCH_JOIN)
#define SLOTS 2
#else
#define SLOTS 3
#endif
#endif
#if SLOTS == 3
#define OR_2(x) || (x)
#else
#define OR_2(x)
#endif
#ifdef BROKEN_FIT_ORDER
#define GROUPS 1
#else
#define GROUPS 2
#endif
#define POSITIONS 9

#define STAMP(p) ((p) + 1)
#define AT(p)    ((p) % C)
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
bit  type[C];

#define FREE    0
#define LIVE    1
#define DONE    2
#define DEAD    3
byte gState[POSITIONS];
byte gLength[POSITIONS];
byte gEnd[POSITIONS];

#if GROUPS == 1
#define SLOWEST cursor[0]
#else
#define SLOWEST (cursor[0] < cursor[1] -> cursor[0] : cursor[1])
#endif
#ifdef BROKEN_LIMIT
#define LIMIT ((cursor[0] < cursor[1] -> cursor[1] : cursor[0]) + C)
#else
#define LIMIT (SLOWEST + C)
#endif

#define OR_KILLED :: atomic { die(); goto gone }

inline die() {
  lock[me] = false;
  do
  :: t < own -> gState[t] = DEAD; t = t + gLength[t]
  :: else -> break
  od;
  t = 0; own = 0; need = 0; then = 0; me = 0; batch = false
}

inline owned() {
  own = t + need;
  if
  :: batch -> need = t; do :: need < own -> gState[need] = LIVE; gLength[need] = 1; gEnd[need] = own; need++ :: else -> break od; need = own - t
  :: else -> gState[t] = LIVE; gLength[t] = need; gEnd[t] = own
  fi
}

#define SETTLED(s) (intentLength[s] == 0 || intentPosition[s] == tail || intentPosition[s] + intentLength[s] <= SLOWEST)

proctype Producer(byte me; byte need; byte then; bool batch) {
  byte t;
  byte own;

  if
  :: me < SLOTS
  :: else ->
join:
end_join:
     if
     :: atomic { !lock[0] -> lock[0] = true; me = 0 }
     :: atomic { !lock[1] -> lock[1] = true; me = 1 }
#if SLOTS == 3
     :: atomic { !lock[2] -> lock[2] = true; me = 2 }
#endif
     fi;
#ifndef BROKEN_REUSE
     if
     :: atomic { intentLength[me] == 0 -> goto claim }
     :: atomic { intentLength[me] != 0 -> skip }
     OR_KILLED
     fi;
     if
     :: atomic { intentPosition[me] == tail -> goto claim }
     :: atomic { intentPosition[me] != tail -> skip }
     OR_KILLED
     fi;
     t = intentPosition[me];
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
          :: t < intentPosition[me] + intentLength[me] -> goto walk
          :: else
          fi;
#endif
          t = 0; goto claim
        }
     OR_KILLED
     fi;
passed:
     if
     :: atomic { intentPosition[me] + intentLength[me] <= SLOWEST -> goto claim }
     :: atomic { else -> lock[me] = false; me = SLOTS }
     OR_KILLED
     fi;
     /* Looks again once a free slot is settled. */
end_unsettled:
     if
     :: (!lock[0] && SETTLED(0)) || (!lock[1] && SETTLED(1)) OR_2(!lock[2] && SETTLED(2)) -> goto join
     :: atomic { true -> t = 0; own = 0; need = 0; then = 0; me = 0; goto gone }
     fi
#endif
  fi;

claim:
  if
  :: atomic { t = tail }
  OR_KILLED
  fi;
  if
  :: atomic { t + need <= LIMIT ->
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
  :: atomic { tail == t -> tail = t + need; owned() }
  :: atomic { tail != t -> t = 0; goto claim }
  OR_KILLED
  fi;
#ifdef BROKEN_NO_INTENT
  if
  :: atomic { intentPosition[me] = t }
  OR_KILLED
  fi;
  if
  :: atomic { intentLength[me] = need }
  OR_KILLED
  fi;
#endif
write:
  if
  :: atomic { assert(tail <= t + C); length[AT(t)] = gLength[t]; type[AT(t)] = DATA }
  OR_KILLED
  fi;
  if
  :: atomic {
       assert(tail <= t + C);
       stamp[AT(t)] = STAMP(t); gState[t] = DONE;
       t = t + gLength[t];
       if
       :: t < own -> goto write
       :: else -> t = 0; own = 0; need = then; then = 0
       fi
     }
  OR_KILLED
  fi;
  if
  :: atomic {
       intentLength[me] = 0;
       if
       :: need > 0 -> goto claim
       :: else -> me = 0; batch = false; goto gone
       fi
     }
  OR_KILLED
  fi;

retract:
  if
  :: atomic { intentLength[me] = 0 }
  OR_KILLED
  fi;
  /* Back-pressure: comes again when there is room. */
  if
  :: atomic { tail + need <= LIMIT -> goto claim }
  OR_KILLED
  fi;

gone:
end_gone:
  false
}

#define COVERS(s, p)  (intentPosition[s] <= p && p < intentPosition[s] + intentLength[s])
#define LIVE_COVER(p) ((lock[0] && COVERS(0, p)) || (lock[1] && COVERS(1, p)) OR_2(lock[2] && COVERS(2, p)))
#define BOUNDARY(e)   (tail == e || intentPosition[0] == e || intentPosition[1] == e OR_2(intentPosition[2] == e) || COMMITTED(e))
#define FITS(s, p)    (COVERS(s, p) && BOUNDARY(intentPosition[s] + intentLength[s]))

#ifdef BROKEN_LARGEST
#define BETTER(e, best) (best == 0 || e > best)
#else
#define BETTER(e, best) (best == 0 || e < best)
#endif

#define NEXT(l1, l2) i++; if :: i < SLOTS -> goto l1 :: else -> i = 0; goto l2 fi
inline reset() { i = 0; x = 0; y = 0; best = 0; end[0] = 0; end[1] = 0; i = 0 }
inline chosen() {
  if :: BETTER(end[i], best) -> best = end[i] :: else fi
}
inline unchosen() {
  end[i] = 0; i++; do :: i < SLOTS && end[i] == 0 -> i++ :: else -> break od;
  if :: i == SLOTS -> i = 0; if :: best == 0 -> goto none :: else -> goto recheck fi :: else -> goto choose fi
}
#define LOOK(condition) if :: atomic { condition -> chosen(); unchosen() } :: atomic { else } fi
#define LAST_LOOK(condition) atomic { if :: condition -> chosen() :: else fi; unchosen() }

#define OR_REPLACED :: atomic { reset(); goto idle }

proctype Consumer(byte g) {
  byte i, x, y, best;
  byte end[SLOTS];

idle:
end_idle:
  if
  :: atomic { COMMITTED(cursor[g]) ->
       x = cursor[g];
       assert(length[AT(x)] > 0);
       if
       :: type[AT(x)] == DATA -> assert(gState[x] == DONE && length[AT(x)] == gLength[x])
       :: else -> assert(gState[x] == DEAD && x + length[AT(x)] == gEnd[x])
       fi;
       cursor[g] = x + length[AT(x)];
       x = 0;
       goto idle
     }
  :: atomic { !COMMITTED(cursor[g]) && tail > cursor[g] }
  fi;
scan:
  if :: atomic { x = intentPosition[i] } OR_REPLACED fi;
  if
  :: atomic {
       y = intentLength[i];
       if
       :: x <= cursor[g] && cursor[g] < x + y
       :: else -> x = 0; y = 0; NEXT(scan, choose)
       fi
     }
  OR_REPLACED
  fi;
  atomic {
    if
#ifdef BROKEN_COVER
    :: lock[i] && x < cursor[g] -> x = 0; y = 0; NEXT(scan, choose)
    :: lock[i] && x == cursor[g] -> reset(); goto wait
#else
    :: lock[i] -> reset(); goto wait
#endif
    :: else -> end[i] = x + y; x = 0; y = 0; NEXT(scan, choose)
    fi };
choose:
  atomic { if :: end[i] == 0 -> unchosen() :: else fi };
#ifdef BROKEN_FIT_ORDER
  LOOK(COMMITTED(end[i]));
  LOOK(intentPosition[0] == end[i]);
  LOOK(intentPosition[1] == end[i]);
#if SLOTS == 3
  LOOK(intentPosition[2] == end[i]);
#endif
  LAST_LOOK(tail == end[i]);
#else
  LOOK(tail == end[i]);
  LOOK(intentPosition[0] == end[i]);
  LOOK(intentPosition[1] == end[i]);
#if SLOTS == 3
  LOOK(intentPosition[2] == end[i]);
#endif
  LAST_LOOK(COMMITTED(end[i]));
#endif
recheck:
#ifndef BROKEN_NO_RECHECK
  if
  :: atomic { COMMITTED(cursor[g]) -> reset(); goto idle }
  :: atomic { !COMMITTED(cursor[g]) }
  OR_REPLACED
  fi;
#endif
#define CHECK assert(tail <= cursor[g] + C && gState[cursor[g]] == DEAD && gEnd[cursor[g]] == best)
  if :: atomic { CHECK; length[AT(cursor[g])] = best - cursor[g] } OR_REPLACED fi;
  if :: atomic { CHECK; type[AT(cursor[g])] = PADDING } OR_REPLACED fi;
  atomic { CHECK; stamp[AT(cursor[g])] = STAMP(cursor[g]); reset(); goto idle };

wait:
  if
  :: atomic { COMMITTED(cursor[g]) || !LIVE_COVER(cursor[g]) -> goto idle }
  fi;
none:
  if
  :: atomic { COMMITTED(cursor[g]) || FITS(0, cursor[g]) || FITS(1, cursor[g]) OR_2(FITS(2, cursor[g])) -> goto idle }
  fi
}

init {
  atomic {
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
    lock[0] = true; lock[1] = true;
#if SLOTS == 3
    lock[2] = true;
#endif
    run Consumer(0);
#if GROUPS == 2
    run Consumer(1)
#endif
  }
}
