package io.millrace.discovery;

import io.millrace.os.Credentials;

/** What records say of the process that publishes. */
record Identity(int pid, long startTime, long pidNamespace, int uid) {
  private static final Identity SELF =
      new Identity(
          Credentials.pid(),
          Credentials.startTime(Credentials.pid()),
          Credentials.pidNamespace(),
          Credentials.uid());

  static Identity self() {
    return SELF;
  }
}
