package io.millrace.message;

import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The names that records and enums have in the schema. The SBE tool makes classes of the names of
 * types and messages alike, so that no two may be equal.
 */
final class TypeNames {
  private static final Set<String> RESERVED =
      Set.of(
          "BOOL",
          "MESSAGEHEADER",
          "GROUPSIZEENCODING",
          "VARASCII",
          "VARUTF8",
          "VARBYTES",
          "METAATTRIBUTE");

  private final Set<String> taken;
  private final Map<String, Class<?>> types = new HashMap<>();

  TypeNames(Stream<String> messages) {
    taken = messages.map(TypeNames::key).collect(Collectors.toSet());
  }

  String of(Class<?> type, Location place) {
    String name = place.checkName(type.getSimpleName());
    if (taken.contains(key(name)) || RESERVED.contains(key(name))) {
      name += "Type";
    }
    Class<?> other = types.putIfAbsent(key(name), type);
    if (other != null && other != type) {
      throw place.refusal(
          type.getName() + " and " + other.getName() + " have the same simple name",
          "rename one of them");
    }
    return name;
  }

  private static String key(String name) {
    return name.toUpperCase(Locale.ROOT);
  }
}
