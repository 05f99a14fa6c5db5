/*
 * The barrier of three parties, with all that can happen to it: any of them is killed between any
 * two steps and replaced, runs out of time, or resets. One atomic {} is one access to shared memory
 * or one system call. See check for what must hold and which broken variants must not.
 *
 * NO_SUCCESSOR: nobody takes a dead party's place, and whoever learns of the break goes home.
 * PARITY: two eventfds, level-triggered and drained, instead of one that is watched edge-triggered
 * and never drained.
 */
#ifndef KILLS
#define KILLS 1
#endif
#ifndef TIMEOUTS
#define TIMEOUTS 1
#endif
#ifndef RESETS
#define RESETS 1
#endif
#ifndef LAST
#define LAST 2 /* Parties stop once this generation has begun. */
#endif

#define GEN(s)    ((s) >> 4)
#define BROKEN(s) (((s) >> 3) & 1)
#define WAKE(s)   (((s) >> 2) & 1)
#define ARRIVED(s) ((s) & 3)
#define START(g)  ((g) << 4)
#define BREAK(s)  (START(GEN(s)) | 8)

#define FREE 0
#define JOINING 1
#define JOINED 2
#define DEAD 3

byte state;
byte members;
byte status[3] = JOINED;
bool lock[3] = true;
#define NOBODY 3
byte repairer = NOBODY;
byte arrivedIn[3]; /* 1 + generation, 0 = none */
byte brokenIn[3];

/* The kernel's: what each party's epoll set reports, and which pidfds are in it. */
bool event[3];
byte counter[2];
bool watched[9];
bool gone[3]; /* The process that the status speaks of is dead. */

/* Each party's memory of members; NEVER = look again. */
#define NEVER 255
byte seen[3] = NEVER;

/* What really happened, for the assertions. */
bool completed[16];
byte really[3];

byte kills = KILLS;
byte timeouts = TIMEOUTS;
byte resets = RESETS;

/* The parties are alike, so that it is enough to kill the first one and its successors. */
#define OR_KILLED :: atomic { kills > 0 && me == 0 -> kills--; goto killed }
#define IS_DEAD(j) (status[j] == DEAD || (status[j] == JOINED && !lock[j]))
#ifdef BROKEN_NO_PIDFD
#define TOLD(j) false
#else
#define TOLD(j) (watched[me * 3 + j] && gone[j])
#endif
#ifdef PARITY
#define TOLD_EVENT (counter[g & 1] > 0)
#else
#define TOLD_EVENT (event[me])
#endif
#define TOLD_DEATH (TOLD(0) || TOLD(1) || TOLD(2))

inline signal(generation) {
#ifdef PARITY
  counter[generation & 1] = 1
#else
  event[0] = true; event[1] = true; event[2] = true
#endif
}

/* One write wakes all who sleep; skipped when nobody does. */
#define WAKE_AFTER(s) \
  if \
  :: WAKE(s) -> if :: atomic { signal(GEN(s)) } OR_KILLED fi \
  :: else \
  fi

#define WATCH(j) \
  if \
  :: j == me || status[j] == FREE || (status[j] == JOINING && !lock[j]) -> \
       watched[me * 3 + j] = false \
  :: else -> \
       if \
       :: IS_DEAD(j) -> d = j; goto death \
       :: else -> watched[me * 3 + j] = true \
       fi \
  fi

/* Before the reset takes effect, those who wait learn that their generation did not complete. */
#ifdef BROKEN_NO_MARK
#define MARK(j) skip
#else
#ifdef BROKEN_MARK_ALL
#define MUST_MARK(j) true
#else
#define MUST_MARK(j) (arrivedIn[j] == b + 1)
#endif
#define MARK(j) \
  if \
  :: MUST_MARK(j) -> brokenIn[j] = b + 1 \
  :: else \
  fi
#endif

#define BURY(j) \
  if \
  :: j != me && IS_DEAD(j) -> status[j] = FREE; members++ \
  :: else \
  fi

