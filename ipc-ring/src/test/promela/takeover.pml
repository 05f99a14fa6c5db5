/*
 * Competing consumers of one shared group, and takeover of what a killed one had claimed.
 *
 * variable              header word
 *   cursor, cursorSlot    the group's cursor word: position | slot of the last claim; one word, so
 *                         both change in one step
 *   inHand[s]         consumer slot s: inHand, NONE = no record held
 *   confirmed[s]          consumer slot s: confirmed
 *   lock[s]               consumer slot s: who holds the lock byte, NOBODY = free
 *   padded, reused        HOLE: the hole at position 1 was committed as padding; its space has been
 *                         claimed again, C further on
 *   told[]                LEAVE, GIVE_BACK: the members word has changed, or a pidfd is readable, since
 *                         this consumer looked for orphans last
 *   left[]                no word: which processes have left with a record in hand (slot state
 *                         LEFT), or live and poll no more
 *   waiting, woken        SLEEPER: the producer's bit in spaceWaiters, its eventfd or a pidfd is readable
 *   dead[], handled[],    no words: which processes were killed; which records were handled to
 *   holder[]              completion; who is entitled to a record (claimant or taker)
 *
 * Records have length 1 and lie ready from the start; a claim takes one or two. Every process may
 * be killed at every step but where it has nothing to do. CAS-max of confirmed is one step: each
 * attempt that fails changes nothing, and the value never falls.
 *
 * Proved:
 *   - when nothing can move any more, all consumers are dead or each record is handled and no
 *     inHand is left;
 *   - a record is handled without the redelivery flag at most once, by the consumer whose CAS won
 *     it; it is redelivered only when its claimant, or the last taker, is dead;
 *   - SPACE: the least of cursor and inHand, read one after another in this order, never
 *     passes a record that is not handled to completion;
 *   - HOLE: a recoverer in a shared group never writes to space that is used again;
 *   - SLEEPER: a producer that sleeps for space is woken once the limit leaves it room.
 *
 *   - LEAVE, GIVE_BACK: the same if consumers leave with a record in hand, or takers give one back,
 *     and members that sleep look for such a record only when they are told of something.
 *
 * Runs: three consumers in three slots; SPACE: the same and a producer that computes the limit at
 * any time; JOIN: two slots and a third consumer that takes over the slot of a dead one, with its
 * record if it has one; HOLE: two consumers, a hole at position 1, and a producer that computes the
 * limit; SLEEPER: two consumers, and a producer that needs the space of all records; LEAVE: JOIN, and
 * consumers may leave where they handle a record, which stays in their slot; GIVE_BACK: three
 * consumers, one of which may leave, and takers that give back.
 *
 * BROKEN_CURSOR_FIRST   the cursor moves before inHand is announced
 * BROKEN_NO_CONFIRM     claimants do not confirm the claim before theirs
 * BROKEN_NO_LOCK        a slot is taken over without its lock
 * BROKEN_CONFIRM_ORDER  a taker reads confirmed before the cursor
 * BROKEN_CONFIRM_STORE  confirmed is stored, not raised to a maximum
 * BROKEN_JOIN           a joiner drops the inHand it finds in its slot
 * BROKEN_JOIN_ORDER     a joiner whose slot shows a record that was not claimed raises confirmed,
 *                       as for a fresh slot, before it takes that inHand out
 * BROKEN_SILENT_LEAVE   who leaves with a record in hand tells nobody
 * BROKEN_SILENT_GIVE_BACK  a taker that gives a record back tells nobody
 * BROKEN_LIMIT_ORDER    the limit reads inHand before the cursor
 * BROKEN_SILENT_PUT_BACK  a consumer that lost a record to another one takes its inHand back
 *                       without looking for sleepers
 * BROKEN_NO_REREAD      a recoverer does not read the cursor again after it announced inHand
 */
// good: SPACE JOIN HOLE SLEEPER LEAVE GIVE_BACK
// broken: BROKEN_CURSOR_FIRST BROKEN_NO_CONFIRM BROKEN_NO_LOCK BROKEN_CONFIRM_ORDER
// broken: BROKEN_CONFIRM_STORE BROKEN_JOIN BROKEN_LIMIT_ORDER BROKEN_NO_REREAD
// broken: BROKEN_SILENT_PUT_BACK BROKEN_JOIN_ORDER BROKEN_SILENT_LEAVE BROKEN_SILENT_GIVE_BACK

