package io.millrace.message;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.ForeignThreadException;
import io.millrace.message.Market.Leg;
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
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

/** Whatever an argument is or does, nothing of it is sent or stays claimed unless all of it is. */
class ArgumentsTest {
  private static final DirectBuffer NO_BYTES = new UnsafeBuffer(new byte[0]);

  private static final String FORTY_ONE = "x".repeat(41);

  private final Ring ring = Ring.create(RingOptions.capacity(64 * 1024));
  private final Producer producer = ring.addProducer();
  private final Consumer consumer = ring.addConsumer(GroupOptions.named("all"));
  private final Calls calls = new Calls();
  private final MessageReader reader = Messages.reader(Market.class, calls);
  private final Market out = Messages.writer(Market.class, producer);

  @AfterEach
  void close() {
    ring.close();
  }

  /** Throws, sends nothing, and the writer goes on. */
  private <X extends Throwable> X assertNothingSent(Class<X> kind, Executable call) {
    X thrown = assertThrows(kind, call);
    out.cancelled(42);
    assertEquals(1, consumer.poll(reader, 10));
    assertEquals("cancelled 42", calls.seen.remove(0));
    return thrown;
  }

  private void assertRefused(String why, Executable call) {
    String message = assertNothingSent(IllegalArgumentException.class, call).getMessage();
    assertTrue(message.contains(why), message);
  }

  @Test
  void textsThatDoNotFitAreRefusedWithTheirPlace() {
    assertRefused(
        "Market.placed, parameter 2 (symbol): the text takes more than the 8 bytes",
        () -> out.placed(1, "123456789", Side.BUY, 1, 1));
    assertRefused(
        "parameter 4 (twenty): the text takes more than the 20 bytes",
        () -> out.texts("", "", "", "123456789012345678ü1", "", ""));
    assertRefused(
        "parameter 5 (forty): the text takes more", () -> out.texts("", "", "", "", FORTY_ONE, ""));
    assertRefused("is none of ASCII", () -> out.placed(1, "grün", Side.BUY, 1, 1));
    assertRefused("is none of ASCII", () -> out.texts("", "ü", "", "", "", ""));
    assertRefused("is none of ASCII", () -> out.texts("", "", "", "", "ü", ""));
    assertRefused("half a surrogate", () -> out.texts("\ud83d", "", "", "", "", ""));
    assertRefused("half a surrogate", () -> out.texts("\ude00x", "", "", "", "", ""));
    assertRefused("character 0", () -> out.placed(1, "a\0", Side.BUY, 1, 1));
    assertRefused("character 0", () -> out.texts("", "", "", "a\0", "", ""));
    assertRefused("limit of its sender", () -> out.texts("x".repeat(40_000), "", "", "", "", ""));
    assertRefused("the limit of this ring", () -> out.bytes(new byte[40_000], 1, NO_BYTES));
  }

  @Test
  void nullIsRefusedWithItsPlace() {
    Leg leg = new Leg(1, null, 1, 1, new Venue("", (short) 0), "", true);
    Leg hollow = new Leg(1, Side.BUY, 1, 1, null, "", true);
    List<Executable> all =
        List.of(
            () -> out.placed(1, null, Side.BUY, 1, 1),
            () -> out.placed(1, "", null, 1, 1),
            () -> out.texts(null, "", "", "", "", ""),
            () -> out.texts("", "", "", null, "", ""),
            () -> out.bytes(null, 1, NO_BYTES),
            () -> out.bytes(new byte[0], 1, null),
            () -> out.leg(null, Side.BUY),
            () -> out.leg(leg, Side.BUY),
            () -> out.leg(hollow, Side.BUY),
            () -> out.book("", 1, null, new Level[0], NO_BYTES),
            () -> out.book("", 1, List.of(), new Level[1], NO_BYTES));
    for (Executable one : all) {
      String message = assertNothingSent(NullPointerException.class, one).getMessage();
      assertTrue(message.startsWith("Market."), message);
      assertTrue(message.endsWith(" is null"), message);
    }
  }

  /** A text that does something when it is asked for its characters. */
  private record Acting(String text, Runnable action) implements CharSequence {
    @Override
    public int length() {
      return text.length();
    }

    @Override
    public char charAt(int index) {
      if (index == 1) {
        action.run();
      }
      return text.charAt(index);
    }

    @Override
    public CharSequence subSequence(int start, int end) {
      return text.substring(start, end);
    }

    @Override
    public String toString() {
      return text;
    }
  }

