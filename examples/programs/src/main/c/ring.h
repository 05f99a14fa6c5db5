/*
 * A Millrace ring, as its layout is written down in ipc-ring/LAYOUT.md; how its
 * descriptors are had is in ipc-discovery/LAYOUT.md ("A client in another language").
 *
 * Offsets are from the start of the memory. One thread uses each of these structures.
 */
#ifndef MILLRACE_RING_H
#define MILLRACE_RING_H

#include <stdint.h>

enum { /* Words. */
  TAIL = 128,
  DATA_WAITERS = 256,
  SPACE_WAITERS = 384,
  MEMBERS = 512,
  GROUP_BOUND = 520,
  CONSUMER_BOUND = 524,
  EVICTIONS = 528,
  JOINS = 536,
  OPENINGS = 544,
  HOLDER = 552,
  SLOTS = 1024
};

enum { /* Within slots. */
  STATE = 64, PID = 72, PID_NAMESPACE = 80,
  INTENT_POSITION = 0, INTENT_LENGTH = 8,
  PRODUCED_RECORDS = 16, PRODUCED_BYTES = 24, BACK_PRESSURES = 32, PRODUCER_WAKE_UPS = 40,
  COMMITTED_UP_TO = 48,
  CURSOR = 0, GROUP_STATE = 128, GROUP_MODE = 132, REDELIVERIES = 136, RECOVERIES = 144,
  NAME_LENGTH = 152, NAME = 156,
  IN_HAND = 0, CONSUMED_RECORDS = 8, CONSUMED_BYTES = 16, CONSUMER_WAKE_UPS = 24,
  CONSUMER_GROUP = 68, CONFIRMED = 96,
  PHASE = 0, SLEEPS = 8
};

enum { FREE = 0, ACTIVE = 1, OPENING = 2, LEFT = 3 };
enum { AWAKE = 0, WAITING = 1, NOTIFIED = 2, PHASE_MASK = 3, QUEUE_SHIFT = 57 };
enum { SHARED = 1, RETAINED = 2, UNCLEAN = 4, JOIN = 1 << 8 };
enum { RECORD_HEADER = 16, ALIGNMENT = 64, PADDING = -1 };
enum kind { PRODUCER, CONSUMER, WAITER };

#define NOTHING_IN_HAND INT64_MAX

struct ring {
  uint8_t *base;
  uint64_t capacity, key;
  uint32_t header, producers, groups, consumers, waiters;
  int lock;        /* An open file description of this process alone: its locks are our life. */
  int *events;     /* One eventfd for each waiter. */
  uint32_t turn;   /* Whom of the producers to wake next. */
  uint64_t own[3]; /* By kind, a bit for each slot that is ours: our own locks cannot be probed. */
};

struct producer {
  struct ring *ring;
  uint32_t index, slot;
  uint64_t limit, records, bytes, back_pressures, wake_ups;
};

struct consumer {
  struct ring *ring;
  uint32_t index, slot, group, group_slot, waiter;
  uint64_t next, redelivery, stuck_since, records, bytes, wake_ups, sleeps;
};

/* What a consumer is given; redelivered: somebody killed may have handled it before. */
typedef void handler(void *context, int32_t type, const void *payload, uint32_t length,
                     int redelivered);

/* All of these end the process with a sentence if something is wrong for good. */
_Noreturn void die(const char *format, ...);

/* discovery.c: descriptors of a ring by name, memory first; returns how many. */
int acquire(const char *root, const char *name, int *descriptors, int most);

/* ring.c */
void ring_open(struct ring *ring, const int *descriptors, int count);
uint32_t crc32c(const void *bytes, uint32_t length);
int is_committed(const struct ring *ring, uint64_t position);
uint32_t record_length(const struct ring *ring, uint64_t position);
int is_settled(const struct ring *ring, uint32_t producer, uint64_t from);

/* members.c */
void lock_membership(struct ring *ring);
void unlock_membership(struct ring *ring);
int try_lock_slot(struct ring *ring, enum kind kind, uint32_t index);
void unlock_slot(struct ring *ring, enum kind kind, uint32_t index);
int is_held(struct ring *ring, enum kind kind, uint32_t index);
uint32_t slot_of(const struct ring *ring, enum kind kind, uint32_t index);
uint32_t group_slot(const struct ring *ring, uint32_t index);
void sign_slot(struct ring *ring, uint32_t slot);
int change_group(struct ring *ring, uint32_t slot, uint32_t clear, uint32_t set, uint32_t add);
int end_if_empty(struct ring *ring, uint32_t group);
int record_committed(struct ring *ring);
int space_freed(struct ring *ring);
void tell_members(struct ring *ring);

/* producer.c */
void producer_join(struct producer *producer, struct ring *ring);
uint8_t *producer_claim(struct producer *producer, uint32_t length); /* NULL: no room now. */
void producer_commit(struct producer *producer, uint8_t *payload, uint32_t length, int32_t type);
void producer_leave(struct producer *producer);

/* joining.c and consumer.c: the only consumer of a group that somebody has made (Ring.addGroup). */
void consumer_join(struct consumer *consumer, struct ring *ring, const char *group);
int consumer_poll(struct consumer *consumer, handler *handle, void *context, int most);
void consumer_sleep(struct consumer *consumer);
void consumer_leave(struct consumer *consumer);

/* Shared memory is touched through these only. */
static inline uint64_t *at(const struct ring *ring, uint64_t offset) {
  return (uint64_t *)(ring->base + offset);
}
static inline uint64_t load(const struct ring *ring, uint64_t offset) {
  return __atomic_load_n(at(ring, offset), __ATOMIC_ACQUIRE);
}
static inline void store(struct ring *ring, uint64_t offset, uint64_t value) {
  __atomic_store_n(at(ring, offset), value, __ATOMIC_RELEASE);
}
static inline uint32_t load_int(const struct ring *ring, uint64_t offset) {
  return __atomic_load_n((uint32_t *)at(ring, offset), __ATOMIC_ACQUIRE);
}
static inline void store_int(struct ring *ring, uint64_t offset, uint32_t value) {
  __atomic_store_n((uint32_t *)at(ring, offset), value, __ATOMIC_SEQ_CST);
}
static inline void add(struct ring *ring, uint64_t offset, uint64_t value) {
  __atomic_fetch_add(at(ring, offset), value, __ATOMIC_SEQ_CST);
}
static inline int exchange(struct ring *ring, uint64_t offset, uint64_t old, uint64_t value) {
  return __atomic_compare_exchange_n(at(ring, offset), &old, value, 0, __ATOMIC_SEQ_CST,
                                     __ATOMIC_SEQ_CST);
}
/* Where the record at a position is. The data is mapped twice, so it never wraps. */
static inline uint64_t place(const struct ring *ring, uint64_t position) {
  return ring->header + (position & (ring->capacity - 1));
}
static inline uint64_t stamp(const struct ring *ring, uint64_t position) {
  return (position ^ ring->key) * 0x9e3779b97f4a7c15u;
}

#endif
