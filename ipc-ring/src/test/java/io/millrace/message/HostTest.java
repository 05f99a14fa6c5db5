package io.millrace.message;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.invoke.MethodHandles;
import java.lang.reflect.Constructor;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Interfaces of any visibility, in any class loader. */
class HostTest {
  private record Hidden(int number) {}

  private enum Secret {
    ONE,
    TWO
  }

  private interface Private {
    void put(Hidden hidden, Secret secret);
  }

  @Test
  void aPrivateInterfaceOfPrivateTypes() {
    Captured captured = new Captured();
    List<String> seen = new ArrayList<>();
    Messages.writer(Private.class, captured).put(new Hidden(5), Secret.TWO);
    captured.replay(
        Messages.reader(Private.class, (hidden, secret) -> seen.add(hidden + " " + secret)));
    Messages.writer(MethodHandles.lookup(), Private.class, captured).put(new Hidden(6), Secret.ONE);
    captured.replay(
        Messages.reader(
            MethodHandles.lookup(),
            Private.class,
            (hidden, secret) -> seen.add(hidden + " " + secret),
            (type, buffer, offset, length) -> {}));
    assertEquals(List.of("Hidden[number=5] TWO", "Hidden[number=6] ONE"), seen);
  }

  @Test
  void aPrivateRecordOfAnotherClassLoader() throws Exception {
    Compiled outer =
        Compiled.feed(
            "class Box { private record Part(int number) {}"
                + " public interface In { void put(Part part); } } void x();");
    Class<?> part = outer.nested("Box$Part").type;
    Constructor<?> constructor = part.getDeclaredConstructor(int.class);
    constructor.setAccessible(true);
    Compiled in = outer.nested("Box$In");
    Captured captured = new Captured();
    in.send(captured, "put", constructor.newInstance(5));
    assertEquals(List.of("put[Part[number=5]]"), in.receive(captured));
  }

  private interface Names {
    void settle();

    void giveUp(int thrown);

    void onRecord(int type);

    boolean begin(String state);

    void finalize(int sender);

    long isDelivering();
  }

  @Test
  void methodsMayHaveAnyName() {
    Captured captured = new Captured();
    Names out = Messages.writer(Names.class, captured);
    out.settle();
    out.giveUp(1);
    out.onRecord(2);
    assertTrue(out.begin("x"));
    out.finalize(3);
    assertEquals(6, out.isDelivering());
    assertEquals("writer of Names", out.toString());
    StringBuilder lines = new StringBuilder();
    captured.replay(Messages.reader(Names.class, Messages.printer(Names.class, lines)));
    assertEquals(
        "settle()\ngiveUp(1)\nonRecord(2)\nbegin(\"x\")\nfinalize(3)\nisDelivering()\n",
        lines.toString());
  }

  @Test
  void writersAreHiddenClassesAndNoProxies() {
    Class<?> writer = Messages.writer(Market.class, new Captured()).getClass();
    assertTrue(writer.isHidden());
    assertEquals(Market.class, writer.getNestHost());
  }

  @Test
  void anInterfaceOfALoaderThatDoesNotSeeMillraceIsRefused() {
    Class<?> type =
        Compiled.feed("", "void put(int id);", ClassLoader.getPlatformClassLoader()).type;
    String said =
        assertThrows(IllegalArgumentException.class, () -> Messages.writer(type, new Captured()))
            .getMessage();
    assertTrue(said.contains("class loader does not see this Millrace"), said);
  }

  @Test
  void aSystemInterfaceIsRefusedWithTheCure() {
    String said =
        assertThrows(
                IllegalArgumentException.class,
                () -> Messages.writer(MethodHandles.publicLookup(), Runnable.class, new Captured()))
            .getMessage();
    assertTrue(said.contains("MethodHandles.lookup()"), said);
  }

  @Test
  void aPublicInterfaceOfAnotherModuleIsImplementedFromHere() {
    Captured captured = new Captured();
    List<String> seen = new ArrayList<>();
    Messages.writer(Runnable.class, captured).run();
    captured.replay(Messages.reader(Runnable.class, () -> seen.add("ran")));
    assertEquals(List.of("ran"), seen);
  }
}
