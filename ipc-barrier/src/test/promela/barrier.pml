/*
 * The barrier of N parties, two or three, with all that can happen to it: one of them is killed
 * between any two steps and replaced, they run out of time, or reset. One atomic {} is one access to
 * shared memory or one system call; where several were put together, no other party can tell (the
 * holder of the repair lock is alone; see below for watching). See README.md for what must hold and
 * which broken variants must not.
 *
 * NO_SUCCESSOR: nobody takes the place of the last one that is killed, and a party that learns of
 * the break goes home.
 * PARITY: two eventfds, level-triggered and drained, instead of one that is watched edge-triggered
 * and never drained.
 */
#ifndef N
#define N 3
#endif
#ifndef KILLS
#define KILLS 0
#endif
#ifndef TIMEOUTS
#define TIMEOUTS 0
#endif
#ifndef RESETS
#define RESETS 0
#endif
#ifndef LAST
#define LAST 2 /* Parties stop once this generation has begun. */
#endif
#define MOST (LAST + 2)

#define GEN(s)    ((s) >> 4)
#define BROKEN(s) (((s) >> 3) & 1)
#define WAKE(s)   (((s) >> 2) & 1)
#define ARRIVED(s) ((s) & 3)
#define START(g)  ((g) << 4)
#define BREAK(s)  (START(GEN(s)) | 8)
#define OPEN(s, g) (GEN(s) == (g) && !BROKEN(s))

#define FREE 0
#define JOINING 1
#define JOINED 2
#define DEAD 3

byte state;
byte members;
byte status[N] = JOINED;
bool lock[N] = true;
#define NOBODY N
byte repairer = NOBODY;
byte arrivedIn[N]; /* 1 + generation, 0 = none */
byte brokenIn[N];

/* The kernel's: what each party's epoll set reports, and which pidfds are in it. */
bool event[N];
bool counter[2];
bool watched[N * N];
bool gone[N]; /* The process that the status speaks of is dead. */

/* Each party's memory of members; NEVER = look again. */
#define NEVER 255
byte seen[N] = NEVER;

/* What really happened, for the assertions. */
bool completed[MOST];
byte really[N];

#if N == 3
bool begun;
#endif

byte kills = KILLS;
byte timeouts = TIMEOUTS;
byte resets = RESETS;

/*
 * The parties are alike, so that it is enough to kill the first one and its successors. It stands
 * where something was written last: to be killed after some reading comes to the same.
 */
#if KILLS > 0
#define OR_KILLED :: atomic { kills > 0 && me == 0 -> kills--; goto killed }
#else
#define OR_KILLED
#endif

#ifdef NO_SUCCESSOR
#define MORE_TO_COME (kills > 0)
/* Who died before it counted is missed by nobody; the others wait for a successor, for ever. */
#define MAY_WAIT (kills == 0 && !lock[0] && status[0] < JOINED)
#else
#define MORE_TO_COME true
#endif

#ifdef BROKEN_NO_PIDFD
#define TOLD(j) false
#else
#define TOLD(j) (watched[me * N + j] && gone[j])
#endif
#ifdef PARITY
#define TOLD_EVENT (counter[g & 1])
#else
#define TOLD_EVENT (event[me])
#endif
#if N == 2
#define TOLD_DEATH (TOLD(0) || TOLD(1))
#define ALL_IN(g) (really[0] == (g) + 1 && really[1] == (g) + 1)
#define FORGET(j) watched[j] = false; watched[N + j] = false
#else
#define TOLD_DEATH (TOLD(0) || TOLD(1) || TOLD(2))
#define ALL_IN(g) (really[0] == (g) + 1 && really[1] == (g) + 1 && really[2] == (g) + 1)
#define FORGET(j) watched[j] = false; watched[N + j] = false; watched[2 * N + j] = false
#endif

