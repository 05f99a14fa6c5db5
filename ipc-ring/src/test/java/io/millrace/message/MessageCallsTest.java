package io.millrace.message;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import io.millrace.message.Captured.Sent;
import io.millrace.ring.MalformedRecordException;
import io.millrace.ring.RecordHandler;
import java.lang.invoke.MethodHandles;
import java.lang.management.ManagementFactory;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;

/** Interfaces whose methods are calls, without a ring in between. */
class MessageCallsTest {
  private static final int FUZZ_ROUNDS = Integer.getInteger("millrace.fuzz.rounds", 5_000);
  private static final int TEMPLATE = 2;
  private static final int SCHEMA = 4;
  private static final int BODY = 8;

  private enum Side {
    BUY,
    SELL
  }

  private record Pair(long id, Side side, @Ascii(4) String mark) {}

  private record Level(int price, String note) {}

  private interface Asked {
    boolean truth(boolean value);

    byte small(byte value);

    short medium(short value);

    char sign(char value);

    int number(int value);

    long large(long value);

    float ratio(float value);

    double precise(double value);

    Side side(Side side);

    @Optional
    Side maybe(@Optional Side side);

    String text(String text);

    CharSequence view(CharSequence text);

    @Ascii(8)
    String symbol(@Ascii(8) CharSequence text);

    @Decimal(-4)
    long price(@Decimal(-4) long price);

    byte[] bytes(DirectBuffer bytes);

    Pair pair(Pair pair);

    Level[] book(Level[] levels);

    void nothing(int value);
  }

  /** Answers what it is asked. */
  private static final class Echo implements Asked {
    int calls;

    private <V> V called(V value) {
      calls++;
      return value;
    }

    @Override
    public boolean truth(boolean value) {
      return called(value);
    }

    @Override
    public byte small(byte value) {
      return called(value);
    }

    @Override
    public short medium(short value) {
      return called(value);
    }

    @Override
    public char sign(char value) {
      return called(value);
    }

    @Override
    public int number(int value) {
      return called(value);
    }

    @Override
    public long large(long value) {
      return called(value);
    }

    @Override
    public float ratio(float value) {
      return called(value);
    }

    @Override
    public double precise(double value) {
      return called(value);
    }

    @Override
    public Side side(Side side) {
      return called(side);
    }

    @Override
    public Side maybe(Side side) {
      return called(side);
    }

    @Override
    public String text(String text) {
      return called(text);
    }

    @Override
    public CharSequence view(CharSequence text) {
      return called(text);
    }

    @Override
    public String symbol(CharSequence text) {
      return called(text.toString());
    }

    @Override
    public long price(long price) {
      return called(price);
    }

    @Override
    public byte[] bytes(DirectBuffer bytes) {
      byte[] copy = new byte[bytes.capacity()];
      bytes.getBytes(0, copy);
      return called(copy);
    }

    @Override
    public Pair pair(Pair pair) {
      return called(pair);
    }

    @Override
    public Level[] book(Level[] levels) {
      return called(levels);
    }

    @Override
    public void nothing(int value) {
      called(value);
    }
  }

  private final Echo echo = new Echo();
  private final Loopback loopback = Loopback.to(Asked.class, echo);
  private final Asked asked = loopback.caller(Asked.class);

  @Test
  void resultsOfAllTypesComeBackAsTheyWere() {
    for (boolean value : new boolean[] {true, false}) {
      assertEquals(value, asked.truth(value));
    }
    for (long value : new long[] {Long.MIN_VALUE, -1, 0, 1, 'x', 40_000, Long.MAX_VALUE}) {
      assertEquals((byte) value, asked.small((byte) value));
      assertEquals((short) value, asked.medium((short) value));
      assertEquals((char) value, asked.sign((char) value));
      assertEquals((int) value, asked.number((int) value));
      assertEquals(value, asked.large(value));
      assertEquals(value, asked.price(value));
    }
    for (double value : new double[] {-0.0, 1.5, Double.NaN, Double.MIN_VALUE, 1e300}) {
      assertEquals((float) value, asked.ratio((float) value));
      assertEquals(value, asked.precise(value));
    }
    assertEquals(Side.SELL, asked.side(Side.SELL));
    assertEquals(Side.BUY, asked.maybe(Side.BUY));
    assertNull(asked.maybe(null));
    assertEquals("größer", asked.text("größer"));
    assertEquals("a view of the request", asked.view("a view of the request"));
    assertEquals("MILL", asked.symbol("MILL"));
    assertArrayEquals(new byte[] {1, 2}, asked.bytes(new UnsafeBuffer(new byte[] {1, 2})));
    Pair pair = new Pair(7, Side.SELL, "abc");
    assertEquals(pair, asked.pair(pair));
    Level[] levels = {new Level(1, "one"), new Level(2, "")};
    assertArrayEquals(levels, asked.book(levels));
    assertEquals(0, asked.book(new Level[0]).length);
    int before = echo.calls;
    asked.nothing(1);
    assertEquals(before + 1, echo.calls);
  }

