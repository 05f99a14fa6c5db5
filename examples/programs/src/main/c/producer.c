/* Claims room, writes, commits. A producer that is killed anywhere in here stops nobody. */
#include "ring.h"

#include <string.h>

enum { MOST_LOOKS = 16 };

/* The slowest group's cursor, but at most the tail; 0 if groups do not stop opening. */
static uint64_t slowest(const struct ring *ring) {
  for (int looks = 0; looks < MOST_LOOKS; looks++) {
    uint64_t openings = load(ring, OPENINGS), lowest = load(ring, TAIL);
    uint32_t bound = load_int(ring, GROUP_BOUND);
    for (uint32_t i = 0; i < bound && i < ring->groups; i++) {
      uint32_t slot = group_slot(ring, i);
      uint64_t cursor = load(ring, slot + CURSOR) & ~63ull;
      if (load_int(ring, slot + GROUP_STATE) != FREE && cursor < lowest) lowest = cursor;
    }
    __atomic_thread_fence(__ATOMIC_SEQ_CST);
    if (load(ring, OPENINGS) == openings) return lowest;
  }
  return 0; /* No space, this time: a group may have been missed in each look. */
}

/* Is anything that a producer has announced not committed yet? Then all are held at its start. */
static int is_open(struct ring *ring, uint32_t producer, uint64_t *position) {
  uint32_t slot = slot_of(ring, PRODUCER, producer);
  uint64_t length = load(ring, slot + INTENT_LENGTH);
  *position = load(ring, slot + INTENT_POSITION);
  /* The tail last: it is not below what was announced before. Far ahead, all was committed. */
  return length > 0 && !is_settled(ring, producer, load(ring, slot + COMMITTED_UP_TO)) &&
         load(ring, TAIL) - *position <= ring->capacity;
}

/* Up to where producers may claim. Cursors first, records in hand then, open claims last. */
static uint64_t limit(struct ring *ring, uint32_t self) {
  uint64_t lowest = slowest(ring), position;
  uint32_t bound = load_int(ring, CONSUMER_BOUND);
  for (uint32_t i = 0; i < bound && i < ring->consumers; i++) {
    uint64_t in_hand = load(ring, slot_of(ring, CONSUMER, i) + IN_HAND);
    if (in_hand < lowest) lowest = in_hand;
  }
  for (uint32_t i = 0; i < ring->producers; i++)
    if (i != self && is_open(ring, i, &position) && position < lowest &&
        is_held(ring, PRODUCER, i))
      lowest = position;
  return lowest + ring->capacity;
}

static int try_slot(struct ring *ring, uint32_t index, uint32_t state) {
  uint32_t slot = slot_of(ring, PRODUCER, index);
  if (load_int(ring, slot + STATE) != state || !try_lock_slot(ring, PRODUCER, index)) return 0;
  if (load(ring, slot + INTENT_POSITION) >= load(ring, TAIL) ||
      is_settled(ring, index, slowest(ring)))
    return 1;
  unlock_slot(ring, PRODUCER, index); /* Its dead owner has left a claim to be recovered. */
  return 0;
}

void producer_join(struct producer *producer, struct ring *ring) {
  lock_membership(ring);
  uint32_t found = ring->producers;
  for (uint32_t i = 0; i < ring->producers && found == ring->producers; i++)
    if (try_slot(ring, i, FREE)) found = i;
  for (uint32_t i = 0; i < ring->producers && found == ring->producers; i++)
    if (try_slot(ring, i, ACTIVE)) found = i;
  if (found == ring->producers) die("all producer slots of the ring are in use");
  *producer = (struct producer){ring, found, slot_of(ring, PRODUCER, found), 0, 0, 0, 0, 0};
  store(ring, producer->slot + INTENT_LENGTH, 0);
  for (uint32_t counter = PRODUCED_RECORDS; counter <= PRODUCER_WAKE_UPS; counter += 8)
    store(ring, producer->slot + counter, 0);
  sign_slot(ring, producer->slot);
  add(ring, JOINS, 1);
  tell_members(ring);
  unlock_membership(ring);
}

/* Returns where the payload goes, or NULL if there is no room now. */
uint8_t *producer_claim(struct producer *producer, uint32_t length) {
  struct ring *ring = producer->ring;
  if (length > ring->capacity / 2) die("a message of %u bytes is too long", length);
  uint64_t size = (length + RECORD_HEADER + ALIGNMENT - 1) & ~(uint64_t)(ALIGNMENT - 1), tail;
  int announced = 0;
  do {
    tail = load(ring, TAIL);
    if (tail + size > producer->limit) producer->limit = limit(ring, producer->index);
    if (tail + size > producer->limit) {
      if (announced) store(ring, producer->slot + INTENT_LENGTH, 0);
      store(ring, producer->slot + BACK_PRESSURES, ++producer->back_pressures);
      return 0;
    }
    /*
     * On record before the claim can exist: else nobody could tell whose it was. And not before the
     * stamp of the last one, or that would seem to be nobody's: these stores are releases.
     */
    store(ring, producer->slot + INTENT_POSITION, tail);
    store(ring, producer->slot + INTENT_LENGTH, size);
    announced = 1;
  } while (!exchange(ring, TAIL, tail, tail + size));
  /* A process that sees a byte of the new record must see the tail behind it. */
  __atomic_thread_fence(__ATOMIC_SEQ_CST);
  return ring->base + place(ring, tail) + RECORD_HEADER;
}

void producer_commit(struct producer *producer, uint8_t *payload, uint32_t length, int32_t type) {
  struct ring *ring = producer->ring;
  uint64_t position = load(ring, producer->slot + INTENT_POSITION);
  memcpy(payload - 8, &length, sizeof length);
  memcpy(payload - 4, &type, sizeof type);
  store(ring, place(ring, position), stamp(ring, position));
  store(ring, producer->slot + PRODUCED_RECORDS, ++producer->records);
  store(ring, producer->slot + PRODUCED_BYTES, producer->bytes += length);
  /* For the compiler: a sleeper looks again when the stamp has arrived, the processor needs none. */
  __atomic_signal_fence(__ATOMIC_SEQ_CST);
  producer->wake_ups += (uint64_t)record_committed(ring);
  store(ring, producer->slot + PRODUCER_WAKE_UPS, producer->wake_ups);
}

void producer_leave(struct producer *producer) {
  struct ring *ring = producer->ring;
  store(ring, producer->slot + INTENT_LENGTH, 0);
  store_int(ring, producer->slot + STATE, FREE);
  unlock_slot(ring, PRODUCER, producer->index);
  tell_members(ring);
}
