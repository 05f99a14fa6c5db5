package io.millrace.os;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.SystemCallException;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ErrnoTest {
  @Test
  void everyConstantHasTheNumberThatTheCLibraryGivesItsName() throws IllegalAccessException {
    for (Field field : Errno.class.getFields()) {
      assertTrue(Modifier.isStatic(field.getModifiers()));
      int errno = field.getInt(null);
      assertEquals(field.getName(), Errno.name(errno));
      assertFalse(Errno.text(errno).isBlank());
    }
  }

  @Test
  void theTextIsThatOfTheCLibrary() {
    assertEquals("No such file or directory", Errno.text(Errno.ENOENT));
  }

  @Test
  void aNumberThatStandsForNothingIsShownAsItIs() {
    assertEquals("errno 9999", Errno.name(9999));
    assertTrue(Errno.text(9999).contains("9999"), Errno.text(9999));
  }

  @Test
  void aFailureNamesTheCallTheErrorAndTheObject() {
    SystemCallException failure = CallResult.failure("mmap", Errno.EINVAL, "8 bytes of x");
    assertEquals("mmap failed: EINVAL (Invalid argument): 8 bytes of x", failure.getMessage());
    assertEquals("mmap", failure.call());
    assertEquals(Errno.EINVAL, failure.errno());
  }

  /** That of Ubuntu 20.04 tells none; the constants are still named. */
  @Test
  void whereTheLibraryTellsNoNamesThoseOfTheConstantsAreKnown() {
    Map<Integer, String> names = Errno.namesOfConstants();
    assertEquals("EMFILE", names.get(Errno.EMFILE));
    assertEquals("ECONNREFUSED", names.get(Errno.ECONNREFUSED));
    names.forEach((errno, name) -> assertEquals(name, Errno.name(errno)));
  }
}
