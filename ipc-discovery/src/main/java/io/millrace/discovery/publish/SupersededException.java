package io.millrace.discovery.publish;

import io.millrace.discovery.model.DiscoveryException;
import io.millrace.discovery.model.Service;

/** The name was that of something else when its last publisher died. */
public final class SupersededException extends DiscoveryException {
  private static final long serialVersionUID = 1L;

  SupersededException(Service other) {
    super(
        "service "
            + other.name()
            + " is another one by now, whose last publisher was process "
            + other.pid()
            + ": publish under another name, or wait until its record is removed");
  }
}
