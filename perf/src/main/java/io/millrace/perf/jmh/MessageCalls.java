package io.millrace.perf.jmh;

import io.millrace.message.Messages;
import io.millrace.perf.codec.MessageHeaderDecoder;
import io.millrace.perf.codec.MessageHeaderEncoder;
import io.millrace.perf.codec.PlacedDecoder;
import io.millrace.perf.codec.PlacedEncoder;
import io.millrace.ring.Consumer;
import io.millrace.ring.GroupOptions;
import io.millrace.ring.Producer;
import io.millrace.ring.RecordHandler;
import io.millrace.ring.Ring;
import io.millrace.ring.RingOptions;
import org.agrona.CloseHelper;
import org.agrona.DirectBuffer;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/**
 * A message of five fields, written and read by the same thread: by an interface, and by the codec
 * that the SBE tool generates from the same schema, written by hand into a claim.
 */
@State(Scope.Thread)
public class MessageCalls {
  private static final int LENGTH =
      MessageHeaderEncoder.ENCODED_LENGTH + PlacedEncoder.BLOCK_LENGTH;
  private static final io.millrace.perf.codec.Side[] SIDES = {
    io.millrace.perf.codec.Side.BUY, io.millrace.perf.codec.Side.SELL
  };
  private static final Orders.Side[] CONSTANTS = Orders.Side.values();
  private static final String[] SYMBOLS = {"MILL", "RACE", "LONGER", "EIGHTCHR"};

  private final MessageHeaderEncoder headerEncoder = new MessageHeaderEncoder();
  private final MessageHeaderDecoder headerDecoder = new MessageHeaderDecoder();
  private final PlacedEncoder encoder = new PlacedEncoder();
  private final PlacedDecoder decoder = new PlacedDecoder();
  private final RecordHandler decoding = this::decode;

  private Ring ring;
  private Producer producer;
  private Consumer consumer;
  private Orders writer;
  private RecordHandler reader;
  private long sent;
  private long read;

  /** Makes the ring, the writer and the reader. */
  @Setup
  public void open() {
    ring = Ring.create(RingOptions.capacity(1 << 20).name("messages"));
    producer = ring.addProducer();
    consumer = ring.addConsumer(GroupOptions.named("messages"));
    writer = Messages.writer(Orders.class, producer);
    reader = Messages.reader(Orders.class, this::placed);
  }

  /** Gives it back. */
  @TearDown
  public void close() {
    CloseHelper.closeAll(consumer, producer, ring);
  }

  private void placed(long id, CharSequence symbol, Orders.Side side, long price, int quantity) {
    long sum = id + side.ordinal() + price + quantity;
    for (int i = 0; i < symbol.length(); i++) {
      sum = sum * 31 + symbol.charAt(i);
    }
    read = sum;
  }

  private void decode(int type, DirectBuffer buffer, int offset, int length) {
    decoder.wrapAndApplyHeader(buffer, offset, headerDecoder);
    long sum =
        decoder.id() + decoder.side().value() + decoder.price().mantissa() + decoder.quantity();
    for (int i = 0; i < PlacedDecoder.symbolLength() && decoder.symbol(i) != 0; i++) {
      sum = sum * 31 + decoder.symbol(i);
    }
    read = sum;
  }

  /**
   * One message there, by an interface.
   *
   * @return what was read
   */
  @Benchmark
  public long interfaceTyped() {
    long id = sent++;
    int choice = (int) id & 3;
    writer.placed(id, SYMBOLS[choice], CONSTANTS[choice & 1], id << 4, choice);
    consumer.poll(reader, 1);
    return read;
  }

  /**
   * One message there, by the generated codec.
   *
   * @return what was read
   */
  @Benchmark
  public long generatedCodec() {
    long id = sent++;
    int choice = (int) id & 3;
    int index = producer.tryClaim(PlacedEncoder.TEMPLATE_ID, LENGTH);
    encoder
        .wrapAndApplyHeader(producer.buffer(), index, headerEncoder)
        .id(id)
        .symbol(SYMBOLS[choice])
        .side(SIDES[choice & 1])
        .quantity(choice)
        .price()
        .mantissa(id << 4);
    producer.commit(index);
    consumer.poll(decoding, 1);
    return read;
  }
}
