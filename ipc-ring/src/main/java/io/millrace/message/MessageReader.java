package io.millrace.message;

import io.millrace.message.ReaderGenerator.Delivery;
import io.millrace.message.runtime.Fallback;
import io.millrace.message.runtime.ReaderBase;
import io.millrace.ring.MalformedRecordException;
import io.millrace.ring.RecordHandler;
import java.lang.invoke.MethodHandles.Lookup;
import org.agrona.DirectBuffer;

/**
 * Calls an implementation of an interface for each message. Made by {@link Messages#reader}; used
 * by one thread, for the polls of any number of consumers.
 */
public final class MessageReader implements RecordHandler {
  private final ReaderBase generated;
  private final Unhandled unhandled;
  private long unknown;

  MessageReader(Lookup caller, Protocol protocol, Object implementation, Unhandled unhandled) {
    this.unhandled = unhandled;
    generated =
        new ReaderGenerator(Host.of(protocol, caller), protocol, Delivery.MESSAGE)
            .generate(implementation, new Rest());
  }

  @Override
  public void onRecord(int type, DirectBuffer buffer, int offset, int length) {
    generated.onRecord(type, buffer, offset, length);
  }

  @Override
  public void onRedelivery(int type, DirectBuffer buffer, int offset, int length) {
    generated.onRedelivery(type, buffer, offset, length);
  }

  /**
   * Tells whether the message may have been handled before, in part or whole. For an implementation
   * that is being called.
   *
   * @return true if it came through {@link RecordHandler#onRedelivery}
   */
  public boolean isRedelivery() {
    return generated.isRedelivery();
  }

  /**
   * Records that were no messages of the interface.
   *
   * @return how many
   */
  public long unknown() {
    return unknown;
  }

  private final class Rest implements Fallback {
    @Override
    public void unknown(int type, DirectBuffer buffer, int offset, int length) {
      unknown++;
      if (unhandled != null) {
        unhandled.onUnknown(type, buffer, offset, length);
      }
    }

    @Override
    public void malformed(
        MalformedRecordException why, int type, DirectBuffer buffer, int offset, int length) {
      if (unhandled == null) {
        throw why;
      }
      unhandled.onMalformed(why, type, buffer, offset, length);
    }
  }
}
