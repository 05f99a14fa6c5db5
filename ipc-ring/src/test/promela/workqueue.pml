/*
 * One is woken for many: no record of a shared group lies there while somebody could take it.
 *
 * variable            header word
 *   tail, stamp[p]      as in wakeup.pml: one record a position
 *   cursor              the cursor of the one group that all sleepers share
 *   dataWaiters         dataWaiters, bit s = sleeper s
 *   phase[s]            waiter slot s: state of the word that has the number of the sleep, too
 *   current[w]          stands for that number: waker w, which is producer w or sleeper
 *                       w - PRODUCERS, remembers the sleep of sleeper current[w] - 1, which has
 *                       not begun another one since; 0 = otherwise
 *   eventfd[s]          waiter slot s: its eventfd is readable
 *   dead                bit s = the process of sleeper s died: its pidfd is readable
 *   buffer[i]           no word: the store buffer of producer i's processor (TSO), NOTHING or a stamp
 *   pending[s]          no word: bit i = producer i's store buffer has not emptied since sleeper s
 *                       announced itself
 *   went                no word: one was killed or has stopped
 *   free                no word: how many sleepers would still take a record
 *
 * A producer that has committed wakes the first sleeper whose phase it can change from WAITING to
 * NOTIFIED. The sleeper takes one record at a time. It may stay in its handler for ever, so before
 * that it wakes another one if the next record is committed and a waker had counted on it. It may
 * also end its wait for another reason and go away for good; then it wakes another one if there is
 * a record and a waker had counted on it. Death of producers is in wakeup.pml.
 *
 * Proved: when nothing can move any more and a sleeper is left that would take a record, all
 * records are taken.
 *
 * Runs: two producers, a record each, two sleepers; BATCH: one producer commits two records and
 * wakes once; KILLED: one sleeper is killed, at any step; STOPPED: one stops for good, at any step,
 * and others look by themselves after a while.
 *
 * BROKEN_NO_CHAIN        who was woken does not wake the next
 * BROKEN_NO_HANDING_ON   who goes away does not wake another
 * BROKEN_COUNTS_LOST     a waker that could not change the phase takes the sleeper for woken
 * BROKEN_PLAIN_WITHDRAW  the end of a wait is a plain store, which arrives behind the next look
 * BROKEN_NO_EPOCH        the phase has no number
 * BROKEN_NO_BOUND        nobody looks by itself, and the woken one may be stopped
 * BROKEN_NO_PIDFD        nobody is told that the woken one died
 * BROKEN_NO_BURIAL       who is told leaves the place of the dead to wakers, who count on it
 */
// good: BATCH KILLED STOPPED
// broken: BROKEN_NO_CHAIN BROKEN_NO_HANDING_ON BROKEN_COUNTS_LOST BROKEN_PLAIN_WITHDRAW
// broken: BROKEN_NO_EPOCH BROKEN_NO_BOUND BROKEN_NO_PIDFD BROKEN_NO_BURIAL

#ifdef BROKEN_NO_CHAIN
#define BATCH
#endif
#ifdef BROKEN_NO_BOUND
#define STOPPED
#endif
#if defined(BROKEN_NO_PIDFD) || defined(BROKEN_NO_BURIAL)
#define KILLED
#endif

#define SLEEPERS 2
#define PRODUCERS 2
#define NOTHING 255

#define AWAKE    0
#define WAITING  1
#define NOTIFIED 2

byte tail, cursor;
bool stamp[3];
byte buffer[PRODUCERS];

byte dataWaiters;
byte phase[SLEEPERS];
byte current[PRODUCERS + SLEEPERS];
bool eventfd[SLEEPERS];
byte pending[SLEEPERS];
byte dead;
byte free = SLEEPERS;
bool went;

#define READY stamp[cursor]

inline flush(p) {
  if
  :: buffer[p] == NOTHING
  :: else -> stamp[buffer[p]] = true; buffer[p] = NOTHING
  fi;
  pending[0] = pending[0] & (255 - (1 << p));
  pending[1] = pending[1] & (255 - (1 << p))
}

proctype StoreBuffers() {
end:
  do
  :: atomic { buffer[0] != NOTHING -> flush(0) }
  :: atomic { buffer[1] != NOTHING -> flush(1) }
  od
}

#ifdef KILLED
#define OR_GONE :: atomic { !went -> went = true; dead = dead | (1 << me); goto gone }
#elif defined(STOPPED)
#define OR_GONE :: atomic { !went -> went = true; goto gone }
#else
#define OR_GONE
#endif

/* Takes the places of the dead away. A waker that counted on them had stored what it announced. */
inline bury() {
#ifndef BROKEN_NO_BURIAL
  dataWaiters = dataWaiters & (255 - dead);
  if :: dead & 1 -> phase[0] = AWAKE :: else fi;
  if :: dead & 2 -> phase[1] = AWAKE :: else fi
#else
  skip
#endif
}

/* The lowest sleeper that is still to be visited. */
#define SLEEPER (w & 1 -> 0 : 1)

#ifdef BROKEN_NO_EPOCH
#define UNCHANGED(s) (phase[s] == WAITING)
#else
#define UNCHANGED(s) (phase[s] == WAITING && current[self] == s + 1)
#endif

/* The second half of a wake-up: the eventfd is written. */
inline notify(self) {
  if
  :: UNCHANGED(SLEEPER) -> phase[SLEEPER] = NOTIFIED; w = 0
  :: else ->
#ifdef BROKEN_COUNTS_LOST
     w = 0
#else
     w = w & (w - 1)
#endif
  fi;
  current[self] = 0
}

