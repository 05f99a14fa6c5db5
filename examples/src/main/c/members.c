/* Who takes part: slots, the locks that tell who lives, groups without anybody, waking. */
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

void lock_membership(struct ring *ring) { lock_byte(ring, F_OFD_SETLKW, F_WRLCK, LOCKS); }

void unlock_membership(struct ring *ring) { lock_byte(ring, F_OFD_SETLK, F_UNLCK, LOCKS); }

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
  struct stat status;
  if (stat("/proc/self/ns/pid", &status)) die("/proc is not mounted");
  store_int(ring, slot + PID, (uint32_t)getpid());
  store(ring, slot + PID_NAMESPACE, status.st_ino);
  store_int(ring, slot + STATE, ACTIVE);
}

/* Members. */

static int has_member(struct ring *ring, uint32_t group) {
  for (uint32_t i = 0; i < ring->consumers; i++) {
    uint32_t slot = slot_of(ring, CONSUMER, i);
    if (load_int(ring, slot + STATE) == ACTIVE && load_int(ring, slot + CONSUMER_GROUP) == group &&
        is_held(ring, CONSUMER, i))
      return 1;
  }
  return 0;
}

/* Under the membership lock: groups that nobody can come back to. */
int remove_dead_groups(struct ring *ring) {
  int removed = 0;
  for (uint32_t group = 0; group < ring->groups; group++) {
    uint32_t slot = group_slot(ring, group), state = load_int(ring, slot + GROUP_STATE);
    int lasting = state == ACTIVE && (load_int(ring, slot + GROUP_MODE) & RETAINED);
    if (state == FREE || lasting || (state == ACTIVE && has_member(ring, group))) continue;
    for (uint32_t i = 0; i < ring->consumers; i++) {
      uint32_t member = slot_of(ring, CONSUMER, i);
      if (load_int(ring, member + STATE) == ACTIVE &&
          load_int(ring, member + CONSUMER_GROUP) == group && try_lock_slot(ring, CONSUMER, i)) {
        store(ring, member + IN_HAND, NOTHING_IN_HAND);
        store_int(ring, member + STATE, FREE);
        unlock_slot(ring, CONSUMER, i);
      }
    }
    store_int(ring, slot + GROUP_STATE, FREE);
    removed++;
  }
  return removed;
}

/* Wakes all who sleep in one of the two words. The write first: we may be killed behind it. */
int wake(struct ring *ring, uint32_t waiters) {
  int woken = 0;
  for (uint64_t bits = load(ring, waiters); bits; bits &= bits - 1) {
    uint32_t i = (uint32_t)__builtin_ctzll(bits);
    if (i >= ring->waiters) continue;
    uint32_t slot = slot_of(ring, WAITER, i);
    uint64_t phase = load(ring, slot + PHASE), one = 1;
    if ((phase & 3) == 1) {
      if (write(ring->events[i], &one, sizeof one) < 0 && errno != EAGAIN)
        die("cannot wake: %s", strerror(errno));
      woken += exchange(ring, slot + PHASE, phase, phase + 1);
    }
  }
  return woken;
}

/* After each join, leave and eviction: so that sleepers watch the right processes. */
void tell_members(struct ring *ring) {
  add(ring, MEMBERS, 1);
  wake(ring, DATA_WAITERS);
  wake(ring, SPACE_WAITERS);
}