proctype Party(byte me) {
  byte s; /* the state as last read */
  byte g; /* the generation that this party waits in */
  byte b; /* a generation that it knows to be broken */
  byte d; /* a place whose owner is dead */

arrive:
  if
  :: atomic {
       s = state; g = 0; b = 0; d = 0;
       if
       :: GEN(s) >= LAST -> s = 0; goto done
       :: GEN(s) < LAST && BROKEN(s) -> b = GEN(s); goto repair
       :: else
       fi
     }
  :: atomic { resets > 0 && !BROKEN(state) && GEN(state) < LAST -> resets--; s = state; goto reset }
  OR_KILLED
  fi;
  if
  :: atomic { arrivedIn[me] = GEN(s) + 1; g = GEN(s) }
  OR_KILLED
  fi;
  if
  :: ARRIVED(s) == 2 ->
#ifdef PARITY
#ifdef BROKEN_DRAIN
     if :: atomic { counter[g & 1] = 0 } OR_KILLED fi;
#else
     if :: atomic { counter[(g + 1) & 1] = 0 } OR_KILLED fi;
#endif
#endif
#ifdef BROKEN_EARLY_WRITE
     WAKE_AFTER(s);
#endif
     if
     :: atomic {
          state == s ->
          really[me] = g + 1;
          assert(really[0] == g + 1 && really[1] == g + 1 && really[2] == g + 1);
          completed[g] = true;
          state = START(g + 1)
        }
     :: atomic { state != s -> goto arrive }
     OR_KILLED
     fi;
#ifndef BROKEN_EARLY_WRITE
     WAKE_AFTER(s);
#endif
     goto arrive
  :: else ->
     if
     :: atomic { state == s -> state = s + 1; really[me] = g + 1 }
     :: atomic { state != s -> goto arrive }
     OR_KILLED
     fi
  fi;

wait:
  if
  :: atomic {
       s = state; d = 0;
       if
       :: GEN(s) == g && BROKEN(s) -> assert(!completed[g]); b = g; goto repair
       :: GEN(s) == g && !BROKEN(s)
       :: else -> goto over
       fi
     }
  OR_KILLED
  fi;
  if
#ifndef SLEEP_AT_ONCE
  :: atomic { state != s -> goto wait } /* spins */
#endif
  :: true                               /* has spun long enough */
  :: atomic { timeouts > 0 -> timeouts--; goto expired }
  OR_KILLED
  fi;

  if
  :: atomic { seen[me] == members -> goto announce }
  :: atomic { seen[me] != members -> seen[me] = members }
  OR_KILLED
  fi;
  if
  :: atomic { WATCH(0); WATCH(1); WATCH(2) }
  OR_KILLED
  fi;
  if
  :: atomic { seen[me] == members }
  :: atomic { seen[me] != members -> goto wait }
  OR_KILLED
  fi;

announce:
#ifdef BROKEN_ANNOUNCE
  if
  :: atomic { state = state | 4 }
#else
  if
  :: atomic { state == s -> state = s | 4; s = 0 }
  :: atomic { state != s -> s = 0; goto wait }
#endif
  OR_KILLED
  fi;

  /* Sleeps here. */
  if
  :: atomic { TOLD_EVENT || TOLD_DEATH ->
#ifdef PARITY
       /* Otherwise it would be woken again and again, and never sleep. */
       assert(TOLD_DEATH || GEN(state) != g || BROKEN(state));
#endif
       event[me] = false;
       if
       :: TOLD(0) -> d = 0
       :: !TOLD(0) && TOLD(1) -> d = 1
       :: !TOLD(0) && !TOLD(1) && TOLD(2) -> d = 2
       :: else -> goto wait
       fi }
  :: atomic { timeouts > 0 -> timeouts--; goto expired }
  OR_KILLED
  fi;
#ifdef BROKEN_DEATH_WINS
  assert(!completed[g]);
#endif
  if
  :: atomic { status[d] >= JOINED -> goto death }
  :: atomic { status[d] < JOINED -> watched[me * 3 + d] = false; seen[me] = NEVER; goto wait }
  OR_KILLED
  fi;

over:
  if
  :: atomic { brokenIn[me] == g + 1 -> assert(!completed[g]); b = g; goto repair }
  :: atomic { brokenIn[me] != g + 1 -> assert(completed[g]); goto arrive }
  OR_KILLED
  fi;

death:
  if
  :: atomic { s = state; if :: BROKEN(s) -> goto wait :: else fi }
  OR_KILLED
  fi;
  if
  :: atomic { gone[d] && status[d] >= JOINED }
  :: atomic { !(gone[d] && status[d] >= JOINED) -> goto wait }
  OR_KILLED
  fi;
  if
  :: atomic { state == s -> state = BREAK(s) }
  :: atomic { state != s -> goto death }
  OR_KILLED
  fi;
  WAKE_AFTER(s);
  goto wait;

expired:
  if
  :: atomic { s = state }
  OR_KILLED
  fi;
  if
  :: GEN(s) != g || BROKEN(s) -> goto wait
  :: else
  fi;
  if
  :: atomic { state == s -> assert(!completed[g]); state = BREAK(s) }
  :: atomic { state != s -> goto expired }
  OR_KILLED
  fi;
  WAKE_AFTER(s);
  b = g;
  goto repair;

  /* Not because it knows of a break: breaks the generation for those who wait in it. */
reset:
  if
  :: atomic { state == s -> state = BREAK(s) }
  :: atomic { state != s -> goto arrive }
  OR_KILLED
  fi;
  WAKE_AFTER(s);
  b = GEN(s);

repair:
#ifdef NO_SUCCESSOR
  goto done;
#endif
  if
  :: atomic {
       s = state; g = 0; d = 0;
       if
       :: GEN(s) != b -> goto arrive /* another survivor was faster */
       :: else -> assert(BROKEN(s))
       fi
     }
  OR_KILLED
  fi;
#ifndef BROKEN_NO_REPAIR_LOCK
  if
  :: atomic { repairer == NOBODY -> repairer = me }
  :: atomic { state != s -> goto arrive }
  OR_KILLED
  fi;
  if
  :: atomic { state == s }
  :: atomic { state != s -> repairer = NOBODY; goto arrive }
  OR_KILLED
  fi;
#endif
  /* What the holder of the lock does before the reset is seen by nobody in part. */
  if
  :: atomic { MARK(0); MARK(1); MARK(2) }
  OR_KILLED
  fi;
  if
  :: atomic { BURY(0); BURY(1); BURY(2) }
  OR_KILLED
  fi;
  if
  :: atomic { state == s -> state = START(b + 1) }
#ifdef BROKEN_NO_REPAIR_LOCK
  :: atomic { state != s }
#endif
  OR_KILLED
  fi;
#ifndef BROKEN_NO_REPAIR_LOCK
  if :: atomic { repairer = NOBODY } OR_KILLED fi;
#endif
  goto arrive;

  /* The kernel drops the lock and the epoll set; a successor takes the place. */
killed:
  atomic {
    lock[me] = false; gone[me] = true;
    if :: repairer == me -> repairer = NOBODY :: else fi;
    event[me] = false; seen[me] = NEVER;
    watched[me * 3] = false; watched[me * 3 + 1] = false; watched[me * 3 + 2] = false;
    s = 0; g = 0; b = 0; d = 0
  };
#ifdef NO_SUCCESSOR
  goto done;
#endif
  atomic { !lock[me] -> lock[me] = true };
#ifndef BROKEN_NO_EVICTION
  if
  :: atomic { status[me] == JOINED -> status[me] = DEAD }
  :: atomic { status[me] != JOINED }
  OR_KILLED
  fi;
evict:
  if
  :: atomic { s = state }
  OR_KILLED
  fi;
  if
  :: atomic { BROKEN(s) || status[me] != DEAD -> goto vacant }
  :: atomic { !BROKEN(s) && status[me] == DEAD }
  OR_KILLED
  fi;
  if
  :: atomic { state == s -> state = BREAK(s) }
  :: atomic { state != s -> goto evict }
  OR_KILLED
  fi;
  WAKE_AFTER(s);
vacant:
  if
  :: atomic { status[me] == DEAD -> status[me] = FREE }
  :: atomic { status[me] != DEAD }
  OR_KILLED
  fi;
#endif
  if
  :: atomic {
       gone[me] = false; status[me] = JOINING; arrivedIn[me] = 0;
       watched[me] = false; watched[3 + me] = false; watched[6 + me] = false
     }
  OR_KILLED
  fi;
#ifdef BROKEN_JOIN_ORDER
  if :: atomic { status[me] = JOINED } OR_KILLED fi;
#endif
  if :: atomic { members++ } OR_KILLED fi;
#ifndef BROKEN_JOIN_UNANNOUNCED
  if :: atomic { signal(0); signal(1) } OR_KILLED fi;
#endif
  if :: atomic { status[me] = JOINED } OR_KILLED fi;
  goto arrive;

done:
  skip
}

init {
  atomic { run Party(0); run Party(1); run Party(2) }
}
