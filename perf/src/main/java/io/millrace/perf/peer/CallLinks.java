package io.millrace.perf.peer;

import io.millrace.perf.harness.Plan;
import io.millrace.perf.link.CallLink;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;

/** The ways to ask and answer by the names of their subjects. */
public final class CallLinks {
  private static final Map<String, Supplier<CallLink>> ALL = new LinkedHashMap<>();

  static {
    ALL.put(Plan.MILLRACE, RequestLink::new);
    ALL.put("two-rings", () -> new TwoLinks(new MillraceLink()));
    ALL.put("aeron-ipc", AeronCallLink::new);
    ALL.put("unix-socket", () -> new TwoLinks(new SocketLink()));
  }

  private CallLinks() {}

  /**
   * Finds one.
   *
   * @param subject the name of the subject
   * @return the link
   */
  public static CallLink named(String subject) {
    Supplier<CallLink> link = ALL.get(subject);
    if (link == null) {
      throw new IllegalArgumentException("there is no way to ask called " + subject);
    }
    return link.get();
  }
}
