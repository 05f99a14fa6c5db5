package io.millrace.message;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import org.agrona.DirectBuffer;
import org.junit.jupiter.api.Test;

/** What cannot be encoded is refused when it is made, with the method, the parameter, the cure. */
class RefusalsTest {
  private static void assertRefused(Class<?> type, String... parts) {
    IllegalArgumentException schema =
        assertThrows(IllegalArgumentException.class, () -> Messages.schema(type));
    IllegalArgumentException writer =
        assertThrows(IllegalArgumentException.class, () -> Messages.writer(type, new Captured()));
    assertEquals(schema.getMessage(), writer.getMessage());
    for (String part : parts) {
      assertTrue(schema.getMessage().contains(part), schema.getMessage());
    }
  }

  interface Maps {
    void all(int id, Map<String, String> values);
  }

  interface Boxes {
    void price(Long price);
  }

  interface Ints {
    void many(int[] values);
  }

  interface Lists {
    void many(List<String> values);
  }

  interface Calls {
    int ask(int question);
  }

  interface Objects {
    void any(Object what);
  }

  interface Generic<T> {
    void any(T what);
  }

  interface Empty {
    static void helper() {}
  }

  record Loop(int id, Loop next) {}

  interface Loops {
    void loop(Loop loop);
  }

  record Nested(int id, Leaf[] leaves) {}

  record Leaf(int id) {}

  interface Groups {
    void all(Nested[] nested);
  }

  record Free(int id, String text) {}

  interface Composites {
    void free(Free free);
  }

  record Raw(int id, DirectBuffer bytes) {}

  interface Raws {
    void raws(Iterable<Raw> raws);
  }

  record OnlyText(String text) {}

  interface OnlyTexts {
    void texts(OnlyText[] texts);
  }

  @Test
  void typesWithoutAPlaceInAMessage() {
    assertRefused(Maps.class, "Maps.all, parameter 2 (values): java.util.Map", "use primitives");
    assertRefused(Boxes.class, "Boxes.price, parameter 1", "use long, with @Optional");
    assertRefused(Ints.class, "Ints.many, parameter 1", "use byte[] or DirectBuffer");
    assertRefused(Lists.class, "Lists.many, parameter 1", "use Iterable<R> or R[]");
    assertRefused(Calls.class, "Calls.ask", "result of type int", "return void, boolean or long");
    assertRefused(Objects.class, "Objects.any, parameter 1");
    assertRefused(Generic.class, "Generic", "generic");
    assertRefused(Empty.class, "no method");
    assertRefused(RefusalsTest.class, "no interface");
    assertRefused(Loops.class, "component next", "contains itself");
    assertRefused(Groups.class, "component leaves", "a group cannot stand inside a record");
    assertRefused(Composites.class, "component text", "parts of fixed length");
    assertRefused(Raws.class, "component bytes", "use byte[]");
    assertRefused(OnlyTexts.class, "no component of fixed length");
  }

  interface Overloads {
    void put(int one);

    void put(long one);
  }

  interface Clash {
    @Template(5)
    void one();

    @Template(5)
    void two();
  }

  interface HashClash {
    void Aa();

    void BB();
  }

  interface OneName {
    void put();

    void Put();
  }

  @Schema(version = 1)
  interface OldVersion {
    void one(int a, @Since(2) int b);
  }

  interface OutOfRange {
    @Template(70000)
    void one();
  }

  @Test
  void numbersThatClashOrAreOutOfRange() {
    assertRefused(Overloads.class, "Overloads.put", "@Template");
    assertRefused(Clash.class, "one", "two", "template id 5");
    assertRefused(HashClash.class, "Aa", "BB", "give one of them another with @Template");
    assertRefused(OneName.class, "put", "Put", "one name in other languages");
    assertRefused(OldVersion.class, "version 1", "@Since(2)", "raise it");
    assertRefused(OutOfRange.class, "70000", "1 to 65535");
  }

  interface AsciiInt {
    void one(@Ascii(3) int a);
  }

  interface TwoEncodings {
    void one(@Ascii @Utf8 String a);
  }

  interface DecimalDouble {
    void one(@Decimal(-2) double a);
  }

  interface DecimalText {
    void one(@Decimal(-2) String a);
  }

  interface OptionalText {
    void one(@Optional String a);
  }

  interface OptionalBoolean {
    void one(@Optional boolean a);
  }

  interface HugeExponent {
    void one(@Decimal(200) long a);
  }

  interface HugeText {
    void one(@Ascii(65535) String a, @Ascii(1) String b);
  }

  record HugeEntry(@Ascii(65535) String a, int b) {}

  interface HugeEntries {
    void many(HugeEntry[] entries);
  }

  @Test
  void annotationsThatMeanNothing() {
    assertRefused(AsciiInt.class, "AsciiInt.one, parameter 1 (a)", "@Ascii means nothing here");
    assertRefused(TwoEncodings.class, "one encoding");
    assertRefused(DecimalDouble.class, "double is no mantissa");
    assertRefused(DecimalText.class, "@Decimal means nothing here");
    assertRefused(OptionalText.class, "@Optional means nothing here");
    assertRefused(OptionalBoolean.class, "@Optional means nothing here");
    assertRefused(HugeExponent.class, "exponent 200");
    assertRefused(HugeEntries.class, "the length of an entry 65539 is out of range");
    assertRefused(HugeText.class, "the fixed fields take 65536 bytes");
  }

  interface InFront {
    void one(@Since(1) int added, int old);
  }

  record Grown(int old, @Since(1) int added) {}

  interface GrownComposite {
    void one(Grown grown);
  }

  interface GroupInFront {
    void one(@Since(1) Leaf[] leaves, String old);
  }

  record GrownEntry(int old, String text, @Since(1) String added) {}

  interface GrownData {
    void one(GrownEntry[] entries);
  }

  interface DataInFront {
    void one(@Since(1) String added, String old);
  }

  record NewFirst(@Since(1) int first) {}

  interface NewFirstField {
    void one(NewFirst[] entries);
  }

  @Test
  void growthThatOlderReadersWouldMisread() {
    assertRefused(InFront.class, "parameter 2 (old)", "version 0 cannot stand behind", "version 1");
    assertRefused(GrownComposite.class, "component added", "cannot grow", "add a parameter");
    assertRefused(GroupInFront.class, "in front of variable data");
    assertRefused(GrownData.class, "component added", "inside a group");
    assertRefused(DataInFront.class, "variable part of version 0 cannot stand behind");
    assertRefused(NewFirstField.class, "first field of a group");
  }

  interface Inherited extends Boxes {
    default void helper() {}
  }

  interface Both extends Runnable, AutoCloseable {
    @Override
    void close();

    @Override
    boolean equals(Object other);
  }

  @Test
  void inheritedMethodsAreMessagesAndDefaultOnesAreNot() {
    assertRefused(Inherited.class, "Inherited.price");
    assertEquals(
        List.of("close", "run"),
        MessageSchema.of(Both.class).messages().stream().map(Message::name).sorted().toList());
  }
}
