/*
 * A stream of replies and its credit, in a reply ring that keeps room for it, while the server dies
 * and another one begins again. Nobody waits for anybody else but for what that one will do.
 *
 * The client shows how many replies of which attempt may have been sent. It raises that as it reads.
 * A server that finds no credit says so, looks once more, and goes on when the client, which looks
 * for that behind each grant, has woken it. A new attempt has no credit before the client has seen
 * something of it: then it has read all that was sent by the one before.
 *
 * The ring has room for the window, the last reply, and what each attempt says when it takes the
 * call. So there must always be room for what a server writes.
 */
#define WINDOW  2
#define COUNT   3
#define SERVERS 2
#define ROOM    (WINDOW + 1 + SERVERS)

#define TAKEN 1
#define MORE  2
#define END   3

chan ring = [ROOM + 2] of { byte, byte, byte };   /* kind, attempt, number */

byte creditAttempt = 1;
byte credit = WINDOW;
byte starved;                /* the attempt that found no credit */
bool bell[SERVERS];
bool dead[SERVERS];
byte turn;                   /* whose the request is */
bool ended;

#define HAS_CREDIT(a, sent)  (creditAttempt == a && sent < credit)

inline write(kind, a, number)
{
#ifdef BROKEN_NO_LIMIT
  ring!kind,a,number
#else
  atomic { assert(len(ring) < ROOM); ring!kind,a,number }
#endif
}

active proctype client()
{
  byte kind, a, number;
  byte current = 1;
  byte expected;

  do
  :: ring?kind,a,number ->
     if
     :: a < current -> goto next
     :: a > current ->
        current = a;
        expected = 0;
        d_step { creditAttempt = a; credit = WINDOW };
        if
        :: starved == a -> bell[0] = true; bell[1] = true
        :: else -> skip
        fi
     :: else -> skip
     fi;
     if
     :: kind == MORE ->
        assert(number == expected);
        expected++;
        d_step { creditAttempt = current; credit = expected + WINDOW };
        if
        :: starved == current -> bell[0] = true; bell[1] = true
        :: else -> skip
        fi
     :: kind == END -> assert(expected == COUNT); ended = true; break
     :: else -> skip
     fi;
next:
     kind = 0; a = 0; number = 0
  :: timeout -> break
  od;
  assert(ended)
}

proctype server(byte me)
{
  byte a;
  byte sent;

  {
    turn == me;
    a = me + 1;
    write(TAKEN, a, 0);
    do
    :: sent == COUNT -> break
    :: sent < COUNT ->
       if
#ifdef BROKEN_GRANTS_ANY_ATTEMPT
       :: sent < credit -> write(MORE, a, sent); sent++
       :: else ->
#elif defined(BROKEN_NO_LIMIT)
       :: len(ring) < ROOM -> write(MORE, a, sent); sent++
       :: else ->
#else
       :: HAS_CREDIT(a, sent) -> write(MORE, a, sent); sent++
       :: else ->
#endif
          starved = a;
#ifndef BROKEN_LOOKS_ONCE
          if
          :: HAS_CREDIT(a, sent) -> skip
          :: else -> bell[me]; bell[me] = false
          fi
#else
          bell[me];
          bell[me] = false
#endif
       fi
    od;
#ifdef BROKEN_NO_LIMIT
    /* Where streams take what there is, the last reply finds the ring full. */
    assert(len(ring) < ROOM);
#endif
    write(END, a, 0);
  } unless { dead[me] }
}

active proctype fate()
{
  if
  :: atomic { dead[0] = true; turn = 1 }
  :: skip
  fi
}

init
{
  atomic { run server(0); run server(1) }
}