  @Test
  void whatAnArgumentThrowsComesOutAndNothingIsSent() {
    IllegalStateException mine = new IllegalStateException("mine");
    Runnable throwing =
        () -> {
          throw mine;
        };
    CharSequence bad = new Acting("abc", throwing);
    List<Executable> all =
        List.of(
            () -> out.placed(1, bad, Side.BUY, 1, 1),
            () -> out.texts(bad, "", "", "", "", ""),
            () -> out.texts("x", bad, "", "", "", ""),
            () -> out.texts("x", "y", "", bad, "", ""),
            () -> out.texts("x", "y", "", "", bad, ""),
            () ->
                out.leg(new Leg(1, Side.BUY, 1, 1, new Venue("", (short) 0), bad, true), Side.BUY),
            () ->
                out.book(
                    "",
                    1,
                    () -> {
                      throw mine;
                    },
                    new Level[0],
                    NO_BYTES));
    for (Executable one : all) {
      assertSame(mine, assertNothingSent(IllegalStateException.class, one));
    }
  }

  @Test
  void anArgumentThatUsesItsWriterIsRefusedAndItsMessageIsSent() {
    CharSequence nested = new Acting("abc", () -> out.texts("in", "", "", "", "", ""));
    IllegalStateException refusal =
        assertThrows(IllegalStateException.class, () -> out.texts(nested, "outer", "", "", "", ""));
    assertTrue(refusal.getMessage().contains("used the writer"), refusal.getMessage());
    // A message of fixed fields needs nothing that the other one has.
    CharSequence harmless = new Acting("abc", () -> out.cancelled(8));
    assertTrue(out.texts(harmless, "outer", "", "", "", "") > 0);
    assertEquals(3, consumer.poll(reader, 10));
    assertEquals(
        List.of("texts [in, , , , , ]", "cancelled 8", "texts [abc, outer, , , , ]"), calls.seen);
  }

  @Test
  void anArgumentThatClosesTheProducerClosesItAndNothingElse() {
    Producer other = ring.addProducer();
    Market doomed = Messages.writer(Market.class, other);
    assertThrows(
        IllegalStateException.class,
        () -> doomed.texts(new Acting("abc", other::close), "", "", "", "", ""));
    out.cancelled(1);
    assertEquals(1, consumer.poll(reader, 10));
  }

  @Test
  void anArgumentThatChangesIsTakenAsItWasFoundOnce() {
    StringBuilder growing = new StringBuilder("ab");
    CharSequence text = new Acting("abc", () -> growing.append("more"));
    List<Level> levels = new ArrayList<>();
    Level level = new Level(1, 2, null, new Venue("", (short) 0), "n", new byte[0]);
    Iterable<Level> changing =
        () ->
            new Iterator<>() {
              private int asked;

              @Override
              public boolean hasNext() {
                return asked < 2;
              }

              @Override
              public Level next() {
                asked++;
                levels.add(level);
                return level;
              }
            };
    out.texts(text, growing, "", "", "", "");
    out.book("", 1, changing, new Level[0], NO_BYTES);
    assertEquals(2, levels.size());
    assertEquals(2, consumer.poll(reader, 10));
    assertEquals("texts [abc, abmore, , , , ]", calls.seen.get(0));
    assertEquals(2, calls.seen.get(1).split("bid").length - 1);
  }

  @Test
  void endlessArgumentsEndAtTheLimitOfTheSender() {
    Level level = new Level(1, 2, null, new Venue("", (short) 0), "n", new byte[0]);
    Iterable<Level> endless =
        () ->
            new Iterator<>() {
              @Override
              public boolean hasNext() {
                return true;
              }

              @Override
              public Level next() {
                return level;
              }
            };
    assertRefused("limit of its sender", () -> out.book("", 1, endless, new Level[0], NO_BYTES));
  }

  @Test
  void aSecondThreadIsRefused() {
    out.texts("a", "", "", "", "", "");
    CompletionException refusal =
        assertThrows(
            CompletionException.class,
            () -> CompletableFuture.runAsync(() -> out.texts("b", "", "", "", "", "")).join());
    assertEquals(ForeignThreadException.class, refusal.getCause().getClass());
    refusal =
        assertThrows(
            CompletionException.class,
            () -> CompletableFuture.runAsync(() -> out.cancelled(1)).join());
    assertEquals(ForeignThreadException.class, refusal.getCause().getClass());
    assertEquals(1, consumer.poll(reader, 10));
    // Also before the sender is asked, which may not mind: two texts would be mixed.
    Market any = Messages.writer(Market.class, new Captured());
    any.texts("a", "", "", "", "", "");
    refusal =
        assertThrows(
            CompletionException.class,
            () -> CompletableFuture.runAsync(() -> any.texts("b", "", "", "", "", "")).join());
    assertEquals(ForeignThreadException.class, refusal.getCause().getClass());
  }
}
