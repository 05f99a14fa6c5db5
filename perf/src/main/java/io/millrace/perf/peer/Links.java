package io.millrace.perf.peer;

import io.millrace.perf.harness.Plan;
import io.millrace.perf.link.Link;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;

/** The links by the names of their subjects. A class is loaded only when it is asked for. */
public final class Links {
  /** The subject whose roles are played on virtual threads. */
  public static final String VIRTUAL = "millrace-virtual";

  private static final Map<String, Supplier<Link>> ALL = new LinkedHashMap<>();

  static {
    ALL.put(Plan.MILLRACE, MillraceLink::new);
    ALL.put(VIRTUAL, MillraceLink::new);
    ALL.put("millrace-agrona", MillraceAdapterLink::new);
    ALL.put("millrace-topic", TopicLink::new);
    ALL.put("line", LineLink::new);
    ALL.put("stream", StreamLink::new);
    ALL.put("agrona-many-to-one", () -> new AgronaLink(true));
    ALL.put("agrona-one-to-one", () -> new AgronaLink(false));
    ALL.put("aeron-ipc", AeronLink::new);
    ALL.put("chronicle-queue", ChronicleLink::new);
    ALL.put("recorder", RecorderLink::new);
    ALL.put("appender", AppenderLink::new);
    ALL.put(BridgeLink.SUBJECT, BridgeLink::new);
    ALL.put("aeron-udp", () -> new AeronUdpLink(false));
    ALL.put("aeron-archive", () -> new AeronUdpLink(true));
    ALL.put("unix-socket", SocketLink::new);
    ALL.put("pipe", PipeLink::new);
    ALL.put("eventfd", EventFdLink::new);
    ALL.put("futex", FutexLink::new);
  }

  private Links() {}

  /**
   * Finds a link.
   *
   * @param subject the name of the subject
   * @return the link
   */
  public static Link named(String subject) {
    Supplier<Link> link = ALL.get(subject);
    if (link == null) {
      throw new IllegalArgumentException("there is no link called " + subject);
    }
    return link.get();
  }
}
