package io.millrace.message;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.ForeignThreadException;
import io.millrace.message.Market.Level;
import io.millrace.message.Market.Side;
import io.millrace.message.Market.Venue;
import io.millrace.ring.Consumer;
import io.millrace.ring.GroupOptions;
import io.millrace.ring.Producer;
import io.millrace.ring.Ring;
import io.millrace.ring.RingOptions;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ReaderTest {
  private final Ring ring = Ring.create(RingOptions.capacity(64 * 1024));
  private final Producer producer = ring.addProducer();
  private final Consumer consumer = ring.addConsumer(GroupOptions.named("all"));
  private final Market out = Messages.writer(Market.class, producer);

  @AfterEach
  void close() {
    ring.close();
  }

  @Test
  void viewsAreEmptyOnceTheCallIsOver() {
    List<CharSequence> texts = new ArrayList<>();
    List<DirectBuffer> buffers = new ArrayList<>();
    List<Iterable<Level>> groups = new ArrayList<>();
    List<Iterator<Level>> iterators = new ArrayList<>();
    MessageReader reader =
        Messages.reader(
            Market.class,
            new Calls() {
              @Override
              public void placed(long id, CharSequence symbol, Side side, long price, int n) {
                texts.add(symbol);
                throw new IllegalStateException("not now");
              }

              @Override
              public void book(
                  String name, long id, Iterable<Level> bids, Level[] asks, DirectBuffer rest) {
                groups.add(bids);
                iterators.add(bids.iterator());
                buffers.add(rest);
              }
            });
    Level level = new Level(1, 2, null, new Venue("", (short) 0), "n", new byte[0]);
    out.book("x", 1, List.of(level), new Level[0], new UnsafeBuffer(new byte[8]));
    out.placed(1, "MILL", Side.BUY, 1, 1);
    assertThrows(IllegalStateException.class, () -> consumer.poll(reader, 10));
    assertEquals(0, texts.get(0).length());
    assertEquals("", texts.get(0).toString());
    assertThrows(IndexOutOfBoundsException.class, () -> texts.get(0).charAt(0));
    assertThrows(IndexOutOfBoundsException.class, () -> buffers.get(0).getByte(0));
    assertFalse(groups.get(0).iterator().hasNext());
    assertThrows(NoSuchElementException.class, () -> iterators.get(0).next());
  }

  @Test
  void anIteratorThatWasKeptGetsNothingOfALaterMessage() {
    List<Iterator<Level>> kept = new ArrayList<>();
    List<Boolean> more = new ArrayList<>();
    MessageReader reader =
        Messages.reader(
            Market.class,
            new Calls() {
              @Override
              public void book(
                  String name, long id, Iterable<Level> bids, Level[] asks, DirectBuffer rest) {
                kept.add(bids.iterator());
                more.add(kept.get(0).hasNext());
              }
            });
    Level level = new Level(1, 2, null, new Venue("", (short) 0), "n", new byte[0]);
    UnsafeBuffer nothing = new UnsafeBuffer(new byte[0]);
    out.book("x", 1, List.of(level), new Level[0], nothing);
    out.book("x", 2, List.of(level, level), new Level[0], nothing);
    consumer.poll(reader, 10);
    assertEquals(List.of(true, false), more);
  }

  @Test
  void textsAreCharSequencesInEveryWay() {
    List<String> noted = new ArrayList<>();
    MessageReader reader =
        Messages.reader(
            Market.class,
            new Calls() {
              @Override
              public long texts(
                  CharSequence utf8,
                  CharSequence ascii,
                  String three,
                  CharSequence twenty,
                  CharSequence forty,
                  String kept) {
                for (CharSequence text : List.of(utf8, ascii, twenty, forty)) {
                  noted.add(text.subSequence(1, 3) + "" + text.charAt(0) + text.length());
                  assertTrue(text.toString().contentEquals(text));
                  assertThrows(IndexOutOfBoundsException.class, () -> text.charAt(text.length()));
                  assertThrows(IndexOutOfBoundsException.class, () -> text.charAt(-1));
                }
                return 0;
              }
            });
    out.texts("über", "abc", "x", "an\ud83d\ude00", "abcdefghi", "y");
    consumer.poll(reader, 10);
    assertEquals(List.of("beü4", "bca3", "n\ud83da4", "bca9"), noted);
  }

  @Test
  void aMessageThatComesAgainIsMarked() {
    List<Boolean> marks = new ArrayList<>();
    MessageReader[] reader = new MessageReader[1];
    reader[0] =
        Messages.reader(
            Market.class,
            new Calls() {
              @Override
              public void cancelled(long id) {
                marks.add(reader[0].isRedelivery());
                if (marks.size() == 1) {
                  throw new IllegalStateException("not now");
                }
              }
            });
    out.cancelled(1);
    out.cancelled(2);
    assertThrows(IllegalStateException.class, () -> consumer.poll(reader[0], 10));
    assertEquals(2, consumer.poll(reader[0], 10));
    assertEquals(List.of(false, true, false), marks);
    assertFalse(reader[0].isRedelivery());
  }

  @Test
  void anImplementationThatUsesItsOwnReaderIsRefused() {
    Captured captured = new Captured();
    Market writer = Messages.writer(Market.class, captured);
    MessageReader[] reader = new MessageReader[1];
    List<String> noted = new ArrayList<>();
    reader[0] =
        Messages.reader(
            Market.class,
            new Calls() {
              @Override
              public void placed(long id, CharSequence symbol, Side side, long price, int n) {
                noted.add(symbol.toString());
                if (id == 1) {
                  captured.sent.clear();
                  writer.placed(2, "IN", Side.BUY, 1, 1);
                  assertThrows(IllegalStateException.class, () -> captured.replay(reader[0]));
                  assertEquals("OUT", symbol.toString());
                }
              }
            });
    writer.placed(1, "OUT", Side.BUY, 1, 1);
    Captured.deliver(reader[0], 1, captured.only());
    captured.sent.clear();
    writer.placed(3, "NEXT", Side.BUY, 1, 1);
    captured.replay(reader[0]);
    assertEquals(List.of("OUT", "NEXT"), noted);
  }

  @Test
  void aSecondThreadIsRefused() {
    Captured captured = new Captured();
    Messages.writer(Market.class, captured).placed(1, "A", Side.BUY, 1, 1);
    byte[] payload = captured.only();
    MessageReader reader = Messages.reader(Market.class, new Calls());
    Captured.deliver(reader, 1, payload);
    CompletionException refusal =
        assertThrows(
            CompletionException.class,
            () -> CompletableFuture.runAsync(() -> Captured.deliver(reader, 1, payload)).join());
    assertEquals(ForeignThreadException.class, refusal.getCause().getClass());
  }

  @Test
  void whatIsNoMessageIsCountedOrHandedOver() {
    List<Integer> types = new ArrayList<>();
    MessageReader counting = Messages.reader(Market.class, new Calls());
    MessageReader handing =
        Messages.reader(
            Market.class, new Calls(), (type, buffer, offset, length) -> types.add(type));
    Captured captured = new Captured();
    Messages.writer(Market.class, captured).cancelled(1);
    byte[] cancelled = captured.only();
    for (MessageReader reader : List.of(counting, handing)) {
      Captured.deliver(reader, 99, new byte[0]);
      Captured.deliver(reader, 2, new byte[7]);
      Captured.deliver(reader, 1, cancelled); // The type is that of another message.
      byte[] other = cancelled.clone();
      other[4]++; // Another schema.
      Captured.deliver(reader, 2, other);
      byte[] newer = cancelled.clone();
      newer[2] = 100; // A template of a newer version.
      Captured.deliver(reader, 100, newer);
      assertEquals(5, reader.unknown());
    }
    assertEquals(List.of(99, 2, 1, 2, 100), types);
  }

  @Test
  void arraysOfAGroupBelongToTheImplementation() {
    List<Level[]> kept = new ArrayList<>();
    MessageReader reader =
        Messages.reader(
            Market.class,
            new Calls() {
              @Override
              public void book(
                  String name, long id, Iterable<Level> bids, Level[] asks, DirectBuffer rest) {
                kept.add(asks);
              }
            });
    Level one = new Level(1, 2, null, new Venue("A", (short) 0), "one", new byte[] {1});
    Level two = new Level(1, 2, null, new Venue("B", (short) 0), "two", new byte[] {2});
    out.book("", 1, List.of(), new Level[] {one, two}, new UnsafeBuffer(new byte[0]));
    out.book("", 1, List.of(), new Level[] {two}, new UnsafeBuffer(new byte[0]));
    consumer.poll(reader, 10);
    assertEquals("one", kept.get(0)[0].note());
    assertEquals("two", kept.get(0)[1].note());
    assertArrayEquals(new byte[] {2}, kept.get(1)[0].tag());
  }
}
