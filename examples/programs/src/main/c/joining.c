/* How a consumer becomes the only one of its group, and how it leaves. */
#include "ring.h"

#include <string.h>

/* The slot of a dead consumer of this group is freed; its record comes again, marked. */
static void succeed(struct consumer *consumer, const char *name) {
  struct ring *ring = consumer->ring;
  for (uint32_t i = 0; i < ring->consumers; i++) {
    uint32_t slot = slot_of(ring, CONSUMER, i);
    if (load_int(ring, slot + STATE) == ACTIVE &&
        load_int(ring, slot + CONSUMER_GROUP) == consumer->group) {
      if (!try_lock_slot(ring, CONSUMER, i))
        die("process %u consumes group %s", load_int(ring, slot + PID), name);
      /* First noted in the group: we may be killed before we have a slot. If it is active still,
       * that is: else its owner has just left, and has noted what it owes. */
      if (load_int(ring, slot + STATE) == ACTIVE)
        change_group(ring, consumer->group_slot, 0, UNCLEAN, 0);
      store_int(ring, slot + STATE, FREE);
      unlock_slot(ring, CONSUMER, i);
    }
  }
}

static void find_group(struct consumer *consumer, const char *name) {
  struct ring *ring = consumer->ring;
  uint32_t length = (uint32_t)strlen(name);
  for (consumer->group = 0; consumer->group < ring->groups; consumer->group++) {
    uint32_t slot = consumer->group_slot = group_slot(ring, consumer->group);
    if (load_int(ring, slot + GROUP_STATE) == ACTIVE &&
        load_int(ring, slot + NAME_LENGTH) == length && length <= 63 &&
        !memcmp(ring->base + slot + NAME, name, length)) {
      if (load_int(ring, slot + GROUP_MODE) & SHARED) die("group %s is shared", name);
      return;
    }
  }
  die("the ring has no group %s: make one with Ring.addGroup", name);
}

static void take_waiter(struct consumer *consumer) {
  struct ring *ring = consumer->ring;
  uint32_t i = 0;
  while (i < ring->waiters && !try_lock_slot(ring, WAITER, i)) i++;
  if (i == ring->waiters) die("all places for sleepers are taken");
  uint64_t *word = at(ring, slot_of(ring, WAITER, i) + PHASE);
  uint64_t phase = __atomic_exchange_n(word, AWAKE, __ATOMIC_SEQ_CST);
  consumer->sleeps = (phase & ((1ull << QUEUE_SHIFT) - 1)) / 4; /* The next one has a new number. */
  __atomic_fetch_and(at(ring, DATA_WAITERS), ~(1ull << i), __ATOMIC_SEQ_CST);
  __atomic_fetch_and(at(ring, SPACE_WAITERS), ~(1ull << i), __ATOMIC_SEQ_CST);
  if ((phase & PHASE_MASK) == NOTIFIED) { /* Its owner was killed, and somebody counted on it. */
    record_committed(ring);
    space_freed(ring);
  }
  consumer->waiter = i;
  sign_slot(ring, slot_of(ring, WAITER, i));
}

void consumer_join(struct consumer *consumer, struct ring *ring, const char *group) {
  memset(consumer, 0, sizeof *consumer);
  consumer->ring = ring;
  lock_membership(ring);
  find_group(consumer, group);
  succeed(consumer, group);
  uint32_t i = 0;
  while (i < ring->consumers && (load_int(ring, slot_of(ring, CONSUMER, i) + STATE) != FREE ||
                                 !try_lock_slot(ring, CONSUMER, i)))
    i++;
  if (i == ring->consumers) die("all consumer slots of the ring are in use");
  uint32_t slot = consumer->slot = slot_of(ring, CONSUMER, i);
  uint32_t mode = load_int(ring, consumer->group_slot + GROUP_MODE);
  consumer->index = i;
  consumer->next = load(ring, consumer->group_slot + CURSOR) & ~63ull;
  consumer->redelivery =
      mode & UNCLEAN && is_committed(ring, consumer->next) ? consumer->next : UINT64_MAX;
  store(ring, slot + IN_HAND, NOTHING_IN_HAND);
  store(ring, slot + CONFIRMED, consumer->next | consumer->group);
  for (uint32_t counter = CONSUMED_RECORDS; counter <= CONSUMER_WAKE_UPS; counter += 8)
    store(ring, slot + counter, 0);
  store_int(ring, slot + CONSUMER_GROUP, consumer->group);
  if (load_int(ring, CONSUMER_BOUND) <= i) store_int(ring, CONSUMER_BOUND, i + 1);
  sign_slot(ring, slot);
  /* Behind the state, see end_if_empty. */
  if (!change_group(ring, consumer->group_slot, UNCLEAN, 0, JOIN)) die("group %s has ended", group);
  add(ring, JOINS, 1);
  take_waiter(consumer);
  tell_members(ring);
  unlock_membership(ring);
}

/* Waits for nobody: the membership lock may be held by a process that is stopped. */
void consumer_leave(struct consumer *consumer) {
  struct ring *ring = consumer->ring;
  store(ring, consumer->slot + IN_HAND, NOTHING_IN_HAND);
  store_int(ring, consumer->slot + STATE, LEFT);
  if (end_if_empty(ring, consumer->group)) space_freed(ring);
  store_int(ring, consumer->slot + STATE, FREE);
  unlock_slot(ring, CONSUMER, consumer->index);
  store_int(ring, slot_of(ring, WAITER, consumer->waiter) + STATE, FREE);
  unlock_slot(ring, WAITER, consumer->waiter);
  tell_members(ring);
}
