/* Who takes part: slots, the locks that tell who lives, groups and their end, waking. */
#include "ring.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define LOCKS (1LL << 40)

/* Locks. */

static int lock_byte(struct ring *ring, int command, short type, long long byte) {
  struct flock lock = {.l_type = type, .l_whence = SEEK_SET, .l_start = byte, .l_len = 1};
  int result;
  do {
    result = fcntl(ring->lock, command, &lock);
  } while (result && errno == EINTR);
  if (result && errno != EAGAIN && errno != EACCES) die("fcntl: %s", strerror(errno));
  return command == F_OFD_GETLK ? lock.l_type != F_UNLCK : result == 0;
}

static uint64_t pid_namespace(void) {
  struct stat status;
  if (stat("/proc/self/ns/pid", &status)) die("/proc is not mounted");
  return status.st_ino;
}

/* Who has it is written down for people: a stopped process holds up all who join. */
void lock_membership(struct ring *ring) {
  lock_byte(ring, F_OFD_SETLKW, F_WRLCK, LOCKS);
  store(ring, HOLDER + 8, pid_namespace());
  store_int(ring, HOLDER, (uint32_t)getpid());
}

void unlock_membership(struct ring *ring) {
  store_int(ring, HOLDER, 0);
  lock_byte(ring, F_OFD_SETLK, F_UNLCK, LOCKS);
}

static long long byte_of(enum kind kind, uint32_t index) {
  return LOCKS + 1024 * (1 + (long long)kind) + index;
}

int try_lock_slot(struct ring *ring, enum kind kind, uint32_t index) {
  if (ring->own[kind] >> index & 1) return 0;
  int taken = lock_byte(ring, F_OFD_SETLK, F_WRLCK, byte_of(kind, index));
  ring->own[kind] |= (uint64_t)taken << index;
  return taken;
}

void unlock_slot(struct ring *ring, enum kind kind, uint32_t index) {
  ring->own[kind] &= ~(1ull << index);
  lock_byte(ring, F_OFD_SETLK, F_UNLCK, byte_of(kind, index));
}

int is_held(struct ring *ring, enum kind kind, uint32_t index) {
  return ring->own[kind] >> index & 1 ||
         lock_byte(ring, F_OFD_GETLK, F_WRLCK, byte_of(kind, index));
}

/* Slots. */

uint32_t slot_of(const struct ring *ring, enum kind kind, uint32_t index) {
  uint32_t first = SLOTS;
  if (kind != PRODUCER) first += 128 * ring->producers + 256 * ring->groups;
  if (kind == WAITER) first += 128 * ring->consumers;
  return first + 128 * index;
}

uint32_t group_slot(const struct ring *ring, uint32_t index) {
  return SLOTS + 128 * ring->producers + 256 * index;
}

void sign_slot(struct ring *ring, uint32_t slot) {
  store_int(ring, slot + PID, (uint32_t)getpid());
  store(ring, slot + PID_NAMESPACE, pid_namespace());
  store_int(ring, slot + STATE, ACTIVE);
}

/* Groups. */

/* State and mode are one word, which others may change at the same time. 0: it has ended. */
int change_group(struct ring *ring, uint32_t slot, uint32_t clear, uint32_t set, uint32_t add) {
  uint64_t word;
  do {
    word = load(ring, slot + GROUP_STATE);
    if ((uint32_t)word != ACTIVE) return 0;
  } while (!exchange(ring, slot + GROUP_STATE, word,
                     ((word & ~((uint64_t)clear << 32)) | (uint64_t)set << 32) +
                         ((uint64_t)add << 32)));
  return 1;
}

static int has_member(struct ring *ring, uint32_t group) {
  for (uint32_t i = 0; i < ring->consumers; i++) {
    uint32_t slot = slot_of(ring, CONSUMER, i);
    if (load_int(ring, slot + STATE) == ACTIVE && load_int(ring, slot + CONSUMER_GROUP) == group)
      return 1;
  }
  return 0;
}

/* Ends a group that is not retained with the last one to leave it. Needs no lock: while our slot
 * names the group its place is not used again, and a joiner changes the word. */
int end_if_empty(struct ring *ring, uint32_t group) {
  for (uint32_t slot = group_slot(ring, group);;) {
    uint64_t word = load(ring, slot + GROUP_STATE);
    if ((uint32_t)word != ACTIVE) return 1;
    if (word >> 32 & RETAINED || has_member(ring, group)) return 0;
    if (exchange(ring, slot + GROUP_STATE, word, word & ~(uint64_t)UINT32_MAX)) return 1;
  }
}

/* The write first: we may be killed behind it. Did this call wake it, and nobody else? */
static int wake_one(struct ring *ring, uint32_t i, uint64_t phase) {
  uint64_t one = 1;
  if ((phase & PHASE_MASK) != WAITING) return 0;
  if (write(ring->events[i], &one, sizeof one) < 0 && errno != EAGAIN)
    die("cannot wake: %s", strerror(errno));
  return exchange(ring, slot_of(ring, WAITER, i) + PHASE, phase, phase + 1);
}

/* Wakes who sleep until a record comes: all, or one of each queue. */
static int wake_consumers(struct ring *ring, int all) {
  uint64_t served[2] = {0, 0}; /* A bit for each queue of which one was woken. */
  int woken = 0;
  for (uint64_t bits = load(ring, DATA_WAITERS); bits; bits &= bits - 1) {
    uint32_t i = (uint32_t)__builtin_ctzll(bits);
    if (i >= ring->waiters) continue;
    uint64_t phase = load(ring, slot_of(ring, WAITER, i) + PHASE);
    uint32_t queue = (uint32_t)(phase >> QUEUE_SHIFT);
    if (!all && (served[queue / 64] >> queue % 64 & 1)) continue;
    if (!wake_one(ring, i, phase)) continue;
    woken++;
    if (queue) served[queue / 64] |= 1ull << queue % 64;
  }
  return woken;
}

/* Wakes who sleep until room comes: all, or one, in turn. */
static int wake_producers(struct ring *ring, int all) {
  uint64_t bits = load(ring, SPACE_WAITERS);
  int woken = 0;
  for (uint32_t n = 0, first = ring->turn; bits && n < ring->waiters && (all || !woken); n++) {
    uint32_t i = (first + n) % ring->waiters;
    if (!(bits >> i & 1) || !wake_one(ring, i, load(ring, slot_of(ring, WAITER, i) + PHASE)))
      continue;
    ring->turn = i + 1;
    woken++;
  }
  return woken;
}

int record_committed(struct ring *ring) { return wake_consumers(ring, 0); }

int space_freed(struct ring *ring) { return wake_producers(ring, 0); }

/* After each join, leave and eviction: so that sleepers watch the right processes. */
void tell_members(struct ring *ring) {
  add(ring, MEMBERS, 1);
  wake_consumers(ring, 1);
  wake_producers(ring, 1);
}
