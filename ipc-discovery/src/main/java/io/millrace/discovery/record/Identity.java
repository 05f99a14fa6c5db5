package io.millrace.discovery.record;

import io.millrace.os.Credentials;

/** What records say of the process that publishes. */
public record Identity(int pid, long startTime, long pidNamespace, int uid) {
  private static final Identity SELF =
      new Identity(
          Credentials.pid(),
          Credentials.startTime(Credentials.pid()),
          Credentials.pidNamespace(),
          Credentials.uid());

  public static Identity self() {
    return SELF;
  }
}