  @Test
  void aResultThatIsReadLaterIsThatOfItsOwnCall() {
    MessageCaller<Asked> caller =
        Messages.caller(
            MethodHandles.lookup(),
            Asked.class,
            new CallSender() {
              @Override
              public void send(
                  int type, DirectBuffer buffer, int offset, int length, RecordHandler result) {
                byte[] payload = new byte[length];
                buffer.getBytes(offset, payload);
                loopback.lastRequest = new Sent(type, payload);
              }

              @Override
              public int maxRequestLength() {
                return 100;
              }
            });
    assertEquals(0, caller.calls().number(5));
    Sent first = loopback.lastRequest;
    assertNull(caller.calls().pair(new Pair(1, Side.BUY, "x")));
    Sent second = loopback.lastRequest;
    caller.calls().nothing(3);
    Sent third = loopback.lastRequest;
    assertEquals(5, read(caller, first.type(), loopback.answer(first)));
    assertEquals(new Pair(1, Side.BUY, "x"), read(caller, second.type(), loopback.answer(second)));
    assertNull(read(caller, third.type(), loopback.answer(third)));
    assertThrows(
        MalformedRecordException.class, () -> read(caller, first.type(), loopback.answer(second)));
    assertThrows(IllegalArgumentException.class, () -> caller.calls().text("x".repeat(200)));
  }

  private static Object read(MessageCaller<?> caller, int request, Sent reply) {
    byte[] bytes = reply.payload();
    return caller.result(request, reply.type(), new UnsafeBuffer(bytes), 0, bytes.length);
  }

  @Test
  void whatTheImplementationThrowsComesOutOfTheAnswer() {
    Asked failing =
        (Asked)
            Proxy.newProxyInstance(
                Asked.class.getClassLoader(),
                new Class<?>[] {Asked.class},
                (proxy, method, arguments) -> {
                  throw new ArithmeticException(method.getName());
                });
    Loopback broken = Loopback.to(Asked.class, failing);
    Asked caller = broken.caller(Asked.class);
    assertThrows(ArithmeticException.class, () -> caller.number(1));
    assertThrows(ArithmeticException.class, () -> caller.view("x"));
  }

  @Test
  void aResultThatCannotBeEncodedIsRefusedAndTheNextOneIsFine() {
    assertThrows(NullPointerException.class, () -> asked.side(null));
    Loopback nulls =
        Loopback.to(
            Nulls.class,
            new Nulls() {
              @Override
              public String text(int which) {
                return which == 0 ? null : "text";
              }

              @Override
              public String fixed(int which) {
                return which == 0 ? "too long" : "text";
              }
            });
    Nulls caller = nulls.caller(Nulls.class);
    NullPointerException none = assertThrows(NullPointerException.class, () -> caller.text(0));
    assertTrue(none.getMessage().contains("Nulls.text, result"), none.getMessage());
    assertEquals("text", caller.text(1));
    IllegalArgumentException longer =
        assertThrows(IllegalArgumentException.class, () -> caller.fixed(0));
    assertTrue(longer.getMessage().contains("Nulls.fixed, result"), longer.getMessage());
    assertEquals("text", caller.fixed(1));
  }

  private interface Nulls {
    String text(int which);

    @Ascii(4)
    String fixed(int which);
  }

  @Test
  void requestsAndResultsAreOneSchemaInWhichNoTwoTemplateIdsAreEqual() {
    MessageSchema schema = MessageSchema.ofCalls(Asked.class);
    List<Message> messages = schema.messages();
    assertEquals(36, messages.size());
    for (int i = 0; i < 18; i++) {
      Message request = messages.get(i);
      Message result = messages.get(18 + i);
      assertTrue(request.templateId() < 0x8000, request.name());
      assertEquals(request.templateId() | 0x8000, result.templateId());
      assertEquals(request.name() + "Result", result.name());
    }
    assertEquals(schema.fingerprint(), MessageSchema.parse(schema.xml()).fingerprint());
  }

