/*
 * A call that its client gives up, because it cancels it or does not wait any longer, while a
 * server begins with it, takes it, or answers.
 *
 * The client shows in the slot of a call whether it waits for an answer. It uses the slot, and the
 * room that belongs to it, for another call only when nothing of this one can come any more: a
 * server that finds a call given up says so in place of an answer. One that has taken a call, and
 * sleeps, is told by a count of changes and a bell.
 */
#define CALL 1

#define TAKEN     1
#define END       2
#define CANCELLED 3

chan ring = [4] of { byte, byte };   /* kind, correlation */

bool request;                   /* in the request ring */
bool givenUp;                   /* what the slot shows */
byte changes;
bool bell;
bool slotFree;
bool told;
bool reached;                   /* the server knows, or had answered before */
bool hasTaken;

inline giveUp()
{
  givenUp = true;
  if
  :: takenSeen -> changes++; bell = true
  :: else -> skip
  fi
}

active proctype client()
{
  byte kind, number;
  bool takenSeen;

  request = true;
  do
  :: !givenUp && !told -> giveUp();
#ifdef BROKEN_FREES_AT_ONCE
     slotFree = true
#endif
  :: ring?kind,number ->
     assert(!slotFree);        /* what comes has its room */
     if
     :: kind == TAKEN ->
        takenSeen = true;
#ifndef BROKEN_NOT_TOLD_AGAIN
        if
        :: givenUp -> changes++; bell = true
        :: else -> skip
        fi
#endif
     :: kind == END && !givenUp -> told = true; slotFree = true
     :: kind == END && givenUp -> slotFree = true
     :: kind == CANCELLED -> assert(givenUp); slotFree = true
     fi;
     kind = 0; number = 0
  :: timeout -> break
  od;
  assert(slotFree);
  assert(reached)
}

active proctype server()
{
  byte seen;
  bool asleep;

  request;
  if
  :: givenUp -> reached = true;
#ifndef BROKEN_SAYS_NOTHING
     ring!CANCELLED,CALL
#endif
  :: !givenUp ->
     if
     :: ring!END,CALL; reached = true
     :: hasTaken = true;
        ring!TAKEN,CALL;
        do
#ifdef BROKEN_LOOKS_BEFORE_IT_SLEEPS
        :: changes == seen -> bell = false; bell
#else
        :: bell = false;
           if
           :: changes == seen -> bell
           :: changes != seen -> skip
           fi
#endif
        :: changes != seen ->
           seen = changes;
           if
           :: givenUp -> ring!CANCELLED,CALL; reached = true; break
           :: else -> skip
           fi
        :: !givenUp -> ring!END,CALL; reached = true; break
        od
     fi
  fi
}
