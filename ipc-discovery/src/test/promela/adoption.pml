/*
 * What comes after what under one name: the numbers of its publications, and adopters that go on
 * with a service whose publisher died but not with one that was withdrawn. (registry.pml shows that
 * nobody removes a live record; here removing the record of a dead publisher is one step.)
 *
 * A publisher takes the turn of the name, draws the next generation, and links. The counter is
 * moved on before the link. An adopter decides by what its watch has told it, which may be long ago:
 * in its turn it looks whether the watch has been told anything since, and backs out if so.
 *
 * Proved, with processes killed at any step:
 *  - every publication has a greater generation than all before it;
 *  - an adopter publishes only after a death, never after a withdrawal;
 *  - the turn is never lost (Spin reports a process that waits for ever as an invalid end state).
 */
#ifndef PUBLISHERS
#define PUBLISHERS 2
#endif
#ifndef ADOPTERS
#define ADOPTERS 1
#endif
#ifndef ROUNDS
#define ROUNDS 2
#endif
#ifndef KILLS
#define KILLS 1
#endif

#define PROCESSES (PUBLISHERS + ADOPTERS)
#define NONE      255

mtype = { NOTHING, DIED, WITHDRAWN };

byte name = NONE;           /* who published what the name leads to */
bool locked;                /* whether that record's publisher lives */
byte recorded;              /* the generation in that record */
byte turn = NONE;           /* who has it */
byte counter;               /* in the file of turns */
byte changes;               /* events that the kernel has queued for everybody's watch */
mtype lastEvent = NOTHING;  /* how the name was removed last, as the events tell it */

bool alive[PROCESSES] = true;
byte highest;               /* ghost: the greatest generation that could be seen so far */
mtype ended = NOTHING;      /* ghost: how the last publication really ended */

/* The kernel frees what a killed process held: its record's lock, its turn. */
inline kill(who)
{
  d_step {
    alive[who] = false;
    if
    :: turn == who -> turn = NONE
    :: else
    fi;
    if
    :: name == who && locked -> locked = false; ended = DIED
    :: else
    fi
  }
}

inline removeDead()
{
  atomic {
    if
    :: name != NONE && !locked -> name = NONE; changes++; lastEvent = DIED
    :: else
    fi
  }
}

inline takeTurn(who)
{
#ifndef BROKEN_NO_TURN
  atomic { turn == NONE -> turn = who }
#else
  skip
#endif
}

inline endTurn(who)
{
#ifndef BROKEN_NO_TURN
  turn = NONE
#else
  skip
#endif
}

/* Draws a number and links. */
inline link(who, adopting, mine, published)
{
#ifdef BROKEN_RECORD_COUNTS
  mine = recorded + 1;                      /* one more than the record that was there last */
#else
  mine = counter + 1;
#endif
#ifndef BROKEN_COUNT_AFTER_LINK
  counter = mine;
#endif
  if
  :: atomic {
       name == NONE ->
       name = who;
       locked = true;
       recorded = mine;
       changes++;
       assert(mine > highest);
       highest = mine;
       assert(!adopting || ended == DIED);
       published = true
     }
#ifdef BROKEN_COUNT_AFTER_LINK
     counter = mine
#endif
  :: name != NONE -> counter = mine - 1     /* nobody has seen it */
  fi
}

proctype publisher(byte me)
{
  byte round, mine;
  bool published;

  {
    do
    :: round < ROUNDS ->
       removeDead();
       takeTurn(me);
       link(me, false, mine, published);
       endTurn(me);
       if
       :: published ->
          if
          :: atomic {
               name = NONE;
               changes++;
               lastEvent = WITHDRAWN;
               ended = WITHDRAWN
#ifdef BROKEN_RECORD_COUNTS
               ; recorded = 0               /* a name without a record has no past */
#endif
             }
          :: atomic { locked = false; ended = DIED }    /* hands over */
          fi
       :: else
       fi;
       published = false;
       round++
    :: else -> break
    od
  } unless { !alive[me] }
}

proctype adopter(byte me)
{
  byte seen, mine;
  byte tries;
  bool published, orphaned;

  {
    do
    :: tries < ROUNDS + 1 ->
       removeDead();
       /* The watch: everything that was told by now, and what it comes to. */
       d_step { seen = changes; orphaned = (name == NONE && lastEvent == DIED) };
       if
       :: orphaned ->
          takeTurn(me);
          if
#ifndef BROKEN_NO_VIEW
          :: changes != seen -> endTurn(me)
          :: changes == seen ->
#else
          :: true ->
#endif
             link(me, true, mine, published);
             endTurn(me)
          fi;
          if
          :: published -> break             /* publishes until it is killed or hands over */
          :: else
          fi
       :: else
       fi;
       tries++
    :: else -> break
    od;
    if
    :: published -> atomic { locked = false; ended = DIED }
    :: else
    fi
  } unless { !alive[me] }
}

proctype killer()
{
  byte kills;

  do
  :: kills < KILLS ->
     if
     :: alive[0] -> kill(0)
     :: alive[1] -> kill(1)
     :: PROCESSES > 2 && alive[PROCESSES - 1] -> kill(PROCESSES - 1)
     :: break
     fi;
     kills++
  :: else -> break
  od
}

init {
  byte i;

  atomic {
    do
    :: i < PUBLISHERS -> run publisher(i); i++
    :: i >= PUBLISHERS && i < PROCESSES -> run adopter(i); i++
    :: i == PROCESSES -> break
    od;
    run killer()
  }
}
