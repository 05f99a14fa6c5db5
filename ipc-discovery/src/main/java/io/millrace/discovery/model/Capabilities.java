package io.millrace.discovery.model;

import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;

/**
 * What a publisher says of its service: keys with values. Immutable.
 *
 * <p>Values are text in the record; numbers and booleans are put in and taken out typed.
 */
public final class Capabilities {
  /** The key under which a ring that carries a schema tells the schema's fingerprint. */
  public static final String SCHEMA = "schema";

  private static final Capabilities NONE = new Capabilities(new TreeMap<>());

  private final Map<String, String> values;

  private Capabilities(TreeMap<String, String> values) {
    this.values = Collections.unmodifiableMap(values);
  }

  /**
   * No capabilities at all.
   *
   * @return the empty set
   */
  public static Capabilities none() {
    return NONE;
  }

  /**
   * Copies a map.
   *
   * @param values keys and values
   * @return the same as capabilities
   */
  public static Capabilities of(Map<String, String> values) {
    TreeMap<String, String> copy = new TreeMap<>();
    values.forEach(
        (key, value) -> {
          requireText(key, value);
          copy.put(key, value);
        });
    return new Capabilities(copy);
  }

  /**
   * One key more, or another value for a key.
   *
   * @param key the key, not empty
   * @param value its value
   * @return the new set
   */
  public Capabilities with(String key, String value) {
    requireText(key, value);
    TreeMap<String, String> copy = new TreeMap<>(values);
    copy.put(key, value);
    return new Capabilities(copy);
  }

  /**
   * Adds a number.
   *
   * @param key the key, not empty
   * @param value its value
   * @return the new set
   */
  public Capabilities with(String key, long value) {
    return with(key, Long.toString(value));
  }

  /**
   * Adds a boolean.
   *
   * @param key the key, not empty
   * @param value its value
   * @return the new set
   */
  public Capabilities with(String key, boolean value) {
    return with(key, Boolean.toString(value));
  }

  /**
   * The value of a key.
   *
   * @param key the key
   * @param otherwise what to return if there is none
   * @return the value
   */
  public String text(String key, String otherwise) {
    return values.getOrDefault(key, otherwise);
  }

  /**
   * The number that a key has.
   *
   * @param key the key
   * @param otherwise what to return if there is none
   * @return the number
   * @throws DiscoveryException if the value is no number
   */
  public long number(String key, long otherwise) {
    String value = values.get(key);
    if (value == null) {
      return otherwise;
    }
    try {
      return Long.parseLong(value);
    } catch (NumberFormatException failure) {
      throw new DiscoveryException("capability " + key + " is no number: " + value, failure);
    }
  }

  /**
   * The boolean that a key has.
   *
   * @param key the key
   * @param otherwise what to return if there is none
   * @return the boolean
   * @throws DiscoveryException if the value is neither {@code true} nor {@code false}
   */
  public boolean truth(String key, boolean otherwise) {
    String value = values.get(key);
    if (value == null) {
      return otherwise;
    }
    if (!value.equals("true") && !value.equals("false")) {
      throw new DiscoveryException("capability " + key + " is no boolean: " + value);
    }
    return value.equals("true");
  }

  /**
   * All keys and values, in the order of the keys.
   *
   * @return a map that cannot be changed
   */
  public Map<String, String> asMap() {
    return values;
  }

  private static void requireText(String key, String value) {
    if (key.isEmpty() || value == null) {
      throw new IllegalArgumentException("a capability needs a key and a value: " + key);
    }
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Capabilities && values.equals(((Capabilities) other).values);
  }

  @Override
  public int hashCode() {
    return values.hashCode();
  }

  @Override
  public String toString() {
    return values.toString();
  }
}
