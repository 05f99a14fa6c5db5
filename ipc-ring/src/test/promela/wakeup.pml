/*
 * Wake-up: no consumer sleeps for ever over a record that it could read.
 *
 * variable            header word
 *   tail                tail; one record a position, the space never ends
 *   stamp[p]            the record at p is committed, as seen in memory
 *   intent[i]           producer slot i: the announced position + 1, 0 = retracted
 *   member[i], members  membership entries, and the count that joining increments
 *   dataWaiters         dataWaiters, bit s = sleeper s
 *   phase[s]            waiter slot s: phase of state(epoch, phase)
 *   current[i]          stands for the epoch: producer i remembers the state of the sleeper
 *                       current[i] - 1 and that state's epoch has not moved since; 0 = otherwise
 *   eventfd[s]          waiter slot s: its eventfd is readable
 *   dead[i]             the process died: its locks are free and its pidfd is readable
 *   buffer[i]           no word: the store buffer of producer i's processor (TSO)
 *   position[s]         own position of sleeper s, each in a group of its own
 *   pending[s]          no word: bit i = producer i's store buffer has not emptied since sleeper s
 *                       announced itself
 *
 * A commit and a retract go through the store buffer. It empties at any time, at a locked
 * instruction of its owner, and when its process dies; nobody else can empty it: the membarrier of
 * the code is not in the model, for nothing rests on it. The first sleep of a wait ends by itself,
 * not before all that was in the store buffers at its beginning has arrived. Producers may be killed at every step. Producer 1 (2 in THREE_PRODUCERS)
 * joins while sleepers arm themselves, except in TWO_SLEEPERS. A sleeper reads what is committed
 * and passes a hole once no live producer announces its position; claim.pml shows how.
 *
 * Proved: when nothing can move any more, each sleeper has read or recovered all up to tail. All
 * runs are finite, so this is "nobody sleeps for ever".
 *
 * Runs: a member that commits twice and a joiner that commits once, one sleeper; TWO_SLEEPERS: two
 * members; THREE_PRODUCERS: two members and a joiner; LOSERS: producers race for a position, and one
 * that lost may retract and stop (back-pressure).
 *
 * BROKEN_ONE_SLEEP       the first sleep of a wait is without an end
 * BROKEN_SHORT_SLEEP     the first sleep may end before the store buffers have emptied
 * BROKEN_USED_UP         a sleeper that was woken for nothing sleeps on without a new announcement
 * BROKEN_NO_PIDFD        sleepers do not poll the pidfds of the members
 * BROKEN_NOTIFY_FIRST    the state becomes NOTIFIED before the eventfd is written
 * BROKEN_NO_EPOCH        the state is a phase without an epoch
 * BROKEN_LATE_DRAIN      the eventfd is drained after the last look, just before sleeping
 * BROKEN_NO_MEMBERS      the looks do not compare the count of members
 * BROKEN_SILENT_JOIN     a joining member wakes nobody
 * BROKEN_SILENT_RETRACT  a retract wakes nobody
 */
// good: TWO_SLEEPERS THREE_PRODUCERS LOSERS
// broken: BROKEN_ONE_SLEEP BROKEN_SHORT_SLEEP BROKEN_USED_UP
// broken: BROKEN_NO_PIDFD BROKEN_NOTIFY_FIRST BROKEN_NO_EPOCH
// broken: BROKEN_LATE_DRAIN BROKEN_NO_MEMBERS BROKEN_SILENT_JOIN BROKEN_SILENT_RETRACT

#ifdef BROKEN_SILENT_RETRACT
#define LOSERS
#endif
#ifdef TWO_SLEEPERS
#define SLEEPERS 2
#else
#define SLEEPERS 1
#endif
#ifdef THREE_PRODUCERS
#define PRODUCERS 3
#define OR_PRODUCER_2(x) || (x)
#else
#define PRODUCERS 2
#define OR_PRODUCER_2(x)
#endif

#define NOTHING 255
#define RETRACT 254

#define AWAKE    0
#define WAITING  1
#define NOTIFIED 2

byte tail;
bool stamp[4];
byte intent[PRODUCERS];
byte buffer[PRODUCERS];
bool member[PRODUCERS];
bool dead[PRODUCERS];
byte members;