  /** Calls each method of the loopback once. */
  private List<Runnable> everyCall() {
    return List.of(
        () -> asked.truth(true),
        () -> asked.small((byte) 1),
        () -> asked.medium((short) 1),
        () -> asked.sign('x'),
        () -> asked.number(1),
        () -> asked.large(1),
        () -> asked.ratio(1),
        () -> asked.precise(1),
        () -> asked.side(Side.BUY),
        () -> asked.maybe(null),
        () -> asked.text("some text"),
        () -> asked.view("some text"),
        () -> asked.symbol("MILL"),
        () -> asked.price(1),
        () -> asked.bytes(new UnsafeBuffer(new byte[3])),
        () -> asked.pair(new Pair(1, Side.SELL, "x")),
        () -> asked.book(new Level[] {new Level(1, "one"), new Level(2, "two")}),
        () -> asked.nothing(1));
  }

  private static Sent with(Sent sent, int at, int value) {
    ByteBuffer bytes = ByteBuffer.wrap(sent.payload().clone()).order(ByteOrder.LITTLE_ENDIAN);
    bytes.putShort(at, (short) value);
    return new Sent(sent.type(), bytes.array());
  }

  @Test
  void aReplyThatIsCutShortOrOfSomethingElseIsNoResult() {
    for (Runnable call : everyCall()) {
      loopback.reply = sent -> sent;
      call.run();
      Sent whole = loopback.lastReply;
      for (int length = 0; length < whole.payload().length; length++) {
        Sent cut = new Sent(whole.type(), Arrays.copyOf(whole.payload(), length));
        assertNoResult(cut, call);
      }
      assertNoResult(new Sent(whole.type(), Arrays.copyOf(whole.payload(), 200)), call);
      assertNoResult(with(whole, SCHEMA, 1), call);
      assertNoResult(with(whole, TEMPLATE, 1), call);
      assertNoResult(new Sent(whole.type() + 1, whole.payload()), call);
      assertNoResult(new Sent(whole.type() & 0x7fff, whole.payload()), call);
      assertNoResult(loopback.lastRequest, call);
    }
  }

  private void assertNoResult(Sent reply, Runnable call) {
    loopback.reply = sent -> reply;
    assertThrows(MalformedRecordException.class, call::run);
  }

  @Test
  void aConstantThatIsNoneIsNoResult() {
    loopback.reply = sent -> withByte(sent, 2);
    assertThrows(MalformedRecordException.class, () -> asked.side(Side.BUY));
    assertThrows(MalformedRecordException.class, () -> asked.truth(true));
    loopback.reply = sent -> withByte(sent, 200);
    assertThrows(MalformedRecordException.class, () -> asked.maybe(Side.BUY));
    loopback.reply = sent -> withByte(sent, 0xff);
    assertNull(asked.maybe(Side.BUY));
  }

  private static Sent withByte(Sent sent, int value) {
    byte[] bytes = sent.payload().clone();
    bytes[BODY] = (byte) value;
    return new Sent(sent.type(), bytes);
  }

  @Test
  void aRequestThatIsCutShortOrOfSomethingElseCallsNothing() {
    for (Runnable call : everyCall()) {
      loopback.request = sent -> sent;
      call.run();
      Sent whole = loopback.lastRequest;
      int before = echo.calls;
      for (int length = BODY; length < whole.payload().length; length++) {
        Sent cut = new Sent(whole.type(), Arrays.copyOf(whole.payload(), length));
        assertThrows(MalformedRecordException.class, () -> loopback.answer(cut));
      }
      for (Sent unknown :
          List.of(
              new Sent(whole.type(), Arrays.copyOf(whole.payload(), BODY - 1)),
              new Sent(whole.type() + 1, whole.payload()),
              new Sent(whole.type() | 0x8000, whole.payload()),
              with(whole, SCHEMA, 1),
              loopback.lastReply)) {
        assertThrows(Loopback.UnknownMethodException.class, () -> loopback.answer(unknown));
      }
      assertEquals(before, echo.calls);
    }
    loopback.request = sent -> withByte(sent, 2);
    assertThrows(MalformedRecordException.class, () -> asked.side(Side.BUY));
  }

