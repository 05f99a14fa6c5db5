/*
 * One producer is woken for room: nobody sleeps to whom the room that is there is enough.
 *
 * variable            header word
 *   room                limit - tail, in units
 *   spaceWaiters        spaceWaiters, bit s = sleeper s
 *   phase[s], epoch[s]  waiter slot s: state and number of the sleep, which are one word
 *   wanted[s]           waiter slot s: the bytes that it waits for
 *   eventfd[s]          waiter slot s: its eventfd is readable
 *
 * A consumer frees one unit, or one and two in either order, and wakes one sleeper each time,
 * whichever. Whom it wakes looks, and wakes one more: if there is not enough for it, one for whom
 * there is; else one for whom what it leaves is enough. It then takes what it wanted and is done,
 * or sleeps again, as somebody else was faster. Store buffers are in wakeup.pml.
 *
 * Proved: when nothing can move any more, the room is too little for everybody who sleeps. As that
 * end is always reached, those who pass a wake-up on do not keep each other awake.
 *
 * BROKEN_TOO_LITTLE      for whom it is too little keeps the wake-up to itself
 * BROKEN_REST            who takes some keeps quiet about the rest
 * BROKEN_COUNTS_LOST     a waker that could not change the phase takes the sleeper for woken
 * BROKEN_WHOEVER         the wake-up is passed on to one for whom it is too little
 */
// broken: BROKEN_TOO_LITTLE BROKEN_REST BROKEN_COUNTS_LOST BROKEN_WHOEVER

#define SLEEPERS 3
#define AWAKE    0
#define WAITING  1
#define NOTIFIED 2
#define PASSES_AT_MOST 12

byte room, passes;
byte spaceWaiters;
byte phase[SLEEPERS];
byte epoch[SLEEPERS];
byte wanted[SLEEPERS];
bool eventfd[SLEEPERS];
bool asleep[SLEEPERS];

/* The first of those still to be visited. */
#define SLEEPER (w & 1 -> 0 : (w & 2 -> 1 : 2))

inline notify() {
  if
  :: phase[SLEEPER] == WAITING && epoch[SLEEPER] == seen -> phase[SLEEPER] = NOTIFIED; w = 0; tried = 0
  :: else ->
#ifdef BROKEN_COUNTS_LOST
     w = 0; tried = 0
#else
     w = w & (w - 1)
#endif
  fi;
  seen = 0
}

#ifdef BROKEN_WHOEVER
#define FITS(s, n) true
#else
#define FITS(s, n) (wanted[s] <= n)
#endif

proctype Consumer(byte first; byte second) {
  byte w, seen, tried;

free:
  if
  :: atomic { first == 0 -> goto done }
  :: atomic { first > 0 -> room = room + first; first = second; second = 0 }
  fi;
  /* Round about: each may be the first that is visited, and those before it the last. */
  if
  :: atomic { w = spaceWaiters; tried = 0 }
  :: atomic { w = spaceWaiters & 6; tried = spaceWaiters & 1 }
  :: atomic { w = spaceWaiters & 4; tried = spaceWaiters & 3 }
  fi;
visit:
  if
  :: atomic { w == 0 && tried == 0 -> goto free }
  :: atomic { w == 0 && tried != 0 -> w = tried; tried = 0; goto visit }
  :: atomic { w != 0 && phase[SLEEPER] != WAITING -> w = w & (w - 1); goto visit }
  :: atomic { w != 0 && phase[SLEEPER] == WAITING -> seen = epoch[SLEEPER] }
  fi;
  atomic { eventfd[SLEEPER] = true };
  atomic { notify() };
  goto visit;
done:
  w = 0
}

proctype Sleeper(byte me) {
  byte w, seen, tried, left;
  bool owing, ready;

announce:
  atomic {
    phase[me] = WAITING;
    epoch[me] = (epoch[me] + 1) % 4;
    spaceWaiters = spaceWaiters | (1 << me)
  };
  if
  :: atomic { room >= wanted[me] -> goto withdraw }
  :: atomic { room < wanted[me] && owing -> owing = false; left = room; goto pass }
  :: atomic { room < wanted[me] && !owing }
  fi;
sleep:
end_sleep:
  atomic { eventfd[me] -> eventfd[me] = false; owing = true };
  if
  :: atomic { room >= wanted[me] -> goto withdraw }
  :: atomic { room < wanted[me] -> goto announce }
  fi;
withdraw:
  atomic { spaceWaiters = spaceWaiters & (255 - (1 << me)) };
  atomic {
    owing = owing || phase[me] == NOTIFIED;
    phase[me] = AWAKE
  };
  if
  :: atomic { owing -> owing = false; ready = true; left = (room >= wanted[me] -> room - wanted[me] : room) }
  :: atomic { !owing -> goto take }
  fi;
pass:
#ifdef BROKEN_TOO_LITTLE
  atomic { if :: !ready -> goto sleep :: else fi };
#endif
#ifdef BROKEN_REST
  atomic { if :: ready -> goto take :: else fi };
#endif
  atomic { passes++; assert(passes <= PASSES_AT_MOST); w = (left > 0 -> spaceWaiters : 0) };
visit:
  if
  :: atomic { w == 0 && ready -> left = 0; goto take }
  :: atomic { w == 0 && !ready -> left = 0; goto sleep }
  :: atomic {
       w != 0 && (phase[SLEEPER] != WAITING || !FITS(SLEEPER, left)) -> w = w & (w - 1); goto visit
     }
  :: atomic { w != 0 && phase[SLEEPER] == WAITING && FITS(SLEEPER, left) -> seen = epoch[SLEEPER] }
  fi;
  atomic { eventfd[SLEEPER] = true };
  atomic { notify() };
  goto visit;
take:
  if
  :: atomic { room >= wanted[me] -> ready = false; room = room - wanted[me]; asleep[me] = false }
  :: atomic { room < wanted[me] -> ready = false; goto announce }
  fi
}

proctype Quiet() {
end:
  timeout ->
  assert(!asleep[0] || wanted[0] > room);
  assert(!asleep[1] || wanted[1] > room);
  assert(!asleep[2] || wanted[2] > room)
}

init {
  atomic {
    wanted[0] = 2;
    wanted[1] = 1;
    wanted[2] = 1;
    asleep[0] = true;
    asleep[1] = true;
    asleep[2] = true;
    if
    :: run Consumer(2, 1)
    :: run Consumer(1, 2)
    :: run Consumer(1, 0)
    fi;
    run Sleeper(0);
    run Sleeper(1);
    run Sleeper(2);
    run Quiet()
  }
}
