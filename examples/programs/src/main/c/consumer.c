/* The only consumer of a group: polls, sleeps, and recovers what killed producers have left. */
#include "ring.h"

#include <poll.h>
#include <time.h>
#include <unistd.h>

enum { HOLE_NANOS = 50000, SHORT_SLEEP_MILLIS = 1, LONG_SLEEP_MILLIS = 10 };

static uint64_t now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (uint64_t)time.tv_sec * 1000000000u + (uint64_t)time.tv_nsec;
}

/*
 * Where the next record begins behind a claim that nobody will commit, but not farther than a claim
 * can reach. In the order in which a record's life passes through these places.
 */
static uint64_t next_boundary(struct ring *ring, uint64_t position, uint64_t tail) {
  uint64_t longest = position + ring->capacity / 2 + ALIGNMENT, end = tail < longest ? tail : longest;
  for (uint32_t i = 0; i < ring->producers; i++) {
    uint64_t from = load(ring, slot_of(ring, PRODUCER, i) + INTENT_POSITION);
    if (from > position && from < end && from % ALIGNMENT == 0) end = from;
  }
  for (uint64_t next = position + ALIGNMENT; next < end; next += ALIGNMENT)
    if (is_committed(ring, next)) return next;
  return end;
}

/* Makes padding of what is claimed at the cursor, if nobody who lives has that claim. */
static void recover(struct consumer *consumer) {
  struct ring *ring = consumer->ring;
  uint64_t position = consumer->next, before = load(ring, place(ring, position));
  uint64_t tail = load(ring, TAIL);
  for (uint32_t i = 0; i < ring->producers; i++) {
    uint32_t slot = slot_of(ring, PRODUCER, i);
    uint64_t length = load(ring, slot + INTENT_LENGTH), from = load(ring, slot + INTENT_POSITION);
    if (length > 0 && from <= position && position - from < length && is_held(ring, PRODUCER, i))
      return;
  }
  uint64_t end = next_boundary(ring, position, tail);
  if (end <= position || is_committed(ring, position)) return;
  uint64_t at_record = place(ring, position);
  store_int(ring, at_record + 8, (uint32_t)(end - position - RECORD_HEADER));
  store_int(ring, at_record + 12, (uint32_t)PADDING);
  if (exchange(ring, at_record, before, stamp(ring, position)))
    add(ring, consumer->group_slot + RECOVERIES, 1);
}

int consumer_poll(struct consumer *consumer, handler *handle, void *context, int most) {
  struct ring *ring = consumer->ring;
  int count = 0;
  uint64_t start = consumer->next;
  while (count < most && is_committed(ring, consumer->next)) {
    uint64_t record = place(ring, consumer->next);
    uint32_t size = record_length(ring, consumer->next), length = load_int(ring, record + 8);
    int32_t type = (int32_t)load_int(ring, record + 12);
    if (type != PADDING) {
      int redelivered = consumer->next == consumer->redelivery;
      if (redelivered) add(ring, consumer->group_slot + REDELIVERIES, 1);
      handle(context, type, ring->base + record + RECORD_HEADER, length, redelivered);
      count++;
      consumer->records++;
      consumer->bytes += length;
    }
    consumer->next += size;
    store(ring, consumer->group_slot + CURSOR, consumer->next);
  }
  if (consumer->next != start) {
    store(ring, consumer->slot + CONSUMED_RECORDS, consumer->records);
    store(ring, consumer->slot + CONSUMED_BYTES, consumer->bytes);
    __atomic_signal_fence(__ATOMIC_SEQ_CST); /* See the producer. */
    consumer->wake_ups += (uint64_t)space_freed(ring);
    store(ring, consumer->slot + CONSUMER_WAKE_UPS, consumer->wake_ups);
    consumer->stuck_since = 0;
  } else if (load(ring, TAIL) > consumer->next) {
    if (!consumer->stuck_since) consumer->stuck_since = now();
    if (now() - consumer->stuck_since >= HOLE_NANOS) recover(consumer);
  }
  return count;
}

/*
 * Sleeps until a record comes, but not for long: this client does not watch the processes of the
 * other members, so it looks for their death itself.
 */
void consumer_sleep(struct consumer *consumer) {
  struct ring *ring = consumer->ring;
  uint32_t slot = slot_of(ring, WAITER, consumer->waiter);
  uint64_t bit = 1ull << consumer->waiter, drained;
  store(ring, slot + PHASE, ++consumer->sleeps * 4 + WAITING);
  __atomic_fetch_or(at(ring, DATA_WAITERS), bit, __ATOMIC_SEQ_CST);
  if (!is_committed(ring, consumer->next)) {
    struct pollfd event = {ring->events[consumer->waiter], POLLIN, 0};
    int claimed = load(ring, TAIL) > consumer->next;
    if (poll(&event, 1, claimed ? SHORT_SLEEP_MILLIS : LONG_SLEEP_MILLIS) > 0 &&
        read(event.fd, &drained, sizeof drained) < 0)
      drained = 0; /* Nothing in it any more: that is all we wanted. */
    __atomic_fetch_add(at(ring, slot + SLEEPS), 1, __ATOMIC_RELAXED);
  }
  __atomic_fetch_and(at(ring, DATA_WAITERS), ~bit, __ATOMIC_SEQ_CST);
  store(ring, slot + PHASE, consumer->sleeps * 4 + AWAKE);
}
