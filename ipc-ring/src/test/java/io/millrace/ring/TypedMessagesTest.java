package io.millrace.ring;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.ring.sbe.MessageHeaderDecoder;
import io.millrace.ring.sbe.MessageHeaderEncoder;
import io.millrace.ring.sbe.QuoteDecoder;
import io.millrace.ring.sbe.QuoteEncoder;
import io.millrace.ring.sbe.TradeDecoder;
import io.millrace.ring.sbe.TradeEncoder;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;

class TypedMessagesTest {
  private static final RingOptions SMALL = RingOptions.capacity(64 * 1024);
  private static final GroupOptions ALL = GroupOptions.named("all");
  private static final int QUOTE = QuoteEncoder.TEMPLATE_ID;
  private static final int TRADE = TradeEncoder.TEMPLATE_ID;

  private final List<String> seen = new ArrayList<>();

  /** What the application has: a price for so much of something. */
  private record Order(long instrument, long price, int quantity, byte[] venue) {}

  /** The worked example: SBE with a block of fixed length. */
  private static final class QuoteCodec
      implements RecordEncoder<Order>, RecordDecoder<QuoteDecoder> {
    private final MessageHeaderEncoder headerEncoder = new MessageHeaderEncoder();
    private final MessageHeaderDecoder headerDecoder = new MessageHeaderDecoder();
    private final QuoteEncoder encoder = new QuoteEncoder();
    private final QuoteDecoder decoder = new QuoteDecoder();

    @Override
    public int encodedLength(Order order) {
      return MessageHeaderEncoder.ENCODED_LENGTH + QuoteEncoder.BLOCK_LENGTH;
    }

    @Override
    public void encode(Order order, MutableDirectBuffer buffer, int offset) {
      encoder
          .wrapAndApplyHeader(buffer, offset, headerEncoder)
          .instrument(order.instrument)
          .bid(order.price - 1)
          .ask(order.price + 1)
          .quantity(order.quantity);
    }

    @Override
    public QuoteDecoder decode(DirectBuffer buffer, int offset, int length) {
      return decoder.wrapAndApplyHeader(buffer, offset, headerDecoder);
    }
  }

  /** The same with a part of variable length. */
  private static final class TradeCodec
      implements RecordEncoder<Order>, RecordDecoder<TradeDecoder> {
    private final MessageHeaderEncoder headerEncoder = new MessageHeaderEncoder();
    private final MessageHeaderDecoder headerDecoder = new MessageHeaderDecoder();
    private final TradeEncoder encoder = new TradeEncoder();
    private final TradeDecoder decoder = new TradeDecoder();

    @Override
    public int encodedLength(Order order) {
      return MessageHeaderEncoder.ENCODED_LENGTH
          + TradeEncoder.BLOCK_LENGTH
          + TradeEncoder.venueHeaderLength()
          + order.venue.length;
    }

    @Override
    public void encode(Order order, MutableDirectBuffer buffer, int offset) {
      encoder
          .wrapAndApplyHeader(buffer, offset, headerEncoder)
          .instrument(order.instrument)
          .price(order.price)
          .quantity(order.quantity)
          .putVenue(order.venue, 0, order.venue.length);
    }

    @Override
    public TradeDecoder decode(DirectBuffer buffer, int offset, int length) {
      return decoder.wrapAndApplyHeader(buffer, offset, headerDecoder);
    }
  }

  @Test
  void sbeMessagesOfSeveralKindsArriveAsTheyWereSent() {
    try (Ring ring = Ring.create(SMALL);
        Consumer consumer = ring.addConsumer(ALL);
        Producer producer = ring.addProducer()) {
      TypedProducer<Order> quotes = new TypedProducer<>(producer, QUOTE, new QuoteCodec());
      TypedProducer<Order> trades = new TypedProducer<>(producer, TRADE, new TradeCodec());
      TypedConsumer messages =
          new TypedConsumer(consumer)
              .on(QUOTE, new QuoteCodec(), this::seen)
              .on(TRADE, new TradeCodec(), this::seen);
      assertTrue(quotes.offer(new Order(1, 100, 5, "x".getBytes())));
      assertTrue(trades.offer(new Order(2, 200, 6, "London".getBytes())));
      assertTrue(trades.offer(new Order(3, 300, 7, new byte[0])));
      assertEquals(3, messages.poll(10));
      assertEquals(List.of("1: 5 at 99/101", "2: 6 at 200 in London", "3: 7 at 300 in "), seen);
    }
  }

  private void seen(QuoteDecoder quote) {
    seen.add(
        quote.instrument() + ": " + quote.quantity() + " at " + quote.bid() + "/" + quote.ask());
  }

  private void seen(TradeDecoder trade) {
    seen.add(
        trade.instrument()
            + ": "
            + trade.quantity()
            + " at "
            + trade.price()
            + " in "
            + trade.venue());
  }

  @Test
  void anEncoderThatThrowsLeavesNothingBehind() {
    try (Ring ring = Ring.create(SMALL);
        Consumer consumer = ring.addConsumer(ALL);
        Producer producer = ring.addProducer()) {
      TypedProducer<String> failing =
          new TypedProducer<>(
              producer,
              1,
              encoder(
                  32,
                  (buffer, offset) -> {
                    buffer.putLong(offset, -1);
                    throw new IllegalStateException("no such field");
                  }));
      for (int i = 0; i < 5000; i++) {
        IllegalStateException failure =
            assertThrows(IllegalStateException.class, () -> failing.offer("x"));
        assertEquals("no such field", failure.getMessage());
        assertEquals(0, consumer.poll((type, buffer, offset, length) -> seen.add("x"), 10));
      }
      assertTrue(producer.offer(2, new UnsafeBuffer(new byte[8]), 0, 8) > 0);
      assertEquals(1, consumer.poll((type, buffer, offset, length) -> seen.add("" + type), 10));
      assertEquals(List.of("2"), seen);
    }
  }

