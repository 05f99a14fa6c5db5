/*
 * Pins of a snapshot: readers and writers that are killed at any step, slots that are used again.
 *
 * Every statement that another process can see is one step here. The real code makes all accesses
 * to these words volatile, so that they are sequentially consistent, as they are in Spin. Buffers
 * have two halves: a reader that finds them different has read a torn value.
 *
 * Proved, with READERS readers and READERS + 2 buffers:
 *   - no torn value, and nothing but the pinned version in a pinned buffer;
 *   - a reader never goes back to an older version;
 *   - the writer always finds a free buffer at the first look, wherever a reader was stopped or
 *     killed (a process may stop at any step, since Spin explores every schedule).
 * With LEAN (fewer buffers) the writer may find none; it then drops the pins of the dead.
 *
 * Each BROKEN_ variant leaves one thing out, and must fail. ANNOUNCE_ONLY is the protocol that the
 * design began with: the reader announces a version, and the writer leaves every buffer alone that
 * is not older. It never tears, but one stopped reader blocks the writer: the assertion that a
 * buffer is free fails.
 */
#ifndef READERS
#define READERS 2
#endif
#ifndef VERSIONS
#define VERSIONS 5
#endif
#ifndef LIVES
#define LIVES 2               /* how many processes use a slot, one after the other */
#endif
#ifndef BUFFERS
#ifdef LEAN
#define BUFFERS (READERS + 1)
#else
#define BUFFERS (READERS + 2)
#endif
#endif

#define NONE 0
#define ANNOUNCED 255
#define WORD(v, b) ((v) * 8 + (b))
#define VERSION(w) ((w) / 8)
#define BUFFER(w) ((w) % 8)
#define IS_PIN(w) ((w) != NONE && (w) != ANNOUNCED)

byte current = NONE;
byte pin[READERS];
byte announcedVersion[READERS];  /* ANNOUNCE_ONLY */
bool locked[READERS];
byte first[BUFFERS];
byte second[BUFFERS];
byte bufferVersion[BUFFERS];
bool writerDone = false;

/* The kernel: a dead process holds no locks. */
#define DIE goto dead

proctype reader(byte me)
{
  byte seen, word, last, lives;

  do
  :: lives < LIVES ->
    lives++;
    last = 0;
    locked[me] = true;
    pin[me] = NONE;
    do
    :: seen = current;
      if
      :: seen == NONE -> skip
      :: else ->
#ifdef ANNOUNCE_ONLY
        announcedVersion[me] = VERSION(seen);
        pin[me] = ANNOUNCED;
        if :: DIE :: skip fi;
        word = current;
        if :: DIE :: skip fi;
        pin[me] = word;
#else
#ifdef BROKEN_PIN_AFTER_LOOK
        word = current;
        if
        :: word == seen -> pin[me] = seen
#else
        pin[me] = seen;
        if :: DIE :: skip fi;
#ifdef BROKEN_NO_SECOND_LOOK
        word = seen;
#else
        word = current;
#endif
        if
        :: word == seen -> skip
#endif
        :: else ->
          pin[me] = ANNOUNCED;
          if :: DIE :: skip fi;
          word = current;
          if :: DIE :: skip fi;
#ifdef BROKEN_STORE_FOR_EXCHANGE
          pin[me] = word;
#else
          atomic {
            if
            :: pin[me] == ANNOUNCED -> pin[me] = word
            :: else -> word = pin[me]
            fi
          }
#endif
        fi;
#endif
        if :: DIE :: skip fi;
        assert(VERSION(word) >= last);
        last = VERSION(word);
        assert(first[BUFFER(word)] == last);
        assert(second[BUFFER(word)] == last);
        d_step { seen = 0; word = 0 };
        if
        :: skip                  /* keeps the pin until it reads anew */
        :: pin[me] = NONE        /* or lets go */
        fi
      fi
    :: DIE
    :: writerDone -> pin[me] = NONE; goto finished
    od;
dead:
    skip;
    d_step { seen = 0; word = 0; last = 0; locked[me] = false }
  :: else -> break
  od;
finished:
  skip;
  d_step { seen = 0; word = 0; last = 0; lives = 0 }
}

proctype writer()
{
  byte version, i, target, p;
  bool taken[BUFFERS];

  do
  :: VERSION(current) < VERSIONS ->
    version = VERSION(current) + 1;

choose:
    skip;
    d_step {
      i = 0;
      do :: i < BUFFERS -> taken[i] = false; i++ :: else -> break od;
#ifndef BROKEN_CURRENT_FREE
      if :: current != NONE -> taken[BUFFER(current)] = true :: else -> skip fi;
#endif
      i = 0
    }
    do
    :: i < READERS ->
      p = pin[i];
#ifdef ANNOUNCE_ONLY
      d_step {
        if
        :: p == ANNOUNCED ->
          target = 0;
          do
          :: target < BUFFERS ->
            if
            :: bufferVersion[target] >= announcedVersion[i] -> taken[target] = true
            :: else -> skip
            fi;
            target++
          :: else -> break
          od
        :: IS_PIN(p) -> taken[BUFFER(p)] = true
        :: else -> skip
        fi
      }
#else
      if
      :: p == ANNOUNCED ->
#ifndef BROKEN_NO_HELP
        atomic {
          if
          :: pin[i] == ANNOUNCED -> pin[i] = current; p = NONE
          :: else -> skip
          fi
        };
        if
        :: p == ANNOUNCED -> p = pin[i]
        :: else -> skip
        fi
#else
        skip
#endif
      :: else -> skip
      fi;
      d_step {
        if :: IS_PIN(p) -> taken[BUFFER(p)] = true :: else -> skip fi
      }
#endif
      i++
    :: else -> break
    od;
    skip;
    d_step {
      p = 0; i = 0;
      target = 0;
      do
      :: target < BUFFERS && taken[target] -> target++
      :: else -> break
      od;
      do :: i < BUFFERS -> taken[i] = false; i++ :: else -> break od;
      i = 0
    }

    if
    :: target == BUFFERS ->
#ifdef LEAN
      /* Drops the dead; the living may make it give up, and try again later. */
      i = 0;
      do
      :: i < READERS ->
        p = pin[i];
        if
        :: IS_PIN(p) && p != current ->
          if
          :: !locked[i] ->
#ifdef BROKEN_DROP_BY_STORE
            pin[i] = NONE
#else
            atomic { if :: pin[i] == p -> pin[i] = NONE :: else -> skip fi }
#endif
          :: else -> skip
          fi
        :: else -> skip
        fi;
        i++
      :: else -> break
      od;
      i = 0; p = 0;
      if
      :: goto choose
      :: break               /* past the grace time */
      fi
#else
      assert(false)          /* the writer would have to wait */
#endif
    :: else -> skip
    fi;

    /* Killed here or later, the next writer starts over from the current word. */
    if :: goto killed :: skip fi;
#ifdef ANNOUNCE_ONLY
    bufferVersion[target] = 0;
#endif
    first[target] = version;
    if :: goto killed :: skip fi;
    second[target] = version;
#ifdef ANNOUNCE_ONLY
    bufferVersion[target] = version;
#endif
    if :: goto killed :: skip fi;
    current = WORD(version, target);
killed:
    skip;
    d_step { version = 0; target = 0; i = 0 }
  :: else -> break
  od;
  writerDone = true
}

init {
  byte i;
  atomic {
    do
    :: i < READERS -> run reader(i); i++
    :: else -> break
    od;
    run writer()
  }
}
