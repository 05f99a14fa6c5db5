/*
 * What becomes of a publisher's ring when its publisher ends: subscribers join while it dies, go on
 * publishing the ring, and leave it when its required group has been read.
 *
 * Process 0 publishes: it maps the ring, links its record, commits, and withdraws or is killed. The
 * others subscribe: the last one reads the required group, whose cursor lies in the ring and outlives
 * its readers; the rest read groups of their own. A ring is there as long as anybody has it. One
 * that is killed may start again, without any memory.
 *
 * Proved, with kills and orderly closes at any step:
 *  - the required group's records are all read in the end, unless for a moment nobody had the ring,
 *    or the linger time was over;
 *  - one that is told that a publisher ended has got all of its records, and is told once for each
 *    time that it joined;
 *  - nobody is left waiting for an event that came before it looked.
 */
#ifndef SUBSCRIBERS
#define SUBSCRIBERS 2
#endif
#ifndef RECORDS
#define RECORDS 1
#endif
#ifndef KILLS
#define KILLS 2
#endif
#ifndef CLOSES
#define CLOSES 1
#endif

#define PROCESSES (SUBSCRIBERS + 1)
#define READER    SUBSCRIBERS
#define NONE      255

byte name = NONE;             /* whose record has the ring's name */
bool locked;                  /* and whether that process lives */
bool withdrawn;               /* how the name was given up last */
byte changes;                 /* events queued for every watch */
byte tail;                    /* records committed */
byte required;                /* cursor of the required group */
byte own[PROCESSES];          /* cursors of the others */
bool attached[PROCESSES];     /* has the ring mapped */
bool alive[PROCESSES] = true;
byte started[PROCESSES];      /* which life of the process this is */
bool ended;                   /* ghost: the publisher is gone */
bool lost;                    /* ghost: nobody had the ring any more, and records were unread */
bool lingered;                /* the linger time is over */

#if SUBSCRIBERS == 2
#define HELD (attached[0] || attached[1] || attached[2])
#else
#define HELD (attached[0] || attached[1] || attached[2] || attached[3])
#endif

/* The ring's memory is gone with its last holder, which was killed or closed by its user. */
inline noteLoss()
{
  if
  :: !HELD && required < tail -> lost = true
  :: else
  fi
}

/* An orderly end: of the publication, then of the mapping. */
inline letGo(me)
{
  d_step {
    if
    :: name == me && locked -> name = NONE; locked = false; withdrawn = true; changes++
    :: else
    fi
  }
  attached[me] = false
}

proctype publisher()
{
  {
    atomic { attached[0] = true; name = 0; locked = true; changes++ }
    do
    :: tail < RECORDS -> tail++
    :: break
    od;
    ended = true;
    letGo(0);
    noteLoss()
  } unless { !alive[0] }
}

#define MINE  (me == READER -> required : own[me])
#define GONE  (name == NONE || !locked)

#if defined(BROKEN_WITHDRAWAL_ENDS)
#define MAY_ADOPT (!withdrawn)
#elif defined(BROKEN_ADOPT_ONCE)
#define MAY_ADOPT (name == 0 || withdrawn)     /* after the publisher, not after an adopter */
#else
#define MAY_ADOPT true
#endif

proctype subscriber(byte me)
{
  byte owner, seen, life;
  bool gone, told, drained;
#ifdef BROKEN_TRUSTS_A_REFUSAL
  bool trusts, saw;      /* that somebody else has the name, which the watch may never tell */
#define MAY_TRY (!trusts)
#else
#define MAY_TRY GONE
#endif

again:
  skip;
  d_step { life = started[me]; gone = false; told = false; drained = false; owner = 0; seen = 0 }
  {
#ifndef BROKEN_LOOK_BEFORE_WATCH
    seen = changes;
#endif
    do
    :: !attached[me] ->
       /* The watch tells of a record: its descriptors come from the process that publishes it. */
#ifndef BROKEN_LOOK_BEFORE_WATCH
       seen = changes;
#endif
       owner = name;
#ifdef BROKEN_LOOK_BEFORE_WATCH
       seen = changes;
#endif
       if
       :: owner != NONE && locked && attached[owner] && !told ->
          atomic {
            /* Used only if the lock is held after they came. */
            if
            :: name == owner && locked ->
               attached[me] = true;
               gone = (owner != 0);              /* the record of an adopter says so */
               own[me] = 0
            :: else
            fi
          }
       :: else ->
          if
          :: changes != seen
          :: told -> break                       /* it knows this ring by its memory, and is done */
          fi
       fi

    :: attached[me] && MINE < tail ->
       atomic {
         if
         :: me == READER -> required++
         :: else -> own[me]++
         fi
       }
#ifdef BROKEN_STALE_LOOK
    :: attached[me] && !gone && MINE == tail -> drained = true
#endif

    :: attached[me] && changes != seen ->
       d_step {
         seen = changes;
         if
         :: GONE ->
            gone = true
#ifdef BROKEN_TRUSTS_A_REFUSAL
            ; trusts = trusts && !saw; saw = false
#endif
         :: else
#ifdef BROKEN_TRUSTS_A_REFUSAL
            -> saw = true
#endif
         fi
       }

#ifdef BROKEN_STALE_LOOK
    :: attached[me] && gone && !told && drained ->
#else
    /* Known to be gone first, then looked at: nothing is committed in between. */
    :: attached[me] && gone && !told && MINE == tail ->
#endif
       atomic { told = true; assert(ended && MINE == tail) }

#ifndef BROKEN_NO_ADOPTION
    :: attached[me] && gone && !lingered && required < tail && MAY_TRY && MAY_ADOPT ->
       atomic {                                  /* the cleaner, then linkat: one of all wins */
         if
         :: GONE -> name = me; locked = true; withdrawn = false; changes++
         :: else
#ifdef BROKEN_TRUSTS_A_REFUSAL
            -> trusts = true
#endif
         fi
       }
#endif

#ifdef BROKEN_LEAVE_WHEN_READ
    :: attached[me] && gone && told ->
#else
    :: attached[me] && gone && told && (required == tail || lingered) ->
#endif
       letGo(me);
       break
    od
  } unless { !alive[me] || started[me] != life };
  if
  :: alive[me] && started[me] != life -> goto again
  :: else
  fi
}

/* Kills and restarts, and lets subscribers close in good order. */
proctype fate()
{
  byte kills, closes, who;

  do
  :: kills < KILLS ->
     select(who : 0 .. READER);
     d_step {
       kills++;
       if
       :: alive[who] ->
          attached[who] = false;
          if
          :: name == who && locked -> locked = false; withdrawn = false; changes++
          :: else
          fi;
          if
          :: who == 0 -> alive[0] = false; ended = true
          :: else -> started[who]++
          fi;
          noteLoss()
       :: else
       fi
     }
  :: closes < CLOSES ->
     select(who : 1 .. READER);
     d_step {
       closes++;
       if
       :: attached[who] ->
          if
          :: name == who && locked -> name = NONE; locked = false; withdrawn = true; changes++
          :: else
          fi;
          attached[who] = false;
          started[who]++;
          noteLoss()
       :: else
       fi
     }
  :: break
  od;
#ifdef LINGER
  if
  :: ended -> lingered = true
  :: true
  fi;
#endif
  /* Nothing can move any more. */
  timeout -> assert(required == tail || lost || lingered || !ended)
}

init {
  byte i = 1;

  atomic {
    run publisher();
    do
    :: i < PROCESSES -> run subscriber(i); i++
    :: else -> break
    od;
    run fate()
  }
}
