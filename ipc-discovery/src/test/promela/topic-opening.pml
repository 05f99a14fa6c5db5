/*
 * The first records of a publisher: subscribers that are there when it starts get them all, though
 * they join some time later, and a subscriber that dies holds nobody up.
 *
 * A subscriber makes itself known, and looks at what is there, before its construction returns. A
 * publisher begins with a cursor of its own at the first record, so it cannot overwrite it; it
 * publishes its ring, looks who is known, and when the ring is full it moves on only if each of them
 * has joined, or is gone. The ring has room for one record.
 */
#define SUBSCRIBERS 2
#define RECORDS 2
#define ROOM    1
#define NONE    255

bool published;
bool known[SUBSCRIBERS];      /* its record is there, and it lives */
bool there[SUBSCRIBERS];      /* ghost: its construction has returned */
bool promised[SUBSCRIBERS];   /* ghost: it was there when the publisher began */
bool killed[SUBSCRIBERS];
byte cursor[SUBSCRIBERS] = NONE;
byte first;                   /* the publisher's own cursor, NONE once it is given up */
byte tail;

#define HELD_BY(i)  (!killed[i] && cursor[i] != NONE && tail - cursor[i] >= ROOM)
#define FULL        ((first != NONE && tail - first >= ROOM) || HELD_BY(0) || HELD_BY(1))

#if defined(BROKEN_GIVES_UP)
#define MISSING(i)  false
#elif defined(BROKEN_WAITS_FOR_THE_DEAD)
#define MISSING(i)  (awaited[i] && cursor[i] == NONE)
#else
#define MISSING(i)  (awaited[i] && cursor[i] == NONE && known[i])
#endif

#ifdef BROKEN_ONE_IS_ENOUGH
#define WAITS       (MISSING(0) && MISSING(1))
#else
#define WAITS       (MISSING(0) || MISSING(1))
#endif

proctype publisher()
{
  bool awaited[2];

  d_step { promised[0] = there[0]; promised[1] = there[1] }
#ifdef BROKEN_NO_CURSOR
  first = NONE;
#endif
  published = true;
  awaited[0] = known[0];
  awaited[1] = known[1];
  do
  :: tail < RECORDS ->
     if
     :: !FULL -> tail++
     :: FULL && first != NONE && !WAITS -> first = NONE
     fi
  :: else -> break
  od
}

proctype subscriber(byte me)
{
  bool initial;
  byte start;

  {
#ifndef BROKEN_UNKNOWN
    known[me] = true;
#endif
#ifndef BROKEN_LOOKS_LATER
    initial = published;
#endif
    there[me] = true;
#ifdef BROKEN_LOOKS_LATER
    initial = published;
#endif
    published;
    /* A new one is joined where its slowest cursor is, an old one at its tail. */
    d_step {
      start = (first != NONE && !initial -> first : tail);
      cursor[me] = start
    }
    assert(!promised[me] || start == 0);
    do
    :: cursor[me] < tail -> cursor[me]++
    :: cursor[me] == RECORDS -> break
    od
  } unless { killed[me] };
  if
  :: killed[me] -> known[me] = false
  :: else
  fi
}

init {
  atomic {
    run publisher();
    run subscriber(0);
    run subscriber(1)
  }
  if
  :: killed[0] = true
  :: true
  fi;
  tail == RECORDS
}