byte dataWaiters;
byte phase[SLEEPERS];
byte current[PRODUCERS];
bool eventfd[SLEEPERS];
byte position[SLEEPERS];
byte pending[SLEEPERS];

inline flush(p) {
  if
  :: buffer[p] == NOTHING
  :: buffer[p] == RETRACT -> intent[p] = 0; buffer[p] = NOTHING
  :: else -> stamp[buffer[p]] = true; buffer[p] = NOTHING
  fi;
  pending[0] = pending[0] & (255 - (1 << p));
#if SLEEPERS == 2
  pending[1] = pending[1] & (255 - (1 << p))
#endif
}

proctype StoreBuffers() {
  byte p;
end:
  do
  :: atomic { buffer[0] != NOTHING -> flush(0) }
  :: atomic { buffer[1] != NOTHING -> flush(1) }
#if PRODUCERS == 3
  :: atomic { buffer[2] != NOTHING -> flush(2) }
#endif
  od
}

/* ---- producer ---- */

#define OR_KILLED \
  :: atomic { \
       true; flush(me); \
       dead[me] = true; t = 0; w = 0; records = 0; current[me] = 0; goto gone \
     }

/* The sleepers still to be visited are the bits of w. */
#define SLEEPER (w & 1 -> 0 : 1)

inline nextClaim() {
  if
  :: records > 0 -> goto claim
  :: else -> goto gone
  fi
}

inline nextSleeper() {
  w = w & (w - 1);
#if SLEEPERS == 2
  if
  :: w != 0 -> goto visit
  :: else -> nextClaim()
  fi
#else
  nextClaim()
#endif
}

/* Commits so many records; joins first unless its process is a member. */
proctype Producer(byte me; byte records) {
  byte t, w;

  if
  :: atomic { member[me] -> goto claim }
  :: atomic { else -> member[me] = true }
  OR_KILLED
  fi;
  if
  :: atomic {
       members++;
#ifdef BROKEN_SILENT_JOIN
       goto claim
#else
       goto notify
#endif
     }
  OR_KILLED
  fi;

claim:
#ifndef LOSERS
  if
  :: atomic { true; flush(me); intent[me] = tail + 1; t = tail; tail++ }
  OR_KILLED
  fi;
#else
  if
  :: atomic { t = tail }
  OR_KILLED
  fi;
  if
  :: atomic { true; flush(me); intent[me] = t + 1 }
  OR_KILLED
  fi;
  if
  :: atomic { tail == t -> flush(me); tail = t + 1 }
  :: atomic { tail != t -> flush(me); t = 0; goto lost }
  OR_KILLED
  fi;
#endif
  if
  :: atomic { buffer[me] = t; t = 0; records-- }
  OR_KILLED
  fi;
notify:
  if
  :: atomic { w = dataWaiters; if :: w == 0 -> nextClaim() :: else fi }
  OR_KILLED
  fi;
visit:
  if
  :: atomic { phase[SLEEPER] == WAITING -> current[me] = SLEEPER + 1 }
  :: atomic { phase[SLEEPER] != WAITING -> nextSleeper() }
  OR_KILLED
  fi;
#ifndef BROKEN_NOTIFY_FIRST
  if
  :: atomic { eventfd[SLEEPER] = true }
  OR_KILLED
  fi;
#endif
  if
  :: atomic {
       true; flush(me);
       if
#ifdef BROKEN_NO_EPOCH
       :: phase[SLEEPER] == WAITING -> phase[SLEEPER] = NOTIFIED
#else
       :: phase[SLEEPER] == WAITING && current[me] == SLEEPER + 1 -> phase[SLEEPER] = NOTIFIED
#endif
       :: else
       fi;
       current[me] = 0;
#ifndef BROKEN_NOTIFY_FIRST
       nextSleeper()
#endif
     }
  OR_KILLED
  fi;
#ifdef BROKEN_NOTIFY_FIRST
  if
  :: atomic { eventfd[SLEEPER] = true; nextSleeper() }
  OR_KILLED
  fi;
#endif

#ifdef LOSERS
lost:
  if
  :: atomic { true -> goto claim }
  :: atomic {
       buffer[me] = RETRACT; records = 0;
#ifdef BROKEN_SILENT_RETRACT
       goto gone
#else
       goto notify
#endif
     }
  OR_KILLED
  fi;
#endif

gone:
end_gone:
  false
}