  @Test
  void noiseInRequestsAndRepliesIsReadOrRefused() {
    Random random = new Random(Long.getLong("millrace.fuzz.seed", 1));
    List<Runnable> calls = everyCall();
    int refusals = 0;
    for (int round = 0; round < FUZZ_ROUNDS; round++) {
      loopback.request = round % 2 == 0 ? sent -> noise(sent, random) : sent -> sent;
      loopback.reply = round % 2 == 1 ? sent -> noise(sent, random) : sent -> sent;
      try {
        calls.get(random.nextInt(calls.size())).run();
      } catch (MalformedRecordException | Loopback.UnknownMethodException refused) {
        refusals++;
      }
    }
    loopback.request = sent -> sent;
    loopback.reply = sent -> sent;
    assertEquals(5, asked.number(5));
    assertTrue(refusals > 0, "noise that nobody noticed");
  }

  private static Sent noise(Sent sent, Random random) {
    byte[] bytes = sent.payload().clone();
    for (int i = random.nextInt(3); i >= 0; i--) {
      bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
    }
    int length = random.nextInt(4) == 0 ? random.nextInt(bytes.length + 1) : bytes.length;
    return new Sent(sent.type(), Arrays.copyOf(bytes, length));
  }

  private interface ReturnsObject {
    Object any(int id);
  }

  private interface ReturnsView {
    DirectBuffer bytes(int id);
  }

  private interface ReturnsIterable {
    Iterable<Level> book(int id);
  }

  private interface ReturnsGrowing {
    Level level(int id);
  }

  private interface TakesObject {
    int any(Object what);
  }

  private interface NamedLikeResult {
    int price(int id);

    int priceResult(int id);
  }

  private interface TemplateOfResult {
    @Template(40_000)
    int price(int id);
  }

  private interface Overloads {
    int price(int id);

    int price(long id);
  }

  private static void assertRefused(Class<?> type, String... words) {
    IllegalArgumentException refusal =
        assertThrows(IllegalArgumentException.class, () -> MessageSchema.ofCalls(type));
    for (String word : words) {
      assertTrue(refusal.getMessage().contains(word), refusal.getMessage());
    }
  }

  @Test
  void whatCannotBeEncodedIsRefusedWithItsPlaceAndACure() {
    assertRefused(ReturnsObject.class, "ReturnsObject.any, result: java.lang.Object", "; ");
    assertRefused(ReturnsView.class, "ReturnsView.bytes, result: ", "return byte[]");
    assertRefused(ReturnsIterable.class, "ReturnsIterable.book, result: ", "return an array");
    assertRefused(ReturnsGrowing.class, "ReturnsGrowing.level, result", "fixed length");
    assertRefused(TakesObject.class, "TakesObject.any, parameter 1 (what): java.lang.Object");
    assertRefused(NamedLikeResult.class, "priceResult", "rename one of them");
    assertRefused(TemplateOfResult.class, "TemplateOfResult.price", "use 1 to 32767");
    assertRefused(Overloads.class, "Overloads.price", "@Template");
    IllegalArgumentException messages =
        assertThrows(IllegalArgumentException.class, () -> MessageSchema.of(Asked.class));
    assertTrue(messages.getMessage().contains("use it for calls"), messages.getMessage());
  }

  private static final Compiled OLD =
      Compiled.feed(
          "enum Side { BUY, SELL }"
              + "record Pair(int id, long size) {}"
              + "int count(int id); Side side(int id); Pair pair(int id);");
  private static final Compiled NEW =
      Compiled.feed(
          "enum Side { BUY, SELL, NONE }"
              + "record Pair(int id, long size) {}"
              + "int count(int id, @Since(1) int more); Side side(int id); Pair pair(int id);"
              + "@Since(1) long fresh(int id);");

  /** Each method answers with what its first parameter says, and the rest is counted. */
  private static <T> Loopback server(Class<T> type) {
    Object implementation =
        Proxy.newProxyInstance(
            type.getClassLoader(),
            new Class<?>[] {type},
            (proxy, method, arguments) -> {
              int id = (Integer) arguments[0];
              Class<?> result = method.getReturnType();
              if (result.isEnum()) {
                return result.getEnumConstants()[id];
              }
              if (result.isRecord()) {
                var constructor = result.getDeclaredConstructors()[0];
                constructor.setAccessible(true);
                return constructor.newInstance(id, 10L);
              }
              if (result == long.class) {
                return (long) id;
              }
              return arguments.length == 1 || arguments[1].equals(NullValue.INT)
                  ? id
                  : id + (Integer) arguments[1];
            });
    return Loopback.to(type, type.cast(implementation));
  }

