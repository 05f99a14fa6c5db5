/*
 * The end of an ephemeral group: its consumers leave without any lock, while others join and
 * somebody makes room, both under the membership lock.
 *
 * variable         header word
 *   state, joins     group slot: state, and the count of joins in the mode; one word, so both change
 *                    in one step
 *   slot[i]          consumer slot i: state. FREE slots name no group, the others this one
 *   lock[i]          consumer slot i: who holds the lock byte, NOBODY = free
 *   membership       who holds the membership lock
 *   era              no word: how often a group was opened in the place; mine[i] = that which the
 *                    owner of slot i is a member of
 *
 * Every process may be killed at every step; its locks are free then. Two members leave, one joins,
 * and an evictor looks once. One step each: a load, a store, a compare-and-set, a lock.
 *
 * Proved:
 *   - who has joined and not left is in a group that is active, and that is the one it joined;
 *   - who leaves changes the state only of the group that it was a member of;
 *   - when nothing can move any more, and no leaver was killed, the group has ended without the help
 *     of others, unless somebody has joined;
 *   - and if all have left or are dead, a last look under the membership lock leaves no group, so
 *     nobody's space is held for ever.
 *
 * BROKEN_SCAN_FIRST    a leaver looks for others before its own slot says that it has left
 * BROKEN_NO_COUNT      joining does not change the group's word
 * BROKEN_NO_RECHECK    a joiner does not look whether the group has ended meanwhile
 * BROKEN_REUSE         the group's place is used again while a leaver's slot still names it
 * BROKEN_FREE_FIRST    a leaver frees its slot before it looks whether the group ends with it
 */
// broken: BROKEN_SCAN_FIRST BROKEN_NO_COUNT BROKEN_NO_RECHECK BROKEN_REUSE BROKEN_FREE_FIRST

#if defined(BROKEN_FREE_FIRST)
#define BROKEN_REUSE
#endif

#define FREE 0
#define ACTIVE 1
#define LEFT 3

#define SLOTS 3
#define NOBODY 7

byte state = ACTIVE;
byte joins;
byte era = 1;
byte slot[SLOTS];
byte lock[SLOTS];
byte mine[SLOTS];
byte membership = NOBODY;
bool dead[4];
bool joined;
bool killed;

#define OR_KILLED :: atomic { true; die(); goto gone }

inline die() {
  dead[id] = true;
  killed = killed || id < 2;
  i = 0;
  do
  :: i < SLOTS -> if :: lock[i] == id -> lock[i] = NOBODY :: else fi; i++
  :: else -> break
  od;
  if :: membership == id -> membership = NOBODY :: else fi;
  i = 0; word = 0; w = 0; others = 0
}

#define MEMBER(s) (slot[s] == ACTIVE)
#define LIVING(s) (slot[s] == ACTIVE && lock[s] != NOBODY)

/* Consumer id leaves slot id. */
proctype Leaver(byte id) {
  byte i, word, w, others;

#ifdef BROKEN_SCAN_FIRST
  if
  :: atomic { w = state; word = joins; others = (MEMBER((id + 1) % SLOTS) || MEMBER((id + 2) % SLOTS)) }
  OR_KILLED
  fi;
#endif
  if
#ifdef BROKEN_FREE_FIRST
  :: atomic { slot[id] = FREE }
#else
  :: atomic { slot[id] = LEFT }
#endif
  OR_KILLED
  fi;
look:
#ifndef BROKEN_SCAN_FIRST
  if
  :: atomic { w = state; word = joins }
  OR_KILLED
  fi;
#endif
  if
  :: atomic { w != ACTIVE -> goto over }
  :: atomic { w == ACTIVE }
  OR_KILLED
  fi;
#ifndef BROKEN_SCAN_FIRST
  /* One load each. */
  if
  :: atomic { others = MEMBER((id + 1) % SLOTS) }
  OR_KILLED
  fi;
  if
  :: atomic { others = others || MEMBER((id + 2) % SLOTS) }
  OR_KILLED
  fi;
#endif
  if
  :: atomic { others -> goto over }
  :: atomic {
       !others && state == ACTIVE && joins == word ->
       assert(era == mine[id]);
       state = FREE; goto over
     }
  :: atomic { !others && !(state == ACTIVE && joins == word) -> others = 0; goto look }
  OR_KILLED
  fi;
over:
  if
  :: atomic { slot[id] = FREE }
  OR_KILLED
  fi;
  atomic { lock[id] = NOBODY; i = 0; word = 0; w = 0; others = 0; dead[id] = true };
gone:
end_gone:
  false
}

