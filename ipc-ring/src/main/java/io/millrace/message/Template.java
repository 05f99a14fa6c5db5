package io.millrace.message;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** Sets the template id of a message. Without it, the id follows from the name of the method. */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.METHOD})
public @interface Template {
  /**
   * The id.
   *
   * @return 1 to 65535, once in each interface
   */
  int value();
}
