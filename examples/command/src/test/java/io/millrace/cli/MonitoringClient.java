package io.millrace.cli;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import javax.management.MalformedObjectNameException;
import javax.management.ObjectName;

/** What Prometheus and JConsole would do. */
final class MonitoringClient {
  private MonitoringClient() {}

  /** Gets the address that a line ends with. */
  static String get(String line) {
    URI address = URI.create(line.substring(line.indexOf("http")));
    try (InputStream body = address.toURL().openStream()) {
      return new String(body.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  /** The names of all of Millrace's MBeans. */
  static String beans() {
    try {
      return ManagementFactory.getPlatformMBeanServer()
          .queryNames(new ObjectName("io.millrace:*"), null)
          .toString();
    } catch (MalformedObjectNameException impossible) {
      throw new AssertionError(impossible);
    }
  }
}