  private static Object call(Object caller, String name, Object... arguments) {
    Method method =
        Arrays.stream(caller.getClass().getInterfaces()[0].getMethods())
            .filter(one -> one.getName().equals(name))
            .findAny()
            .orElseThrow();
    try {
      return method.invoke(caller, arguments);
    } catch (InvocationTargetException thrown) {
      if (thrown.getCause() instanceof RuntimeException failure) {
        throw failure;
      }
      throw new AssertionError(thrown);
    } catch (IllegalAccessException failure) {
      throw new AssertionError(failure);
    }
  }

  @Test
  void olderAndNewerClientsAndServersUnderstandEachOther() {
    MessageSchema.ofCalls(OLD.type).requireCompatible(MessageSchema.ofCalls(NEW.type));
    Object older = server(NEW.type).caller(OLD.type);
    assertEquals(4, call(older, "count", 4));
    assertEquals("SELL", call(older, "side", 1).toString());
    assertEquals("Pair[id=9, size=10]", call(older, "pair", 9).toString());
    // A constant that the older one does not have.
    assertThrows(MalformedRecordException.class, () -> call(older, "side", 2));
    Object newer = server(OLD.type).caller(NEW.type);
    assertEquals(4, call(newer, "count", 4, 3));
    assertEquals("BUY", call(newer, "side", 0).toString());
    assertEquals("Pair[id=9, size=10]", call(newer, "pair", 9).toString());
    assertThrows(Loopback.UnknownMethodException.class, () -> call(newer, "fresh", 1));
    Object same = server(NEW.type).caller(NEW.type);
    assertEquals(7, call(same, "count", 4, 3));
    assertEquals(1L, call(same, "fresh", 1));
  }

  @Test
  void anotherTypeOfResultIsFoundByComparingTheSchemas() {
    MessageSchema other = MessageSchema.ofCalls(Compiled.feed("long count(int id);").type);
    IncompatibleSchemaException refusal =
        assertThrows(
            IncompatibleSchemaException.class,
            () -> MessageSchema.ofCalls(OLD.type).requireCompatible(other));
    assertTrue(refusal.getMessage().contains("countResult"), refusal.getMessage());
  }

  private interface Quiet {
    long add(long one, @Ascii(8) CharSequence symbol, Side side);

    boolean check(CharSequence text, double ratio);
  }

  /** Answers in place, with nothing but what the generated classes do. */
  private static final class Direct implements CallSender {
    private final Captured.Sink sink = new Captured.Sink();
    private final MessageAnswerer answerer;

    Direct(Quiet implementation) {
      answerer = Messages.answerer(MethodHandles.lookup(), Quiet.class, implementation);
    }

    @Override
    public void send(int type, DirectBuffer buffer, int offset, int length, RecordHandler result) {
      answerer.answer(type, buffer, offset, length, sink);
      result.onRecord(sink.type, sink.buffer(), 0, sink.length);
    }

    @Override
    public int maxRequestLength() {
      return 100;
    }
  }

  @Test
  void aCallAllocatesNothing() {
    Quiet implementation =
        new Quiet() {
          @Override
          public long add(long one, CharSequence symbol, Side side) {
            return one + symbol.length() + side.ordinal();
          }

          @Override
          public boolean check(CharSequence text, double ratio) {
            return text.length() > ratio;
          }
        };
    Quiet quiet =
        Messages.caller(MethodHandles.lookup(), Quiet.class, new Direct(implementation)).calls();
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
    long allocated;
    do {
      long before = threads.getCurrentThreadAllocatedBytes();
      for (int i = 0; i < 20_000; i++) {
        assertTrue(quiet.add(1, "MILL", Side.SELL) == 6 && quiet.check("a text", 2.5));
      }
      allocated = threads.getCurrentThreadAllocatedBytes() - before;
    } while (allocated > 4096 && System.nanoTime() < end);
    assertTrue(allocated <= 4096, allocated + " bytes");
  }
}
