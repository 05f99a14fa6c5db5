package io.millrace.discovery;

import io.millrace.discovery.model.Service;
import java.util.function.Predicate;

/**
 * Conditions on services, to be combined with {@link Predicate#and} and the like. Any thread may
 * make and use them.
 */
public final class Filters {
  private Filters() {}

  /**
   * All services.
   *
   * @return a filter that lets everything pass
   */
  public static Predicate<Service> any() {
    return service -> true;
  }

  /**
   * Services of one kind.
   *
   * @param kind the kind
   * @return the filter
   */
  public static Predicate<Service> kind(String kind) {
    return service -> service.kind().equals(kind);
  }

  /**
   * Services with a certain capability.
   *
   * @param key the key
   * @param value the value it must have
   * @return the filter
   */
  public static Predicate<Service> capability(String key, String value) {
    return service -> value.equals(service.capabilities().text(key, null));
  }

  /**
   * Services with a capability, whatever its value.
   *
   * @param key the key
   * @return the filter
   */
  public static Predicate<Service> capability(String key) {
    return service -> service.capabilities().asMap().containsKey(key);
  }
}
