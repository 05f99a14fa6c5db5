/* What producers and consumers have in common: the memory and the records in it. */
#include "ring.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define LONGEST_RECORD(capacity) ((capacity) / 2 + 48)

void die(const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  fputs("native client: ", stderr);
  vfprintf(stderr, format, arguments);
  fputc('\n', stderr);
  va_end(arguments);
  exit(1);
}

uint32_t crc32c(const void *bytes, uint32_t length) {
  uint32_t crc = ~0u;
  for (uint32_t i = 0; i < length; i++) {
    crc ^= ((const uint8_t *)bytes)[i];
    for (int bit = 0; bit < 8; bit++) {
      crc = crc >> 1 ^ (crc & 1 ? 0x82f63b78u : 0);
    }
  }
  return ~crc;
}

/* Nothing in the memory is trusted before all of this holds. */
static void check(struct ring *ring, int memory, int count) {
  const int seals = F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL;
  uint8_t fixed[68];
  struct stat status;
  if ((fcntl(memory, F_GET_SEALS) & seals) != seals) die("the memory is not sealed");
  if (fstat(memory, &status) || pread(memory, fixed, sizeof fixed, 0) != sizeof fixed)
    die("the memory cannot be read: %s", strerror(errno));
  uint32_t *words = (uint32_t *)fixed;
  uint64_t *longs = (uint64_t *)fixed;
  if (memcmp(fixed, "MILLRING", 8)) die("not a ring");
  if (words[2] >> 16 != 1) die("the ring has layout version %u", words[2] >> 16);
  if (words[16] != crc32c(fixed, 64)) die("the header of the ring is damaged");
  if (words[3] & 1) die("a ring for a single producer, which this client does not know");
  ring->capacity = longs[2];
  ring->key = longs[3];
  ring->header = words[8];
  ring->producers = words[10];
  ring->groups = words[11];
  ring->consumers = words[12];
  ring->waiters = words[13];
  uint64_t capacity = ring->capacity;
  if (capacity < 65536 || capacity > 536870912 || (capacity & (capacity - 1)) ||
      words[9] != ALIGNMENT || ring->producers - 1 > 63 || ring->groups - 1 > 63 ||
      ring->consumers - 1 > 62 || ring->waiters - 1 > 63 ||
      ring->header < slot_of(ring, WAITER, ring->waiters) ||
      ring->header % (uint32_t)sysconf(_SC_PAGESIZE) ||
      (uint64_t)status.st_size != ring->header + capacity || count != 1 + (int)ring->waiters)
    die("the header of the ring contradicts itself");
}

void ring_open(struct ring *ring, const int *descriptors, int count) {
  memset(ring, 0, sizeof *ring);
  check(ring, descriptors[0], count);
  uint64_t length = ring->header + ring->capacity;
  int access = PROT_READ | PROT_WRITE, shared = MAP_SHARED | MAP_FIXED, memory = descriptors[0];
  uint8_t *base =
      mmap(0, length + ring->capacity, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (base == MAP_FAILED || mmap(base, length, access, shared, memory, 0) == MAP_FAILED ||
      mmap(base + length, ring->capacity, access, shared, memory, ring->header) == MAP_FAILED)
    die("the ring cannot be mapped: %s", strerror(errno));
  ring->base = base;
  ring->events = malloc(ring->waiters * sizeof(int));
  if (!ring->events) die("no memory");
  memcpy(ring->events, descriptors + 1, ring->waiters * sizeof(int));
  char path[32];
  snprintf(path, sizeof path, "/proc/self/fd/%d", memory);
  ring->lock = open(path, O_RDWR | O_CLOEXEC);
  if (ring->lock < 0) die("the memory cannot be opened again: %s", strerror(errno));
  close(memory);
}

/* Records. */

int is_committed(const struct ring *ring, uint64_t position) {
  return load(ring, place(ring, position)) == stamp(ring, position);
}

uint32_t record_length(const struct ring *ring, uint64_t position) {
  uint32_t length = load_int(ring, place(ring, position) + 8);
  if (length > LONGEST_RECORD(ring->capacity) && is_committed(ring, position))
    die("the record at %llu has an impossible length", (unsigned long long)position);
  return (length + RECORD_HEADER + ALIGNMENT - 1) & ~(uint32_t)(ALIGNMENT - 1);
}

/* Is everything committed that a producer has announced, from a position on? */
int is_settled(const struct ring *ring, uint32_t producer, uint64_t from) {
  uint32_t slot = slot_of(ring, PRODUCER, producer);
  uint64_t length = load(ring, slot + INTENT_LENGTH);
  uint64_t position = load(ring, slot + INTENT_POSITION);
  uint64_t end = position + length;
  if (length == 0) return 1;
  for (position = position > from ? position : from; position < end;) {
    if (!is_committed(ring, position)) return 0;
    position += record_length(ring, position);
  }
  return 1;
}
