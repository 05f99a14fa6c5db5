package io.millrace.examples.nativeclient;

import io.millrace.ring.Consumer;
import io.millrace.ring.RecordHandler;
import io.millrace.ring.WaitStrategy;
import org.agrona.DirectBuffer;

/** Adds up what comes. */
final class Sum implements RecordHandler {
  long records;
  long redelivered;
  long first = -1;
  long sum;

  void poll(Consumer consumer, long wanted) {
    for (long end = records + wanted; records < end; ) {
      if (consumer.poll(this, 100, WaitStrategy.blocking(), NativeClient.PATIENCE_NANOS) == 0) {
        throw new IllegalStateException("only " + records + " records came");
      }
    }
  }

  @Override
  public void onRecord(int type, DirectBuffer buffer, int offset, int length) {
    long number = buffer.getLong(offset);
    first = first < 0 ? number : first;
    sum += number;
    records++;
  }

  @Override
  public void onRedelivery(int type, DirectBuffer buffer, int offset, int length) {
    redelivered++;
    onRecord(type, buffer, offset, length);
  }

  @Override
  public String toString() {
    return records + " records, " + redelivered + " marked as redelivery";
  }
}
