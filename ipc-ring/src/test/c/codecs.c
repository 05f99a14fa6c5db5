/* Reads a message that Millrace wrote, and writes one for Millrace to read, by generated codecs. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "io_millrace_message_market/book.h"
#include "io_millrace_message_market/messageHeader.h"

#define NAME(what) io_millrace_message_market_##what

static char buffer[4096];

static void print_text(const char *text, uint32_t length) {
  printf(" %.*s", (int) length, text);
}

/* Prints the book: id, bids, asks, name. */
static void read_book(uint64_t length) {
  struct NAME(messageHeader) header;
  struct NAME(book) book;
  struct NAME(book_bids) bids;
  struct NAME(book_asks) asks;
  struct NAME(decimal64m4) price;
  uint32_t bytes;
  NAME(messageHeader_wrap)(&header, buffer, 0, 0, length);
  NAME(book_wrap_for_decode)(&book, buffer, NAME(messageHeader_encoded_length)(),
      NAME(messageHeader_blockLength)(&header), NAME(messageHeader_version)(&header), length);
  printf("book %" PRId64, NAME(book_id)(&book));
  NAME(book_get_bids)(&book, &bids);
  while (NAME(book_bids_has_next)(&bids)) {
    NAME(book_bids_next)(&bids);
    printf(" bid %" PRId64 " %" PRId32, NAME(decimal64m4_mantissa)(NAME(book_bids_price)(&bids, &price)),
        NAME(book_bids_size)(&bids));
    bytes = NAME(book_bids_note_length)(&bids);
    print_text(NAME(book_bids_note)(&bids), bytes);
    NAME(book_bids_tag)(&bids);
  }
  NAME(book_get_asks)(&book, &asks);
  printf(" asks %" PRIu64, NAME(book_asks_count)(&asks));
  while (NAME(book_asks_has_next)(&asks)) {
    NAME(book_asks_next)(&asks);
    NAME(book_asks_note)(&asks);
    NAME(book_asks_tag)(&asks);
  }
  bytes = NAME(book_name_length)(&book);
  print_text(NAME(book_name)(&book), bytes);
  printf("\n");
}

/* Returns the length of a book with one ask. */
static uint64_t write_book(void) {
  struct NAME(messageHeader) header;
  struct NAME(book) book;
  struct NAME(book_bids) bids;
  struct NAME(book_asks) asks;
  struct NAME(decimal64m4) price;
  struct NAME(venue) venue;
  memset(buffer, 0, sizeof buffer);
  NAME(book_wrap_and_apply_header)(&book, buffer, 0, sizeof buffer, &header);
  NAME(book_set_id)(&book, -7);
  NAME(book_bids_set_count)(&book, &bids, 0);
  NAME(book_asks_set_count)(&book, &asks, 1);
  NAME(book_asks_next)(&asks);
  NAME(decimal64m4_set_mantissa)(NAME(book_asks_price)(&asks, &price), 1005000);
  NAME(book_asks_set_size)(&asks, 3);
  NAME(book_asks_set_side)(&asks, NAME(side_NULL_VALUE));
  NAME(venue_put_code)(NAME(book_asks_venue)(&asks, &venue), "XLON");
  NAME(venue_set_zone)(&venue, -1);
  NAME(book_asks_put_note)(&asks, "aus C", 5);
  NAME(book_asks_put_tag)(&asks, "\1\2", 2);
  NAME(book_put_name)(&book, "MILL", 4);
  NAME(book_put_rest)(&book, "\3", 1);
  return NAME(messageHeader_encoded_length)() + NAME(book_encoded_length)(&book);
}

int main(int count, char **arguments) {
  FILE *in = count == 3 ? fopen(arguments[1], "rb") : NULL;
  FILE *out = count == 3 ? fopen(arguments[2], "wb") : NULL;
  if (in == NULL || out == NULL) {
    return 1;
  }
  read_book(fread(buffer, 1, sizeof buffer, in));
  fwrite(buffer, 1, write_book(), out);
  return fclose(out) | fclose(in);
}
