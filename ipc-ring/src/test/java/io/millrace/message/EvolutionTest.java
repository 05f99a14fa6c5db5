package io.millrace.message;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.reflect.Array;
import java.lang.reflect.Constructor;
import java.util.List;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;

/** Two versions of one interface, each in a class loader of its own, understand each other. */
class EvolutionTest {
  private final Captured captured = new Captured();

  private static final Compiled OLD =
      Compiled.feed(
          "record Level(int price) {}"
              + "void put(int id, String name);"
              + "void book(int id, Level[] bids);");
  private static final Compiled NEW =
      Compiled.feed(
          "enum Side { BUY, SELL }"
              + "record Level(int price, @Since(1) long size, @Since(2) @Ascii(2) String mark) {}"
              + "record Pair(short a, Side side) {}"
              + "void put(int id, @Since(1) long more, String name, @Since(1) boolean flag,"
              + " @Since(2) Side side, @Since(2) @Ascii(3) CharSequence code,"
              + " @Since(1) CharSequence text, @Since(2) DirectBuffer bytes, @Since(2) Pair pair,"
              + " @Since(2) char sign, @Since(2) double ratio);"
              + "void book(int id, Level[] bids, @Since(1) Iterable<Level> asks,"
              + " @Since(2) String note);"
              + "@Since(2) void gone(int id);");

  private static Object levels(Compiled version, int... prices) throws Exception {
    Class<?> level = version.type.getClassLoader().loadClass("app.Feed$Level");
    Constructor<?> constructor = level.getDeclaredConstructors()[0];
    Object array = Array.newInstance(level, prices.length);
    for (int i = 0; i < prices.length; i++) {
      Object made =
          constructor.getParameterCount() == 1
              ? constructor.newInstance(prices[i])
              : constructor.newInstance(prices[i], 100L + i, "m" + i);
      Array.set(array, i, made);
    }
    return array;
  }

  private static Object constant(Compiled version, String name) throws Exception {
    for (Object one : version.type.getClassLoader().loadClass("app.Feed$Side").getEnumConstants()) {
      if (one.toString().equals(name)) {
        return one;
      }
    }
    throw new AssertionError(name);
  }

  @Test
  void aNewerReaderGetsNullValuesForWhatIsNotThere() throws Exception {
    OLD.send(captured, "put", 7, "seven");
    OLD.send(captured, "book", 8, levels(OLD, 1, 2));
    assertEquals(
        List.of(
            "put[7, "
                + NullValue.LONG
                + ", seven, false, null, , , [], Pair[a=-32768, side=null], \uffff, NaN]",
            "book[8, [Level[price=1, size=-9223372036854775808, mark=],"
                + " Level[price=2, size=-9223372036854775808, mark=]], [], ]"),
        NEW.receive(captured));
  }

  @Test
  void anOlderReaderPassesOverWhatItDoesNotKnow() throws Exception {
    sendNew();
    assertEquals(
        List.of("put[7, seven]", "book[8, [Level[price=1], Level[price=2]]]", "unknown"),
        OLD.receive(captured));
  }

  @Test
  void theSameVersionSeesAll() throws Exception {
    sendNew();
    assertEquals(
        List.of(
            "put[7, 5, seven, true, SELL, abc, text, [1], Pair[a=3, side=BUY], x, 0.5]",
            "book[8, [Level[price=1, size=100, mark=m0], Level[price=2, size=101, mark=m1]],"
                + " [Level[price=3, size=100, mark=m0]], note]",
            "gone[9]"),
        NEW.receive(captured));
  }

  private void sendNew() throws Exception {
    Class<?> pair = NEW.type.getClassLoader().loadClass("app.Feed$Pair");
    Object made = pair.getDeclaredConstructors()[0].newInstance((short) 3, constant(NEW, "BUY"));
    NEW.send(
        captured,
        "put",
        7,
        5L,
        "seven",
        true,
        constant(NEW, "SELL"),
        "abc",
        "text",
        new UnsafeBuffer(new byte[] {1}),
        made,
        'x',
        0.5);
    Object asks = List.of((Object[]) levels(NEW, 3));
    NEW.send(captured, "book", 8, levels(NEW, 1, 2), asks, "note");
    NEW.send(captured, "gone", 9);
  }

  @Test
  void versionsFollowFromWhatWasAdded() {
    assertEquals(0, OLD.schema().version());
    assertEquals(2, NEW.schema().version());
    assertEquals(OLD.schema().id(), NEW.schema().id());
    assertNotEquals(OLD.schema().fingerprint(), NEW.schema().fingerprint());
    OLD.schema().requireCompatible(NEW.schema());
    NEW.schema().requireCompatible(OLD.schema());
    NEW.schema().requireCompatible(MessageSchema.parse(NEW.schema().xml()));
    assertEquals(NEW.schema().fingerprint(), MessageSchema.parse(NEW.schema().xml()).fingerprint());
  }

  private static void assertIncompatible(String mine, String theirs, String... parts) {
    MessageSchema first = Compiled.feed(mine).schema();
    MessageSchema second = Compiled.feed(theirs).schema();
    for (boolean turned : new boolean[] {false, true}) {
      String said =
          assertThrows(
                  IncompatibleSchemaException.class,
                  () -> (turned ? second : first).requireCompatible(turned ? first : second))
              .getMessage();
      assertTrue(said.contains(first.fingerprint()), said);
      assertTrue(said.contains(second.fingerprint()), said);
      for (String part : parts) {
        assertTrue(said.contains(part), said);
      }
    }
  }

