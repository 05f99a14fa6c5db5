package io.millrace.examples.beyondonehost;

/**
 * What goes over the wire, little-endian.
 *
 * <pre>
 * stream 1001, to the far side       0 position   of the record in the ring that it comes from
 *                                    8 previous   position of the record before it, or FIRST
 *                                   16 type       of the record
 *                                   24 payload
 * stream 1002, to the near side      0 position   of the last record that is in the far ring
 * </pre>
 *
 * A position is a number that a record has for ever, so it tells records apart across restarts. In
 * the far ring each record starts with it, in 8 bytes, and its payload follows.
 */
final class FrameLayout {
  static final int RECORDS = 1001;
  static final int CONFIRMATIONS = 1002;

  static final int POSITION = 0;
  static final int PREVIOUS = 8;
  static final int TYPE = 16;
  static final int PAYLOAD = 24;

  /** Stands for "whatever was before is confirmed". */
  static final long FIRST = -1;

  private FrameLayout() {}

  /** A channel to a port of this machine. */
  static String channel(String port) {
    return "aeron:udp?endpoint=127.0.0.1:" + port + "|term-length=1m";
  }
}
