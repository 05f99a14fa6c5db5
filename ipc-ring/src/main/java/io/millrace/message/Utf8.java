package io.millrace.message;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** Marks a text in UTF-8, as texts without an annotation are too. */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.METHOD, ElementType.PARAMETER, ElementType.RECORD_COMPONENT})
public @interface Utf8 {
  /**
   * How long it may be, if it always takes that room.
   *
   * @return the number of bytes, or 0 for a text of variable length
   */
  int value() default 0;
}