#if defined(BROKEN_JOIN) || defined(BROKEN_JOIN_ORDER)
#define JOIN
#elif defined(BROKEN_SILENT_LEAVE)
#define LEAVE
#elif defined(BROKEN_SILENT_GIVE_BACK)
#define GIVE_BACK
#elif defined(BROKEN_NO_REREAD)
#define HOLE
#elif defined(BROKEN_LIMIT_ORDER)
#define SPACE
#elif defined(BROKEN_SILENT_PUT_BACK)
#define SLEEPER
#endif

#ifdef LEAVE
#define JOIN
#endif

#define RECORDS 3
#define CONSUMERS 3
#if defined(JOIN) || defined(HOLE) || defined(SLEEPER)
#define SLOTS 2
#else
#define SLOTS 3
#endif

#define NONE 15
#define NOBODY 7

byte cursor;
byte cursorSlot = NOBODY;
byte inHand[SLOTS];
byte confirmed[SLOTS];
byte lock[SLOTS];

bool dead[CONSUMERS];
bool left[CONSUMERS];
bool gaveBack;
bool handled[RECORDS];
byte holder[RECORDS];
#ifdef HOLE
bool padded;
bool reused;
#define COMMITTED(p) ((p) != 1 || (padded && !reused))
#else
#define COMMITTED(p) true
#endif

#if defined(LEAVE) || defined(GIVE_BACK)
bool told[CONSUMERS] = true;
#define TELL told[0] = true; told[1] = true; told[2] = true
#define TOLD(i) told[i]
#define LOOKED(i) told[i] = false
#else
#define TELL skip
#define TOLD(i) true
#define LOOKED(i) skip
#endif

#ifdef SLEEPER
bool waiting;
bool woken;
bool satisfied;
#define WAKE if :: waiting -> woken = true :: else fi
#else
#define WAKE skip
#define satisfied true
#endif

#define OR_KILLED :: atomic { true; die(); goto gone }

inline die() {
  dead[id] = true;
  depart()
}

inline depart() {
  WAKE; /* its pidfd */
  TELL;
  p = 0;
  do
  :: p < SLOTS -> if :: lock[p] == id -> lock[p] = NOBODY :: else fi; p++
  :: else -> break
  od;
  p = 0; s = 0; e = 0; d = 0; id = 0; me = 0
}

#define ORPHAN(i) (inHand[i] != NONE && lock[i] == NOBODY)

/* With its record in hand, in good order: nobody is killed, the slot says LEFT. */
#if defined(LEAVE) || defined(GIVE_BACK)
#ifdef BROKEN_SILENT_LEAVE
#define OR_LEAVES :: atomic { id < 2 -> left[id] = true; lock[me] = NOBODY; p = 0; e = 0; id = 0; me = 0; goto gone }
#elif defined(GIVE_BACK)
#define OR_LEAVES :: atomic { id == 0 -> left[id] = true; depart(); goto gone }
#else
#define OR_LEAVES :: atomic { id < 2 -> left[id] = true; depart(); goto gone }
#endif
#else
#define OR_LEAVES
#endif

