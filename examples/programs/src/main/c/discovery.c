/* Finds a ring by name and gets its descriptors over its publisher's socket. */
#include "ring.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

enum { SLOT = 16384, FRONT = 16, SCHEMA = 1802, MOST_DESCRIPTORS = 253 };

struct record {
  int64_t instance, revision;
  int32_t pid;
  uint32_t uid;
  uint64_t memory[3]; /* Of the first descriptor: device, inode, size. */
  int descriptors;
  int has_schema; /* The last descriptor is that of a schema. */
  char socket[64];
};

/* Reads forward in a message, never beyond its end. */
struct cursor {
  const uint8_t *at, *end;
};

static const uint8_t *take(struct cursor *cursor, uint32_t length) {
  const uint8_t *taken = cursor->at;
  if (length > cursor->end - taken) die("the record is cut short");
  cursor->at += length;
  return taken;
}

static uint32_t take_short(struct cursor *cursor) {
  const uint8_t *bytes = take(cursor, 2);
  return bytes[0] | (uint32_t)bytes[1] << 8;
}

/* Returns 0 if there is no whole record in this slot, or an older one. */
static int parse(const uint8_t *slot, int64_t length, struct record *record) {
  uint32_t words[4];
  if (length < FRONT) return 0;
  memcpy(words, slot, sizeof words);
  if (words[0] != 0x5253524d || (words[1] & 0xffff) != 1 || words[2] > length - FRONT ||
      words[2] > SLOT - FRONT || words[3] != crc32c(slot + FRONT, words[2]))
    return 0;
  struct cursor cursor = {slot + FRONT, slot + FRONT + words[2]};
  uint32_t block = take_short(&cursor), template = take_short(&cursor);
  uint32_t schema = take_short(&cursor);
  take_short(&cursor); /* The version: later ones have appended fields, which are skipped. */
  if (block < 52 || template != 1 || schema != SCHEMA) return 0;
  const uint8_t *fields = take(&cursor, block);
  int64_t revision;
  memcpy(&revision, fields + 8, 8);
  if (revision <= record->revision) return 0;
  record->revision = revision;
  memcpy(&record->instance, fields, 8);
  memcpy(&record->pid, fields + 40, 4);
  memcpy(&record->uid, fields + 44, 4);
  uint32_t entry = take_short(&cursor);
  record->descriptors = (int)take_short(&cursor);
  for (int i = 0; i < record->descriptors; i++) {
    const uint8_t *described = take(&cursor, entry);
    record->has_schema = entry >= 25 && i > 0 && i == record->descriptors - 1 && described[24] == 4;
    if (entry < 25 || (!record->has_schema && described[24] != (i == 0 ? 1 : 3)))
      die("the service is no ring");
    if (i == 0) memcpy(record->memory, described, sizeof record->memory);
  }
  take_short(&cursor);
  for (uint32_t texts = 2 * take_short(&cursor); texts > 0; texts--)
    take(&cursor, take_short(&cursor)); /* The capabilities. */
  take(&cursor, take_short(&cursor));   /* The name. */
  take(&cursor, take_short(&cursor));   /* The kind. */
  uint32_t socket_length = take_short(&cursor);
  const uint8_t *name = take(&cursor, socket_length);
  if (socket_length == 0 || socket_length >= sizeof record->socket || memchr(name, '/', socket_length))
    die("the publisher offers no socket");
  memcpy(record->socket, name, socket_length);
  record->socket[socket_length] = 0;
  return 1;
}

/* Its publisher lives, and has not withdrawn the service, while byte 0 of the record is locked. */
static void require_alive(int file, const char *name) {
  struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = 0, .l_len = 1};
  if (fcntl(file, F_OFD_GETLK, &lock)) die("cannot look at the lock of %s", name);
  if (lock.l_type == F_UNLCK) die("the publisher of %s is dead", name);
}

static int connect_to(int directory, const struct record *record) {
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  struct ucred peer;
  socklen_t length = sizeof peer;
  /* Through /proc, because the path of the directory may be longer than an address can be. */
  snprintf(address.sun_path, sizeof address.sun_path, "/proc/self/fd/%d/%s", directory,
           record->socket);
  int connection = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
  if (connection < 0 || connect(connection, (struct sockaddr *)&address, sizeof address))
    die("cannot connect to %s: %s", record->socket, strerror(errno));
  if (getsockopt(connection, SOL_SOCKET, SO_PEERCRED, &peer, &length) || peer.uid != record->uid ||
      peer.pid != record->pid)
    die("the socket belongs to process %d, which is not the publisher", peer.pid);
  return connection;
}

/* Asks, and receives the answer with the descriptors. */
static int ask(int connection, const struct record *record, int *descriptors, int most) {
  uint16_t header[4] = {8, 2, SCHEMA, 0};
  uint8_t request[16], reply[9];
  memcpy(request, header, 8);
  memcpy(request + 8, &record->instance, 8);
  if (send(connection, request, sizeof request, MSG_NOSIGNAL) != sizeof request)
    die("cannot ask: %s", strerror(errno));
  _Alignas(struct cmsghdr) uint8_t control[CMSG_SPACE(MOST_DESCRIPTORS * sizeof(int))];
  struct iovec buffer = {reply, sizeof reply};
  struct msghdr message = {.msg_iov = &buffer, .msg_iovlen = 1, .msg_control = control,
                           .msg_controllen = sizeof control};
  if (recvmsg(connection, &message, MSG_CMSG_CLOEXEC) != sizeof reply || reply[8] != 1)
    die("the publisher does not give its descriptors to this user");
  struct cmsghdr *part = CMSG_FIRSTHDR(&message);
  if (message.msg_flags & (MSG_CTRUNC | MSG_TRUNC) || !part || part->cmsg_type != SCM_RIGHTS)
    die("no descriptors came");
  int count = (int)((part->cmsg_len - CMSG_LEN(0)) / sizeof(int));
  if (count != record->descriptors || count > most) die("%d descriptors came", count);
  memcpy(descriptors, CMSG_DATA(part), (size_t)count * sizeof(int));
  return count;
}

int acquire(const char *root, const char *name, int *descriptors, int most) {
  static uint8_t content[2 * SLOT];
  struct record record = {.revision = -1};
  struct stat status;
  int directory = open(root, O_PATH | O_DIRECTORY | O_CLOEXEC);
  int file = openat(directory, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
  if (file < 0) die("no service %s in %s", name, root);
  int64_t length = pread(file, content, sizeof content, 0);
  int found = parse(content, length, &record);
  found |= parse(content + SLOT, length - SLOT, &record);
  if (!found) die("the record of %s is damaged or of another version", name);
  require_alive(file, name);
  int connection = connect_to(directory, &record);
  int count = ask(connection, &record, descriptors, most);
  if (record.has_schema) close(descriptors[--count]); /* Not part of the ring. */
  require_alive(file, name); /* Now as well: then they were the publisher's. */
  if (fstat(descriptors[0], &status) || status.st_dev != record.memory[0] ||
      status.st_ino != record.memory[1] || (uint64_t)status.st_size != record.memory[2])
    die("another memory came than the one that was published");
  close(connection);
  close(file);
  close(directory);
  return count;
}