inline signal(generation) {
#ifdef PARITY
  counter[generation & 1] = true
#elif N == 2
  event[0] = true; event[1] = true
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

#define IS_DEAD(j) (status[j] == DEAD || (status[j] == JOINED && !lock[j]))

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
  byte d; /* a place that it looks at */
  byte t; /* its status as last read */

#if N == 3
  /* The second and the third are alike until one of them begins. */
  atomic { me != 2 || begun -> if :: me == 1 -> begun = true :: else fi };
#endif
arrive:
  if
  :: atomic {
       s = state; g = 0; b = 0; d = 0; t = 0;
       if
       :: GEN(s) >= LAST -> s = 0; goto done
       :: GEN(s) < LAST && BROKEN(s) -> b = GEN(s); s = 0; goto repair
       :: else
       fi
     }
#if RESETS > 0
  :: atomic {
       resets > 0 && !BROKEN(state) && GEN(state) < LAST ->
       resets--; s = state; g = 0; b = 0; d = 0; t = 0; goto reset
     }
#endif
  OR_KILLED
  fi;
  atomic { arrivedIn[me] = GEN(s) + 1; g = GEN(s) };
  if
  :: ARRIVED(s) == N - 1 ->
#ifdef PARITY
#ifdef BROKEN_DRAIN
     if :: atomic { counter[g & 1] = false } OR_KILLED fi;
#else
     if :: atomic { counter[(g + 1) & 1] = false } OR_KILLED fi;
#endif
#endif
#ifdef BROKEN_EARLY_WRITE
     WAKE_AFTER(s);
#endif
#ifdef BROKEN_TWO_STEPS
     /* Counts itself in first, and moves the generation on then. */
     if
     :: atomic { state == s -> s = s + 1; state = s; really[me] = g + 1 }
     :: atomic { state != s -> goto arrive }
     OR_KILLED
     fi;
#endif
     if
     :: atomic {
          state == s ->
          really[me] = g + 1;
          assert(ALL_IN(g));
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
     :: atomic { state == s -> state = s + 1; really[me] = g + 1; s = 0 }
     :: atomic { state != s -> goto arrive }
     OR_KILLED
     fi
  fi;

  /* Who spins stands here, looks again and again, and sees what it sees when it looks last. */
wait:
  if
  :: atomic {
       s = 0; d = 0; t = 0;
       if
       :: GEN(state) == g && BROKEN(state) ->
            assert(!completed[g]); b = g; g = 0; goto repair
       :: OPEN(state, g)
       :: else -> goto over
       fi
     }
  OR_KILLED
  fi;
#if TIMEOUTS > 0
  if
  :: true
  :: atomic { timeouts > 0 -> timeouts--; goto expired }
  fi;
#endif

  /* Looks who has joined, until nobody has since. */
refresh:
  atomic {
    if
    :: seen[me] == members -> d = 0; goto announce
    :: seen[me] != members -> seen[me] = members; d = 0
    fi
  };
look:
  atomic {
    if
    :: d == N -> goto refresh
    :: d == me -> d++; goto look
    :: else ->
         t = status[d];
         if
         :: t == FREE -> watched[me * N + d] = false; t = 0; d++; goto look
         :: t != FREE && watched[me * N + d] -> t = 0; d++; goto look
         :: else
         fi
    fi
  };
  /* The process was opened before, so that it is enough if its lock is held afterwards. */
  atomic {
    if
    :: t == DEAD || (t == JOINED && !lock[d] && status[d] == t) ->
         t = 0;
#ifndef BROKEN_DEATH_SEEN
         seen[me] = NEVER;
#endif
         goto death
    :: t == JOINING && !lock[d] ->
#ifndef BROKEN_GIVE_UP
         if
         :: status[d] != t -> t = 0; goto look /* It counted when it died. */
         :: else
         fi;
#endif
         t = 0; d++; goto look
    :: lock[d] && status[d] == t -> watched[me * N + d] = true; t = 0; d++; goto look
    :: else -> t = 0; goto look
    fi
  };

announce:
  atomic {
    if
    :: OPEN(state, g) && WAKE(state)
    :: OPEN(state, g) && !WAKE(state) -> s = state
    :: else -> goto wait
    fi
  };
  if
  :: atomic { s == 0 }
#ifdef BROKEN_ANNOUNCE
  :: atomic { s != 0 -> state = state | 4; s = 0 }
#else
  :: atomic { s != 0 && state == s -> state = s | 4; s = 0 }
  :: atomic { s != 0 && state != s -> s = 0; goto wait }
#endif
  fi;

  /* Sleeps here. */
  if
  :: atomic { TOLD_EVENT || TOLD_DEATH ->
#ifdef PARITY
       /* Otherwise it would be woken again and again, and never sleep. */
       assert(TOLD_DEATH || !OPEN(state, g));
#endif
       event[me] = false;
       if
       :: TOLD(0) -> d = 0
       :: !TOLD(0) && TOLD(1) -> d = 1
#if N == 3
       :: !TOLD(0) && !TOLD(1) && TOLD(2) -> d = 2
#endif
       :: else -> goto wait
       fi }
#if TIMEOUTS > 0
  :: atomic { timeouts > 0 -> timeouts--; goto expired }
#endif
#ifdef NO_SUCCESSOR
  :: atomic { MAY_WAIT -> g = 0; goto done }
#endif
  OR_KILLED
  fi;
#ifdef BROKEN_DEATH_WINS
  assert(!completed[g]);
#endif
  atomic {
    if
    :: status[d] >= JOINED -> goto death
    :: else -> watched[me * N + d] = false; seen[me] = NEVER; goto wait
    fi
  };

over:
  if
  :: atomic { brokenIn[me] == g + 1 -> assert(!completed[g]); b = g; g = 0; goto repair }
  :: atomic { brokenIn[me] != g + 1 -> assert(completed[g]); goto arrive }
  OR_KILLED
  fi;

death:
  atomic {
    if
    :: BROKEN(state) -> goto wait
    :: else -> s = state
    fi
  };
  atomic {
    if
    :: gone[d] && status[d] >= JOINED
    :: else -> goto wait
    fi
  };
  if
  :: atomic { state == s -> state = BREAK(s) }
  :: atomic { state != s -> goto death }
  fi;
  WAKE_AFTER(s);
  goto wait;

expired:
  atomic {
    if
    :: !OPEN(state, g) -> goto wait
    :: else -> s = state
    fi
  };
  if
  :: atomic { state == s -> assert(!completed[g]); state = BREAK(s) }
  :: atomic { state != s -> goto expired }
  fi;
#ifndef BROKEN_SILENT_BREAK
  WAKE_AFTER(s);
#endif
  atomic { b = g; g = 0; s = 0; goto repair };

  /* Not because it knows of a break: breaks the generation for those who wait in it. */
reset:
  if
  :: atomic { state == s -> state = BREAK(s) }
  :: atomic { state != s -> goto arrive }
  fi;
  WAKE_AFTER(s);
  atomic { b = GEN(s); s = 0 };

repair:
  if
  :: atomic {
       if
#ifdef NO_SUCCESSOR
       :: kills == 0 -> b = 0; goto done
#endif
       :: MORE_TO_COME && GEN(state) != b -> goto arrive /* another survivor was faster */
       :: MORE_TO_COME && GEN(state) == b -> assert(BROKEN(state))
       fi
     }
  OR_KILLED
  fi;
#ifndef BROKEN_NO_REPAIR_LOCK
  if
  :: atomic { repairer == NOBODY -> repairer = me }
  :: atomic { GEN(state) != b -> goto arrive }
  fi;
  if
  :: atomic { GEN(state) == b }
  :: atomic { GEN(state) != b -> repairer = NOBODY; goto arrive }
  OR_KILLED
  fi;
#endif
  /* What the holder of the lock does before the reset is seen by nobody in part. */
  atomic { MARK(0); MARK(1);
#if N == 3
    MARK(2)
#endif
  };
  if
  :: atomic { BURY(0); BURY(1);
#if N == 3
       BURY(2)
#endif
     }
  OR_KILLED
  fi;
  if
  :: atomic { GEN(state) == b -> state = START(b + 1) }
#ifdef BROKEN_NO_REPAIR_LOCK
  :: atomic { GEN(state) != b }
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
    watched[me * N] = false; watched[me * N + 1] = false;
#if N == 3
    watched[me * N + 2] = false;
#endif
    s = 0; g = 0; b = 0; d = 0; t = 0
  };
  atomic {
    if
    :: MORE_TO_COME -> lock[me] = true
    :: else -> goto done
    fi
  };
#ifndef BROKEN_NO_EVICTION
  if
  :: atomic { status[me] == JOINED -> status[me] = DEAD }
  :: atomic { status[me] != JOINED }
  OR_KILLED
  fi;
evict:
  if
  :: atomic {
       if
       :: BROKEN(state) || status[me] != DEAD -> goto vacant
       :: else -> s = state
       fi
     }
  OR_KILLED
  fi;
  atomic {
    if
    :: status[me] == DEAD
    :: else -> s = 0; goto vacant
    fi
  };
  if
  :: atomic { state == s -> state = BREAK(s) }
  :: atomic { state != s -> s = 0; goto evict }
  fi;
  WAKE_AFTER(s);
vacant:
  if
  :: atomic { status[me] == DEAD -> status[me] = FREE; s = 0 }
  :: atomic { status[me] != DEAD -> s = 0 }
  OR_KILLED
  fi;
#endif
  if
  :: atomic {
       gone[me] = false; status[me] = JOINING; arrivedIn[me] = 0;
       FORGET(me)
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
  atomic {
    run Party(0); run Party(1);
#if N == 3
    run Party(2)
#endif
  }
}
