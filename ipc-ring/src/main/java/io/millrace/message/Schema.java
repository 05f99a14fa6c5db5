package io.millrace.message;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Sets the numbers of an interface whose methods are messages. Without it, both are found as
 * documented.
 */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.TYPE})
public @interface Schema {
  /**
   * The id of the schema.
   *
   * @return 1 to 65535, or -1 for the one that follows from the full name of the interface
   */
  int id() default -1;

  /**
   * The version of the schema.
   *
   * @return 0 to 65535, at least the highest {@link Since}, or -1 for just that one
   */
  int version() default -1;
}
