package io.millrace.message;

import java.util.regex.Pattern;

/**
 * Where something stands in an interface, for messages to people.
 *
 * @param text such as {@code Orders.placed, parameter 2 (symbol)}
 */
record Location(String text) {
  private static final Pattern SBE_NAME = Pattern.compile("[A-Za-z_][A-Za-z0-9_]*");

  Location parameter(int index, String name) {
    return new Location(text + ", parameter " + (index + 1) + " (" + name + ")");
  }

  Location component(String name) {
    return new Location(text + ", component " + name);
  }

  /** What to throw: what is wrong and what to do. */
  IllegalArgumentException refusal(String what, String cure) {
    return new IllegalArgumentException(text + ": " + what + "; " + cure);
  }

  /** Returns a name that all languages can have. */
  String checkName(String name) {
    if (!SBE_NAME.matcher(name).matches()) {
      throw refusal(
          "the name " + name + " cannot stand in a schema",
          "use letters of ASCII, digits and underscores");
    }
    return name;
  }

  int checkNumber(String what, int number, int lowest) {
    if (number < lowest || number > 0xffff) {
      throw refusal(what + " " + number + " is out of range", "use " + lowest + " to 65535");
    }
    return number;
  }
}
