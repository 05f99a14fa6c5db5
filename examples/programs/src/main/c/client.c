/*
 * A client without Java: produces into a ring, or consumes from it. For tests it can also die, with
 * SIGKILL, where that is most awkward.
 *
 *   client DIRECTORY RING produce COUNT           numbers 0, 1, ... as records of 8 bytes, type 1
 *   client DIRECTORY RING produce-and-die COUNT   so many, and is killed with one more half written
 *   client DIRECTORY RING consume GROUP COUNT
 *   client DIRECTORY RING consume-and-die GROUP COUNT   is killed while it handles the last one
 */
#include "ring.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static void pause_briefly(void) {
  struct timespec pause = {0, 50000};
  nanosleep(&pause, 0);
}

static uint8_t *claim(struct producer *producer) {
  uint8_t *payload;
  while (!(payload = producer_claim(producer, sizeof(uint64_t)))) pause_briefly();
  return payload;
}

static void produce(struct ring *ring, uint64_t count, int dies) {
  struct producer producer;
  producer_join(&producer, ring);
  for (uint64_t number = 0; number < count; number++) {
    uint8_t *payload = claim(&producer);
    memcpy(payload, &number, sizeof number);
    producer_commit(&producer, payload, sizeof number, 1);
  }
  if (dies) {
    claim(&producer);
    raise(SIGKILL);
  }
  producer_leave(&producer);
  printf("produced %llu, refused %llu times for want of room, %llu wake-ups\n",
         (unsigned long long)producer.records, (unsigned long long)producer.back_pressures,
         (unsigned long long)producer.wake_ups);
}

struct sum {
  uint64_t count, total, last_one;
  int redelivered, dies;
};

static void count_record(void *context, int32_t type, const void *payload, uint32_t length,
                         int redelivered) {
  struct sum *sum = context;
  uint64_t number = 0;
  if (type != 1 || length != sizeof number) die("an unexpected record of type %d", type);
  memcpy(&number, payload, sizeof number);
  sum->total += number;
  sum->redelivered += redelivered;
  if (++sum->count == sum->last_one && sum->dies) raise(SIGKILL);
}

static void consume(struct ring *ring, const char *group, uint64_t count, int dies) {
  struct consumer consumer;
  struct sum sum = {.last_one = count, .dies = dies};
  consumer_join(&consumer, ring, group);
  printf("ready\n");
  fflush(stdout);
  while (sum.count < count) {
    uint64_t rest = count - sum.count;
    if (!consumer_poll(&consumer, count_record, &sum, rest < 100 ? (int)rest : 100))
      consumer_sleep(&consumer);
  }
  consumer_leave(&consumer);
  printf("consumed %llu, sum %llu, redelivered %d, slept %llu times\n",
         (unsigned long long)sum.count, (unsigned long long)sum.total, sum.redelivered,
         (unsigned long long)consumer.sleeps);
}

int main(int count, char **words) {
  int descriptors[65];
  struct ring ring;
  if (count < 5) die("usage: client DIRECTORY RING produce COUNT | consume GROUP COUNT");
  ring_open(&ring, descriptors, acquire(words[1], words[2], descriptors, 65));
  int dies = strstr(words[3], "-and-die") != 0;
  if (!strncmp(words[3], "produce", 7)) {
    produce(&ring, strtoull(words[4], 0, 10), dies);
  } else if (count > 5) {
    consume(&ring, words[4], strtoull(words[5], 0, 10), dies);
  }
  return 0;
}