/* Frees what names a group that has ended; others = a leaver is still at it. */
inline sweep() {
  others = 0; i = 0;
  do
  :: i < SLOTS ->
     if
     :: slot[i] != FREE && lock[i] == NOBODY -> slot[i] = FREE
     :: slot[i] != FREE && lock[i] != NOBODY && lock[i] != id -> others = 1
     :: else
     fi;
     i++
  :: else -> break
  od;
  i = 0
}

/* Joins with slot 2, under the membership lock; opens the group again if it has ended. */
proctype Joiner(byte id) {
  byte i, word, w, others;

  if
  :: atomic { membership == NOBODY -> membership = id }
  OR_KILLED
  fi;
  if
  :: atomic { lock[2] == NOBODY -> lock[2] = id }
  OR_KILLED
  fi;
again:
  if
  :: atomic { state == ACTIVE && (LIVING(0) || LIVING(1)) -> goto join }
  :: atomic { state == ACTIVE && !(LIVING(0) || LIVING(1)) -> state = FREE }
  :: atomic { state == FREE }
  OR_KILLED
  fi;
  /* Waiting stands for another place, or another try. */
  if
#ifdef BROKEN_REUSE
  :: atomic { sweep(); others = 0; joins = 0; era++; state = ACTIVE }
#else
  :: atomic {
       (slot[0] == FREE || lock[0] == NOBODY) && (slot[1] == FREE || lock[1] == NOBODY) ->
       sweep(); others = 0; joins = 0; era++; state = ACTIVE
     }
#endif
  OR_KILLED
  fi;
join:
  if
  :: atomic { mine[2] = era; slot[2] = ACTIVE }
  OR_KILLED
  fi;
  if
#ifdef BROKEN_NO_RECHECK
  :: atomic { true; joins++ }
#else
  :: atomic {
       state == ACTIVE ->
#ifndef BROKEN_NO_COUNT
       joins++;
#endif
       skip
     }
  :: atomic { state != ACTIVE -> slot[2] = FREE; goto again }
#endif
  OR_KILLED
  fi;
  atomic { joined = true; membership = NOBODY };
end_member:
  if
  :: atomic { false }
  OR_KILLED
  fi;
gone:
end_gone:
  false
}

/* A producer that needs room, under the membership lock: what is dead or over goes. */
proctype Evictor(byte id) {
  byte i, word, w, others;

  if
  :: atomic { membership == NOBODY -> membership = id }
  OR_KILLED
  fi;
  if
  :: atomic { state == ACTIVE && !(LIVING(0) || LIVING(1) || LIVING(2)) -> state = FREE }
  :: atomic { else }
  OR_KILLED
  fi;
  atomic { membership = NOBODY };
  dead[id] = true;
end_gone:
gone:
  false
}

/* The joiner is a member of what is there: at every moment. */
proctype Watch() {
end_watch:
  atomic {
    joined && !dead[2] && !(state == ACTIVE && slot[2] == ACTIVE && mine[2] == era) ->
    assert(false)
  }
}

proctype Quiet() {
end_quiet:
  atomic {
    timeout ->
    assert(killed || era > 1 || slot[2] != FREE || state == FREE);
    /* A last look, as the next one who needs room has it. */
    assert(membership == NOBODY);
    if
    :: state == ACTIVE && !(LIVING(0) || LIVING(1) || LIVING(2)) -> state = FREE
    :: else
    fi;
    assert(dead[2] -> state == FREE : joined && state == ACTIVE)
  }
}

init {
  atomic {
    slot[0] = ACTIVE; slot[1] = ACTIVE;
    lock[0] = 0; lock[1] = 1; lock[2] = NOBODY;
    mine[0] = 1; mine[1] = 1;
    run Leaver(0);
    run Leaver(1);
    run Joiner(2);
    run Evictor(3);
    run Watch();
    run Quiet()
  }
}