/* Consumes in its slot me (SLOTS = joins). */
proctype Consumer(byte id; byte me) {
  byte p, s, e, d;

#ifdef JOIN
  if
  :: me < SLOTS -> goto idle
  :: else
  fi;
end_join:
  if
  :: atomic { lock[0] == NOBODY -> lock[0] = id; me = 0; d = 0 }
  :: atomic { lock[1] == NOBODY -> lock[1] = id; me = 1; d = 1 }
  fi;
#ifdef BROKEN_JOIN
  if
  :: atomic { inHand[me] = NONE; d = 0; goto idle }
  OR_KILLED
  fi;
#else
  goto locked;
#endif
#endif

idle:
end_idle:
  if
  :: atomic { cursor < RECORDS -> p = cursor; s = cursorSlot }
  :: atomic { TOLD(id) && ORPHAN(0) -> d = 0; goto take }
  :: atomic { TOLD(id) && ORPHAN(1) -> d = 1; goto take }
#if SLOTS == 3
  :: atomic { TOLD(id) && ORPHAN(2) -> d = 2; goto take }
#endif
#if defined(LEAVE) || defined(GIVE_BACK)
  :: atomic { TOLD(id) && !ORPHAN(0) && !ORPHAN(1) && !ORPHAN(SLOTS - 1) -> LOOKED(id); goto idle }
#endif
  fi;
#ifndef BROKEN_CURSOR_FIRST
  if
  :: atomic { inHand[me] = p }
  OR_KILLED
  fi;
#endif

#ifdef HOLE
  if
  :: atomic { COMMITTED(p) -> goto confirm }
  :: atomic { !COMMITTED(p) }
  OR_KILLED
  fi;
#ifndef BROKEN_NO_REREAD
  if
  :: atomic { cursor == p }
  :: atomic { cursor != p -> p = 0; s = 0; goto withdraw }
  OR_KILLED
  fi;
#endif
  /* Length and type, then the stamp. */
  if
  :: atomic { assert(!reused) }
  OR_KILLED
  fi;
  if
  :: atomic { assert(!reused); padded = true; p = 0; s = 0; goto withdraw }
  OR_KILLED
  fi;
confirm:
#endif

#ifndef BROKEN_NO_CONFIRM
  if
  :: atomic { s == me || s == NOBODY }
#ifdef BROKEN_CONFIRM_STORE
  :: atomic { s != me && s != NOBODY -> confirmed[s] = p }
#else
  :: atomic { s != me && s != NOBODY -> if :: confirmed[s] < p -> confirmed[s] = p :: else fi }
#endif
  OR_KILLED
  fi;
#endif
  if
  :: atomic {
       cursor == p && cursorSlot == s ->
       e = p + 1; cursor = e; cursorSlot = me; holder[p] = id; s = 0
     }
  :: atomic {
       cursor == p && cursorSlot == s && p + 1 < RECORDS && COMMITTED(p + 1) ->
       e = p + 2; cursor = e; cursorSlot = me; holder[p] = id; holder[p + 1] = id; s = 0
     }
  :: atomic { cursor != p || cursorSlot != s -> p = 0; s = 0; goto withdraw }
  OR_KILLED
  fi;
#ifdef BROKEN_CURSOR_FIRST
  if
  :: atomic { inHand[me] = p }
  OR_KILLED
  fi;
#endif
handle:
  if
  :: atomic { assert(!handled[p] && holder[p] == id); handled[p] = true }
  OR_LEAVES
  OR_KILLED
  fi;
  if
  :: atomic { p + 1 < e -> p++; inHand[me] = p; goto handle }
  :: atomic { p + 1 == e -> p = 0; e = 0; inHand[me] = NONE; goto wake }
  OR_KILLED
  fi;
withdraw:
  if
#ifdef BROKEN_SILENT_PUT_BACK
  :: atomic { inHand[me] = NONE; goto idle }
#else
  :: atomic { inHand[me] = NONE }
#endif
  OR_KILLED
  fi;
wake:
#ifdef SLEEPER
  if
  :: atomic { WAKE; goto idle }
  OR_KILLED
  fi;
#else
  goto idle;
#endif

take:
#ifndef BROKEN_NO_LOCK
  if
  :: atomic { lock[d] == NOBODY -> lock[d] = id }
  :: atomic { lock[d] != NOBODY -> d = 0; goto idle }
  OR_KILLED
  fi;
#endif
locked:
  if
  :: atomic { inHand[d] != NONE -> p = inHand[d] }
  :: atomic { inHand[d] == NONE -> goto release }
  OR_KILLED
  fi;
#ifdef BROKEN_CONFIRM_ORDER
  if
  :: atomic { confirmed[d] > p -> e = confirmed[d]; goto redeliver }
  :: atomic { confirmed[d] <= p }
  OR_KILLED
  fi;
  if
  :: atomic { cursorSlot == d && cursor > p -> e = cursor }
  :: atomic { else -> p = 0; goto drop }
  OR_KILLED
  fi;
#else
  if
  :: atomic { cursorSlot == d && cursor > p -> e = cursor; goto redeliver }
  :: atomic { else }
  OR_KILLED
  fi;
  if
  :: atomic { confirmed[d] > p -> e = confirmed[d] }
  :: atomic { confirmed[d] <= p -> p = 0; goto drop }
  OR_KILLED
  fi;
#endif
redeliver:
  if
  :: atomic {
       assert(holder[p] != NOBODY && (dead[holder[p]] || left[holder[p]]));
       holder[p] = id; handled[p] = true
     }
#ifdef GIVE_BACK
  /* Once: who gives back for ever delivers never. It may poll no more, and live. */
  :: atomic {
       d != me && !gaveBack ->
       gaveBack = true; lock[d] = NOBODY; p = 0; e = 0; d = 0;
#ifndef BROKEN_SILENT_GIVE_BACK
       TELL;
#endif
       if
       :: goto idle
       :: left[id] = true; goto gone
       fi
     }
#endif
  OR_KILLED
  fi;
  if
  :: atomic { p + 1 < e -> p++; inHand[d] = p; goto redeliver }
  :: atomic { p + 1 == e -> p = 0; e = 0; goto drop }
  OR_KILLED
  fi;
drop:
#ifdef BROKEN_JOIN_ORDER
  if
  :: atomic { d == me -> confirmed[me] = cursor }
  :: atomic { d != me }
  OR_KILLED
  fi;
#endif
  if
  :: atomic { inHand[d] = NONE }
  OR_KILLED
  fi;
release:
  if
#ifdef JOIN
  :: atomic { d == me -> d = 0; goto idle }
#endif
  :: atomic {
       d != me ->
#ifndef BROKEN_NO_LOCK
       lock[d] = NOBODY;
#endif
       d = 0; goto wake
     }
  OR_KILLED
  fi;
gone:
end_gone:
  false
}