/* ---- sleeper ---- */

#define ANNOUNCED(i, p) (!dead[i] && intent[i] == (p) + 1)
#define LIVE_CLAIM(p) (ANNOUNCED(0, p) || ANNOUNCED(1, p) OR_PRODUCER_2(ANNOUNCED(2, p)))
#define READY(p) (stamp[p] || (p < tail && !LIVE_CLAIM(p)))

proctype Sleeper(byte me) {
  byte i, seen;
  bool list[PRODUCERS], gone[PRODUCERS], settled;

look:
  atomic {
    do
    :: READY(position[me]) -> position[me]++
    :: else -> break
    od;
    seen = members;
    do
    :: i < PRODUCERS -> list[i] = member[i] && !gone[i]; i++
    :: else -> i = 0; break
    od
  };
announce:
  atomic {
    phase[me] = WAITING;
    settled = false;
    do
    :: i < PRODUCERS ->
       if
       :: buffer[i] != NOTHING -> pending[me] = pending[me] | (1 << i)
       :: else
       fi;
       if :: current[i] == me + 1 -> current[i] = 0 :: else fi;
       i++
    :: else -> i = 0; break
    od;
    dataWaiters = dataWaiters | (1 << me)
  };
again:
  if
  :: atomic { READY(position[me]) -> goto awake }
#ifndef BROKEN_NO_MEMBERS
  :: atomic { members != seen -> goto awake }
#endif
  :: atomic { else }
  fi;
#ifdef BROKEN_LATE_DRAIN
  atomic { eventfd[me] = false };
#endif
end_poll:
  if
  :: atomic { eventfd[me] -> goto awake }
  :: atomic { eventfd[me] -> goto for_nothing }
#ifndef BROKEN_NO_PIDFD
  :: atomic { list[0] && dead[0] -> gone[0] = true; list[0] = false }
  :: atomic { list[1] && dead[1] -> gone[1] = true; list[1] = false }
#if PRODUCERS == 3
  :: atomic { list[2] && dead[2] -> gone[2] = true; list[2] = false }
#endif
#endif
#ifndef BROKEN_ONE_SLEEP
#ifdef BROKEN_SHORT_SLEEP
  :: atomic {
       !settled -> settled = true;
#else
  :: atomic {
       !settled && pending[me] == 0 -> settled = true;
#endif
       if
       :: eventfd[me] -> goto for_nothing
       :: else -> goto again
       fi
     }
#endif
  fi;
  if
  :: atomic { true -> goto awake }
  :: atomic { true -> goto again }
  fi;
for_nothing:
  atomic {
    eventfd[me] = false;
#ifdef BROKEN_USED_UP
    goto again
#else
    goto announce
#endif
  };
awake:
  atomic {
    dataWaiters = dataWaiters & (255 - (1 << me));
    pending[me] = 0;
    settled = false;
    seen = 0;
    do
    :: i < PRODUCERS -> list[i] = false; i++
    :: else -> i = 0; break
    od
  };
  atomic {
    if
    :: phase[me] = AWAKE
    :: skip
    fi;
#ifndef BROKEN_LATE_DRAIN
    eventfd[me] = false
#endif
  };
  goto look
}

proctype Quiet() {
  byte s;
end:
  timeout ->
  do
  :: s < SLEEPERS -> assert(position[s] == tail); s++
  :: else -> break
  od
}

init {
  atomic {
    buffer[0] = NOTHING;
    buffer[1] = NOTHING;
    member[0] = true;
#ifdef TWO_SLEEPERS
    member[1] = true;
    run Producer(0, 1);
    run Producer(1, 1);
    run Sleeper(1);
#elif defined(THREE_PRODUCERS)
    buffer[2] = NOTHING;
    member[1] = true;
    run Producer(0, 1);
    run Producer(1, 1);
    run Producer(2, 1);
#else
    run Producer(0, 2);
    run Producer(1, 1);
#endif
    run Sleeper(0);
    run StoreBuffers();
    run Quiet()
  }
}