proctype Producer(byte me; byte records) {
  byte t, w;

commit:
  atomic { t = tail; tail++ };
  atomic { buffer[me] == NOTHING -> buffer[me] = t; t = 0; records-- };
#ifdef BATCH
  if
  :: atomic { records > 0 -> goto commit }
  :: atomic { records == 0 }
  fi;
#endif
  atomic { w = dataWaiters };
visit:
  if
  :: atomic { w == 0 -> goto next }
  :: atomic { w != 0 && phase[SLEEPER] != WAITING -> w = w & (w - 1); goto visit }
  :: atomic { w != 0 && phase[SLEEPER] == WAITING -> current[me] = SLEEPER + 1 }
  fi;
  atomic { eventfd[SLEEPER] = true };
  atomic { flush(me); notify(me) };
  goto visit;
next:
  if
  :: atomic { records > 0 -> goto commit }
  :: atomic { records == 0 }
  fi
}

proctype Sleeper(byte me) {
  byte w, told, mine;
  bool owing, counted, leaves, settled;

look:
  if
  :: atomic { READY -> mine = cursor; cursor++ }
  :: atomic { !READY && mine == 0 -> goto announce }
  OR_GONE
  fi;
#ifdef BROKEN_PLAIN_WITHDRAW
  /* What stood in the store buffer arrives only now, behind the look at the next record. */
  leaves = stamp[mine + 1];
  atomic { if :: phase[me] == NOTIFIED -> counted = true :: else fi; phase[me] = AWAKE };
#endif
  mine = 0;
#ifndef BROKEN_NO_CHAIN
#ifdef BROKEN_PLAIN_WITHDRAW
  if
  :: atomic { counted && leaves -> counted = false; leaves = false; w = dataWaiters; goto visit }
  :: atomic { else -> counted = false; leaves = false }
  fi;
#else
  if
  :: atomic { counted && READY -> counted = false; w = dataWaiters; goto visit }
  :: atomic { counted && !READY -> counted = false }
  :: atomic { !counted }
  OR_GONE
  fi;
#endif
#endif
handler:
  if
  :: atomic { true -> free--; goto ended }
  :: atomic { true -> goto look }
  OR_GONE
  fi;

visit:
  if
  :: atomic { w == 0 && leaves -> free--; goto ended }
  :: atomic { w == 0 && !leaves -> goto handler }
  :: atomic { w != 0 && phase[SLEEPER] != WAITING -> w = w & (w - 1); goto visit }
  :: atomic { w != 0 && phase[SLEEPER] == WAITING -> current[PRODUCERS + me] = SLEEPER + 1 }
  OR_GONE
  fi;
  if
  :: atomic { true -> eventfd[SLEEPER] = true }
  OR_GONE
  fi;
  if
  :: atomic { true -> notify(PRODUCERS + me); goto visit }
  OR_GONE
  fi;

announce:
  if
  :: atomic {
       true -> phase[me] = WAITING;
       if :: current[0] == me + 1 -> current[0] = 0 :: else fi;
       if :: current[1] == me + 1 -> current[1] = 0 :: else fi;
       if :: current[2] == me + 1 -> current[2] = 0 :: else fi;
       if :: current[3] == me + 1 -> current[3] = 0 :: else fi;
       settled = false;
       if :: buffer[0] != NOTHING -> pending[me] = pending[me] | 1 :: else fi;
       if :: buffer[1] != NOTHING -> pending[me] = pending[me] | 2 :: else fi;
       dataWaiters = dataWaiters | (1 << me)
     }
  OR_GONE
  fi;
again:
  if
  :: atomic { READY -> goto withdraw }
  :: atomic { !READY }
  OR_GONE
  fi;
end_sleep:
  if
  :: atomic {
       eventfd[me] -> eventfd[me] = false; owing = true;
       if
       :: READY -> goto withdraw
       :: else -> goto announce
       fi
     }
#ifndef BROKEN_NO_PIDFD
  :: atomic { (dead & (255 - told)) != 0 -> told = told | dead; bury(); goto again }
#endif
  :: atomic { !settled && pending[me] == 0 -> settled = true; goto again }
#if defined(STOPPED) && !defined(BROKEN_NO_BOUND)
  :: atomic { READY -> goto again }
#endif
  :: atomic { free > 1 && (eventfd[me] || phase[me] == NOTIFIED) -> leaves = true; goto withdraw }
  OR_GONE
  fi;
withdraw:
  if
  :: atomic { true -> dataWaiters = dataWaiters & (255 - (1 << me)) }
  OR_GONE
  fi;
#ifndef BROKEN_PLAIN_WITHDRAW
  if
  :: atomic {
       true -> counted = owing || phase[me] == NOTIFIED;
       owing = false; settled = false; pending[me] = 0; phase[me] = AWAKE;
       if :: leaves :: else -> goto look fi
     }
  OR_GONE
  fi;
#else
  atomic {
    counted = owing; owing = false; settled = false; pending[me] = 0;
    if :: leaves -> phase[me] = AWAKE :: else -> goto look fi
  };
#endif
#ifndef BROKEN_NO_HANDING_ON
  if
  :: atomic { counted && READY -> counted = false; w = dataWaiters; goto visit }
  :: atomic { else -> free-- }
  fi;
#else
  free--;
#endif
  goto ended;

gone:
  atomic { free--; counted = false; w = 0; current[PRODUCERS + me] = 0; mine = 0; told = 0; owing = false; leaves = false; settled = false };
ended:
end_ended:
  false
}

proctype Quiet() {
end:
  timeout -> assert(free == 0 || cursor == tail)
}

init {
  atomic {
    buffer[0] = NOTHING;
    buffer[1] = NOTHING;
#ifdef BATCH
    run Producer(0, 2);
#else
    run Producer(0, 1);
    run Producer(1, 1);
#endif
    run Sleeper(0);
    run Sleeper(1);
    run StoreBuffers();
    run Quiet()
  }
}
