/*
 * One call, servers that compete for it, die and leave: attempts, late answers, and calls that are
 * to be answered later.
 *
 * A request is a record that one server has in hand; if that one dies another gets it, and is told
 * so. That one counts the dead one in the record before anything else; who has a new record writes
 * nothing to it. Before a server says that it will answer later it sets a flag in the
 * record, so a server that gets the record after its death does not begin with it. A server can also
 * leave, so that the client thinks it gone, while it still writes: its registry was closed first.
 *
 * The client hears replies in one order. It passes over those of older attempts than the newest one
 * that it has seen. It fails a call whose taker is gone once it has read what that one wrote, or, if
 * the call is idempotent, sends it again as a second record that counts from a higher number.
 */
#define SERVERS 2
#define NONE    255
#define AGAIN   4               /* what a second record counts from */

#define TAKEN 1
#define MORE  2
#define END   3
#define LOST  4

#define REPLY 1                 /* what the application is told */
#define GONE  2

chan replies = [8] of { byte, byte, byte };   /* kind, attempt, server */

bool there[2];                  /* a record that nobody has claimed yet */
byte hand[2] = NONE;
byte attempts[2];
bool taken[2];
bool answered[2];

bool dead[SERVERS];
bool left[SERVERS];
bool waits = true;               /* what the client shows of its call */
byte told;
byte byWhom[8] = NONE;          /* ghost: no two servers answer as the same attempt */
byte newest;                    /* ghost: the newest attempt of which something was told */
bool promised;                  /* ghost: a server has said that it will answer later */
byte kills;

#define IS_GONE(s) (dead[s] || left[s])

inline tell(what)
{
  assert(told == 0);
  told = what;
  waits = false
}

inline lose()
{
#ifndef BROKEN_HEARS_OLD_ATTEMPTS
  assert(!replies??[END,current,taker]);  /* it had answered: that must be told */
#endif
  if
  :: IDEMPOTENT && !again ->
     again = true;
     taker = NONE;
     current = AGAIN + 1;
     attempts[1] = AGAIN;
     there[1] = true
  :: else -> tell(GONE)
  fi
}

active proctype client()
{
  byte kind, attempt, server;
  byte current = 1;
  byte taker = NONE;
  bool again;

  there[0] = true;
  do
  :: d_step {
       replies?kind,attempt,server ->
       assert(byWhom[attempt] == NONE || byWhom[attempt] == server);
       byWhom[attempt] = server;
       if
       :: !waits -> skip
#ifndef BROKEN_HEARS_OLD_ATTEMPTS
       :: waits && attempt < current -> skip
       :: waits && attempt >= current ->
#else
       :: waits ->
#endif
          if
          :: attempt > current -> current = attempt; taker = NONE
          :: else -> skip
          fi;
          if
          :: kind == TAKEN -> taker = server
          :: kind == MORE  -> assert(attempt >= newest); newest = attempt
          :: kind == END   -> assert(attempt >= newest); tell(REPLY)
          :: kind == LOST  -> lose()
          fi
       fi;
       kind = 0; attempt = 0; server = 0
     }
#ifdef BROKEN_FAILS_BEFORE_READING
  :: d_step { waits && taker != NONE && IS_GONE(taker) -> lose() }
#elif defined(BROKEN_IGNORES_DEATH)
  :: false
#else
  :: d_step { waits && taker != NONE && IS_GONE(taker) && empty(replies) -> lose() }
#endif
  :: timeout -> break
  od;
  /* Nothing more can happen: it was told, unless there is nobody who could serve it. */
  assert(told != 0 || (dead[0] || left[0]) && (dead[1] || left[1]))
}

proctype server(byte me)
{
  byte record, attempt;
  bool later, redelivered;

  {
    do
    :: !left[me] ->
       atomic {
         if
         :: there[0] -> there[0] = false; hand[0] = me; record = 0
         :: there[1] -> there[1] = false; hand[1] = me; record = 1
         :: hand[0] != NONE && dead[hand[0]] -> hand[0] = me; record = 0; redelivered = true
         :: hand[1] != NONE && dead[hand[1]] -> hand[1] = me; record = 1; redelivered = true
         :: left[me] -> break
         fi
       };
       if
       :: answered[record] || !waits -> skip
       :: else ->
#ifndef BROKEN_COUNTS_NO_DEATH
          if
          :: redelivered -> attempts[record]++
          :: else -> skip
          fi;
#endif
          attempt = attempts[record] + 1;
          if
#ifndef BROKEN_BEGINS_WITH_TAKEN
          :: taken[record] -> replies!LOST,attempt,me; answered[record] = true
          :: !taken[record] ->
#else
          :: true ->
#endif
             assert(!promised || record == 1 || attempt == 0);
             if
             :: replies!MORE,attempt,me
             :: skip
             fi;
             if
             :: replies!END,attempt,me; answered[record] = true
#if defined(BROKEN_FLAG_COMES_LATER)
             :: atomic { replies!TAKEN,attempt,me; promised = true }; taken[record] = true; later = true
#elif defined(BROKEN_TAKEN_COMES_LATER)
             :: taken[record] = true; hand[record] = NONE;
                atomic { replies!TAKEN,attempt,me; promised = true }; later = true
#else
             :: taken[record] = true; atomic { replies!TAKEN,attempt,me; promised = true }; later = true
#endif
             fi
          fi
       fi;
       if
       :: hand[record] == me -> hand[record] = NONE
       :: else -> skip
       fi;
       if
       :: later ->
          later = false;
          if
          :: replies!MORE,attempt,me
          :: skip
          fi;
          replies!END,attempt,me
       :: else -> skip
       fi;
       record = 0;
       attempt = 0;
       redelivered = false
    :: left[me] -> break
    od
  } unless { dead[me] }
}

active proctype fate()
{
  do
  :: atomic { kills < KILLS && !dead[0] -> dead[0] = true; kills++ }
  :: atomic { kills < KILLS && !dead[1] -> dead[1] = true; kills++ }
#if LEAVES
  :: atomic { !left[0] -> left[0] = true }
#endif
  :: break
  od
}

init
{
  atomic { run server(0); run server(1) }
}
