/*
 * Waking those who sleep until a snapshot has a newer version.
 *
 * A waiter asks (wakeRequested), looks, and sleeps until the kernel tells its inotify queue of
 * something. The writer publishes, looks for the request, clears it, and touches the file. It may be
 * killed at any step; the kernel then closes its file, which is told to all queues, and another
 * writer goes on. A waiter may be killed too.
 *
 * Proved: nobody sleeps for good while there is a newer version than it waits for. Spin reports a
 * sleeper that is left as an invalid end state.
 */
#ifndef WAITERS
#define WAITERS 2
#endif
#ifndef VERSIONS
#define VERSIONS 3
#endif

byte version = 0;
bool wakeRequested = false;
bool told[WAITERS];              /* the waiter's inotify queue is not empty */

inline tellAll(i)
{
  d_step {
    i = 0;
    do
    :: i < WAITERS -> told[i] = true; i++
    :: else -> break
    od;
    i = 0
  }
}

proctype waiter(byte me)
{
  byte seen;

  do
  :: seen < VERSIONS ->
    told[me] = false;
#ifdef BROKEN_LOOK_FIRST
    if
    :: version > seen -> seen = version
    :: else ->
      wakeRequested = true;
      told[me]
    fi
#else
    wakeRequested = true;
    if
    :: version > seen -> seen = version
    :: else -> told[me]
    fi
#endif
  :: break                       /* killed, or has had enough */
  :: seen == VERSIONS -> break
  od
}

proctype writer()
{
  byte i;

  do
  :: version < VERSIONS ->
    version++;
    if
    :: goto killed
    :: skip
    fi;
    if
    :: wakeRequested ->
#ifdef BROKEN_CLEAR_LAST
      tellAll(i);
      wakeRequested = false
#else
      wakeRequested = false;
      if
      :: goto killed
      :: skip
      fi;
      tellAll(i)
#endif
    :: else -> skip
    fi;
    if
    :: goto killed
    :: skip
    fi;
    goto next;
killed:
#ifdef BROKEN_DEATH_UNTOLD
    skip;                        /* as with a futex: nothing happens when a writer dies */
#else
    tellAll(i);
#endif
next:
    skip
  :: else -> break
  od
}

init {
  byte i;
  atomic {
    do
    :: i < WAITERS -> run waiter(i); i++
    :: else -> break
    od;
    run writer()
  }
}