  @Test
  void anEncoderCannotWriteBeyondWhatItAskedFor() {
    try (Ring ring = Ring.create(SMALL);
        Consumer consumer = ring.addConsumer(ALL);
        Producer producer = ring.addProducer()) {
      TypedProducer<String> greedy =
          new TypedProducer<>(
              producer, 1, encoder(8, (buffer, offset) -> buffer.putLong(offset + 8, 1)));
      assertThrows(IndexOutOfBoundsException.class, () -> greedy.offer("x"));
      TypedProducer<String> tooLong =
          new TypedProducer<>(
              producer, 1, encoder(producer.maxMessageLength() + 1, (buffer, offset) -> {}));
      assertThrows(IllegalArgumentException.class, () -> tooLong.offer("x"));
      assertEquals(0, consumer.poll((type, buffer, offset, length) -> {}, 10));
    }
  }

  @Test
  void buffersAreUselessOnceTheCallIsOver() {
    try (Ring ring = Ring.create(SMALL);
        Consumer consumer = ring.addConsumer(ALL);
        Producer producer = ring.addProducer()) {
      List<DirectBuffer> kept = new ArrayList<>();
      TypedProducer<String> keeping =
          new TypedProducer<>(producer, 1, encoder(8, (buffer, offset) -> kept.add(buffer)));
      assertTrue(keeping.offer("x"));
      new TypedConsumer(consumer)
          .<DirectBuffer>on(1, (buffer, offset, length) -> buffer, kept::add)
          .poll(1);
      assertEquals(2, kept.size());
      for (DirectBuffer late : kept) {
        assertThrows(IndexOutOfBoundsException.class, () -> late.getLong(0));
      }
    }
  }

  @Test
  void aMessageWhoseHandlerThrowsComesAgainAsRedelivery() {
    try (Ring ring = Ring.create(SMALL);
        Consumer consumer = ring.addConsumer(ALL);
        Producer producer = ring.addProducer()) {
      TypedConsumer messages =
          new TypedConsumer(consumer)
              .on(
                  1,
                  (buffer, offset, length) -> buffer.getLong(offset),
                  new TypedHandler<Long>() {
                    @Override
                    public void onMessage(Long message) {
                      throw new IllegalStateException("not now");
                    }

                    @Override
                    public void onRedelivery(Long message) {
                      seen.add("again " + message);
                    }
                  })
              .otherwise((type, buffer, offset, length) -> seen.add("other " + type));
      UnsafeBuffer message = new UnsafeBuffer(new byte[8]);
      message.putLong(0, 42);
      producer.offer(1, message, 0, 8);
      producer.offer(5, message, 0, 8);
      assertThrows(IllegalStateException.class, () -> messages.poll(10));
      assertEquals(2, messages.poll(10));
      assertEquals(List.of("again 42", "other 5"), seen);
    }
  }

  @Test
  void whatNobodyAskedForIsPassedOverAndCounted() {
    try (Ring ring = Ring.create(SMALL);
        Consumer consumer = ring.addConsumer(ALL);
        Producer producer = ring.addProducer()) {
      TypedConsumer messages = new TypedConsumer(consumer).on(QUOTE, new QuoteCodec(), this::seen);
      assertThrows(
          IllegalArgumentException.class,
          () -> messages.on(QUOTE, new QuoteCodec(), (QuoteDecoder quote) -> {}));
      producer.offer(99, new UnsafeBuffer(new byte[8]), 0, 8);
      assertEquals(1, messages.poll(1, WaitStrategy.blocking(), TimeUnit.SECONDS.toNanos(30)));
      assertEquals(1, messages.unhandled());
    }
  }

  @Test
  void aTypedOfferWaitsForRoomOrGivesUp() throws InterruptedException {
    try (Ring ring = Ring.create(SMALL);
        Consumer consumer = ring.addConsumer(ALL);
        Producer producer = ring.addProducer()) {
      TypedProducer<String> typed =
          new TypedProducer<>(producer, 1, encoder(1000, (buffer, offset) -> {}));
      while (typed.offer("x")) {
        seen.add("x");
      }
      assertFalse(typed.offer("x", WaitStrategy.blocking(), 2_000_000));
      Thread freeing = new Thread(() -> consumer.poll((type, buffer, offset, length) -> {}, 1));
      freeing.start();
      assertTrue(typed.offer("x", WaitStrategy.blocking(), TimeUnit.SECONDS.toNanos(30)));
      freeing.join();
    }
  }

  /** Encodes something of a fixed length. */
  private static RecordEncoder<String> encoder(
      int length, java.util.function.ObjIntConsumer<MutableDirectBuffer> writer) {
    return new RecordEncoder<>() {
      @Override
      public int encodedLength(String message) {
        return length;
      }

      @Override
      public void encode(String message, MutableDirectBuffer buffer, int offset) {
        writer.accept(buffer, offset);
      }
    };
  }
}
