package io.millrace.message;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** Marks a decimal number. The parameter is its mantissa, an integer. */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.METHOD, ElementType.PARAMETER, ElementType.RECORD_COMPONENT})
public @interface Decimal {
  /**
   * The exponent of ten that all values have.
   *
   * @return -128 to 127; -4 says that 1005000 is 100.5
   */
  int value();
}
