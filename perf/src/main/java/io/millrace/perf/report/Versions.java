package io.millrace.perf.report;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;

/** The versions of the subjects, as the build pinned them. */
final class Versions {
  private static final Properties ALL = load();

  private Versions() {}

  private static Properties load() {
    Properties versions = new Properties();
    try (InputStream file = Versions.class.getResourceAsStream("versions.properties")) {
      versions.load(file);
      return versions;
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  static String of(String what) {
    return ALL.getProperty(what);
  }

  static Map<String, String> all() {
    Map<String, String> versions = new TreeMap<>();
    ALL.stringPropertyNames().forEach(name -> versions.put(name, of(name)));
    return versions;
  }
}
