package io.millrace.request;

import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/** Payloads of one number. */
final class Numbers {
  private Numbers() {}

  static DirectBuffer of(long number) {
    UnsafeBuffer buffer = new UnsafeBuffer(new byte[Long.BYTES]);
    buffer.putLong(0, number);
    return buffer;
  }
}
