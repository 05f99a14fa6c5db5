/*
 * One name of the registry: publishing, withdrawing, taking over, cleaning up and adopting, with
 * processes killed at any step.
 *
 * A file is locked before it gets the name, and the kernel frees the locks of a killed process.
 * A process that wants to remove the record of a dead publisher first takes a second lock on that
 * very file, then looks whether the name still leads to it, and only then removes the name.
 *
 * Proved:
 *  - the name leads to the file of a publisher from its publishing until it withdraws or is killed:
 *    nobody removes a live record, so there are never two publishers;
 *  - nobody is told that the name is in use unless its publisher lives;
 *  - an adopter never replaces the record of something else;
 *  - when all is over the name can still be taken: whatever was left, the last process publishes.
 * Spin reports a process that waits for ever as an invalid end state.
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
#define KILLS 2
#endif

#define CLEANER   (PUBLISHERS + ADOPTERS)
#define LAST      (CLEANER + 1)
#define PROCESSES (LAST + 1)
#define FILES     (PROCESSES * ROUNDS)
#define NONE      255
#define OURS      1                  /* the memory that the adopters have joined */

byte name = NONE;                    /* the file that the name leads to */
byte publisherLock[FILES] = NONE;    /* who holds it; byte 0 of the file */
byte cleanerLock[FILES] = NONE;      /* byte 1 */
byte memory[FILES];
bool alive[PROCESSES] = true;
bool owns[FILES];                    /* ghost: published, not withdrawn, not killed */
byte running = PROCESSES - 1;        /* those before the last */

/* The kernel frees what a killed process held. */
inline kill(who, i)
{
  d_step {
    alive[who] = false;
    i = 0;
    do
    :: i < FILES ->
       if
       :: publisherLock[i] == who -> publisherLock[i] = NONE; owns[i] = false
       :: else
       fi;
       if
       :: cleanerLock[i] == who -> cleanerLock[i] = NONE
       :: else
       fi;
       i++
    :: else -> break
    od;
    i = 0
  }
}

#ifdef BROKEN_ONE_LOCK
#define REMOVER publisherLock
#else
#define REMOVER cleanerLock
#endif

/* Removes the record in a file whose publisher was found dead. */
inline removeDead(who, file)
{
#ifndef BROKEN_NO_CLEANER_LOCK
  if
  :: atomic { REMOVER[file] == NONE -> REMOVER[file] = who }
#endif
#ifdef BROKEN_NO_SECOND_LOOK
     name = NONE;
#else
     if
     :: name == file -> name = NONE
     :: else
     fi;
#endif
#ifndef BROKEN_NO_CLEANER_LOCK
     REMOVER[file] = NONE
  :: REMOVER[file] != NONE -> skip       /* busy: look at the name again */
  fi
#endif
}

/* Publishes a file, or finds that a live publisher has the name. */
inline publish(who, file, mine, adopting, occupant, published)
{
  memory[file] = mine;
#ifndef BROKEN_LOCK_AFTER_LINK
  publisherLock[file] = who;
#endif
  do
  :: atomic {
       name == NONE -> name = file;
#ifndef BROKEN_LOCK_AFTER_LINK
       owns[file] = true;
#endif
       published = true
     }
#ifdef BROKEN_LOCK_AFTER_LINK
     atomic { publisherLock[file] = who; owns[file] = true };
#endif
     break
  :: atomic { name != NONE -> occupant = name }
     if
     :: atomic {
          publisherLock[occupant] != NONE ->
          assert(owns[occupant] || name != occupant);
          published = false
        }
        break
     :: publisherLock[occupant] == NONE ->
#ifndef BROKEN_ADOPT_ANYTHING
        if
        :: adopting && memory[occupant] != OURS -> published = false; break
        :: else
        fi;
#endif
        assert(!adopting || memory[occupant] == OURS);
        removeDead(who, occupant)
     fi
  od
}

inline withdraw(file)
{
  assert(name == file);
  atomic { name = NONE; owns[file] = false };
  publisherLock[file] = NONE
}

proctype publisher(byte me; bool adopting)
{
  byte round, file, occupant = NONE;
  bool published;

  {
    do
    :: round < ROUNDS ->
       file = me * ROUNDS + round;
       publish(me, file, (adopting || me == 0 -> OURS : OURS + 1), adopting, occupant, published);
       if
       :: published -> withdraw(file)
       :: else -> publisherLock[file] = NONE
       fi;
       published = false;
       occupant = NONE;
       round++
    :: else -> break
    od
  } unless { !alive[me] };
  running--
}

proctype cleaner()
{
  byte round, occupant = NONE;

  {
    do
    :: round < ROUNDS ->
       atomic { occupant = name };
       if
       :: occupant != NONE && publisherLock[occupant] == NONE -> removeDead(CLEANER, occupant)
       :: else
       fi;
       occupant = NONE;
       round++
    :: else -> break
    od
  } unless { !alive[CLEANER] };
  running--
}

proctype last()
{
  byte occupant = NONE;
  bool published;

  running == 0;
  publish(LAST, LAST * ROUNDS, OURS, false, occupant, published);
  assert(published && name == LAST * ROUNDS)
}

proctype killer()
{
  byte kills, i;

  do
  :: kills < KILLS ->
     if
     :: alive[0] -> kill(0, i)
     :: alive[1] -> kill(1, i)
     :: alive[CLEANER] -> kill(CLEANER, i)
     :: PUBLISHERS + ADOPTERS > 2 && alive[2] -> kill(2, i)
     :: break
     fi;
     kills++
  :: else -> break
  od
}

/* A published file keeps the name: checked at every step. */
proctype watchman()
{
  byte i;

end:
  do
  :: d_step {
       i = 0;
       do
       :: i < FILES -> assert(!owns[i] || name == i); i++
       :: else -> break
       od;
       i = 0
     }
  od
}

init {
  byte i;

  atomic {
    do
    :: i < PUBLISHERS + ADOPTERS -> run publisher(i, i >= PUBLISHERS); i++
    :: else -> break
    od;
    run cleaner();
    run last();
    run killer();
    run watchman()
  }
}