  @Test
  void changedTypesAreRefusedByAMessageThatNamesBoth() {
    assertIncompatible(
        "void put(int id);", "void put(long id);", "put, fixed field 1 (id)", "int32", "int64");
    assertIncompatible(
        "void put(int id, int more);",
        "void put(int id);",
        "fixed field 2 (more)",
        "missing",
        "@Since(1)");
    assertIncompatible("void put(String a);", "void put(@Ascii String a);", "UTF-8", "US-ASCII");
    assertIncompatible(
        "void put(@Decimal(-2) long a);", "void put(@Decimal(-4) long a);", "10^-2", "10^-4");
    assertIncompatible(
        "enum E { A, B } void put(E e);", "enum E { B, A } void put(E e);", "A=0", "B=0");
    assertIncompatible(
        "record R(int a) {} void put(R[] r);",
        "record R(long a) {} void put(R[] r);",
        "group 1 (r)",
        "int32",
        "int64");
    assertIncompatible(
        "record R(int a) {} void put(R r);", "record R(long a) {} void put(R r);", "{int32}");
    assertIncompatible(
        "@Template(1) void put(int id);", "@Template(1) void get(int id);", "put", "get");
    assertIncompatible(
        "void put(int id, @Since(1) int more);",
        "void put(int id, @Since(2) int more);",
        "since 1",
        "since 2");
    MessageSchema other = Compiled.feed("@Schema(id = 5)", "void put(int id);").schema();
    String said =
        assertThrows(IncompatibleSchemaException.class, () -> other.requireCompatible(OLD.schema()))
            .getMessage();
    assertTrue(said.contains("two schemas"), said);
  }

  @Test
  void constantsMayBeAddedBehindTheLast() {
    Compiled two = Compiled.feed("enum E { A, B } void put(E e);");
    Compiled three = Compiled.feed("enum E { A, B, C } void put(E e);");
    two.schema().requireCompatible(three.schema());
    three.schema().requireCompatible(two.schema());
  }

  @Test
  void namesOfParametersAndTypesDoNotCount() {
    Compiled one = Compiled.feed("record R(int a) {} void put(int id, R r);");
    Compiled other = Compiled.feed("record S(int b) {} void put(int number, S s);");
    assertEquals(one.schema().fingerprint(), other.schema().fingerprint());
    one.schema().requireCompatible(other.schema());
    assertFalse(one.schema().xml().equals(other.schema().xml()));
  }

  @Test
  void textsThatAreNoSchemasAreRefused() {
    String xml = NEW.schema().xml();
    for (String bad :
        List.of(
            "",
            "x",
            "<a/>",
            "<!DOCTYPE a [<!ENTITY e SYSTEM 'file:///etc/passwd'>]><a>&e;</a>",
            xml.replace("littleEndian", "bigEndian"),
            xml.replace("type=\"Side\"", "type=\"Sides\""),
            xml.replace("id=\"1\"", "id=\"one\""),
            xml.replace("<group ", "<grout ").replace("</group>", "</grout>"),
            xml.replace("type=\"varUtf8\"", "type=\"varData\""),
            xml.replace(">1</validValue>", ">7</validValue>"),
            xml.replace("name=\"gone\"", "name=\"put\""),
            xml.replace(
                "templateId\" primitiveType=\"uint16", "templateId\" primitiveType=\"uint32"),
            xml.replace(
                "numInGroup\" primitiveType=\"uint16", "numInGroup\" primitiveType=\"uint8"),
            xml.replace("length\" primitiveType=\"uint32", "length\" primitiveType=\"uint16"),
            xml.replace("<field name=\"id\"", "<field offset=\"8\" name=\"id\""),
            xml.replace("<field name=\"price\"", "<field presence=\"constant\" name=\"price\""),
            "x".repeat(2_000_000))) {
      assertFalse(bad.equals(xml));
      assertThrows(IllegalArgumentException.class, () -> MessageSchema.parse(bad), bad);
    }
    refuse("<composite name='a0'><ref name='b' type='a0'/></composite>", "contain each other");
    StringBuilder doubling = new StringBuilder();
    for (int i = 0; i < 40; i++) {
      String next = "<ref name='x' type='a" + (i + 1) + "'/>";
      doubling.append("<composite name='a" + i + "'>" + next + next + "</composite>");
    }
    doubling.append("<composite name='a40'><type name='x' primitiveType='int8'/></composite>");
    refuse(doubling.toString(), "more than 65535 parts");
  }

  private static void refuse(String types, String why) {
    String xml =
        "<sbe:messageSchema xmlns:sbe='x' id='1' version='0' byteOrder='littleEndian'><types>"
            + "<composite name='messageHeader'>"
            + "<type name='blockLength' primitiveType='uint16'/>"
            + "<type name='templateId' primitiveType='uint16'/>"
            + "<type name='schemaId' primitiveType='uint16'/>"
            + "<type name='version' primitiveType='uint16'/></composite>"
            + types
            + "</types><sbe:message name='m' id='1'><field name='f' id='1'"
            + " type='a0'/></sbe:message></sbe:messageSchema>";
    String said =
        assertThrows(IllegalArgumentException.class, () -> MessageSchema.parse(xml)).getMessage();
    assertTrue(said.contains(why), said);
  }
}
