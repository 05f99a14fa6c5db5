package io.millrace.examples.telemetry;

/** The sums over some interfaces of {@code /proc/net/dev}. For one thread; allocates nothing. */
final class InterfaceTotals {
  private static final int RECEIVE_COLUMNS_BEHIND_DROPS = 4;

  int interfaces;
  long receivedBytes;
  long receivedPackets;
  long receiveFaults;
  long sentBytes;
  long sentPackets;
  long sendFaults;

  void clear() {
    interfaces = 0;
    receivedBytes = 0;
    receivedPackets = 0;
    receiveFaults = 0;
    sentBytes = 0;
    sentPackets = 0;
    sendFaults = 0;
  }

  /** Adds the columns of one interface; the cursor stands behind its name. */
  void add(ProcText line) {
    interfaces++;
    receivedBytes += line.nextLong();
    receivedPackets += line.nextLong();
    receiveFaults += line.nextLong() + line.nextLong();
    line.skipNumbers(RECEIVE_COLUMNS_BEHIND_DROPS);
    sentBytes += line.nextLong();
    sentPackets += line.nextLong();
    sendFaults += line.nextLong() + line.nextLong();
  }
}