#if defined(SPACE) || defined(HOLE)
/* A producer that computes the limit once, at any time. */
proctype Space() {
  byte limit, i;

#ifdef BROKEN_LIMIT_ORDER
  limit = RECORDS;
#else
  limit = cursor;
#endif
  do
  :: atomic { i < SLOTS -> if :: inHand[i] < limit -> limit = inHand[i] :: else fi; i++ }
  :: atomic { i == SLOTS -> i = 0; break }
  od;
#ifdef BROKEN_LIMIT_ORDER
  atomic { if :: cursor < limit -> limit = cursor :: else fi };
#endif
  atomic {
    do
    :: i < limit -> assert(handled[i]); i++
    :: else -> break
    od;
#ifdef HOLE
    reused = (limit > 1);
#endif
    i = 0; limit = 0
  };
end_space:
  false
}
#endif

#ifdef SLEEPER
/* Announces, looks, sleeps, until the limit is behind all records. */
proctype Sleeper() {
  byte limit, i;

announce:
  atomic { waiting = true };
  atomic { limit = cursor };
  do
  :: atomic { i < SLOTS -> if :: inHand[i] < limit -> limit = inHand[i] :: else fi; i++ }
  :: atomic { i == SLOTS -> i = 0; break }
  od;
  if
  :: atomic { limit == RECORDS -> waiting = false; satisfied = true; limit = 0; goto gone }
  :: atomic { limit < RECORDS -> limit = 0 }
  fi;
end_asleep:
  atomic { woken -> woken = false; waiting = false; goto announce };
gone:
end_gone:
  false
}
#endif

#define GONE(i) (dead[i] || left[i])
#define ALL_DEAD (GONE(0) && GONE(1) && GONE(2))
#define ALL_HANDLED (cursor == RECORDS && handled[0] && handled[1] && handled[2])
#define NONE_HELD \
  (inHand[0] == NONE && inHand[1] == NONE && inHand[SLOTS - 1] == NONE)

proctype Quiet() {
end_quiet:
  timeout -> assert(ALL_DEAD || (ALL_HANDLED && NONE_HELD && satisfied))
}

init {
  atomic {
    inHand[0] = NONE; inHand[1] = NONE;
#if SLOTS == 3
    inHand[2] = NONE; lock[2] = 2;
#endif
    lock[0] = 0; lock[1] = 1;
    holder[0] = NOBODY; holder[1] = NOBODY; holder[2] = NOBODY;
    run Consumer(0, 0);
    run Consumer(1, 1);
#if defined(HOLE) || defined(SLEEPER)
    dead[2] = true;
#elif defined(JOIN)
    run Consumer(2, SLOTS);
#else
    run Consumer(2, 2);
#endif
#if defined(SPACE) || defined(HOLE)
    run Space();
#endif
#ifdef SLEEPER
    run Sleeper();
#endif
    run Quiet()
  }
}
