package io.millrace.message;

import io.millrace.message.ReaderGenerator.Delivery;
import io.millrace.message.runtime.Fallback;
import io.millrace.message.runtime.ReaderBase;
import io.millrace.message.runtime.ResultWriter;
import io.millrace.ring.MalformedRecordException;
import io.millrace.ring.RecordSender;
import java.lang.invoke.MethodHandles.Lookup;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;

/**
 * The answering side of an interface whose methods are calls. Made by {@link Messages#answerer},
 * for those who carry requests and replies, as {@code io.millrace.request} does; used by one
 * thread.
 */
public final class MessageAnswerer {
  private final CallProtocol protocol;
  private final ReplyWriter replies = new ReplyWriter();
  private final ResultWriter results;
  private final ReaderBase requests;
  private boolean isKnown;

  MessageAnswerer(Lookup lookup, Class<?> type, Object implementation) {
    protocol = CallProtocol.of(type);
    Host host = Host.of(protocol, lookup);
    results = ResultWriterGenerator.generate(host, protocol.results(), replies);
    requests =
        new ReaderGenerator(host, protocol.requests(), Delivery.CALL)
            .generate(implementation, new Arrival());
  }

  /**
   * The messages of requests and results.
   *
   * @return the schema
   */
  public MessageSchema schema() {
    return protocol.schema();
  }

  /**
   * Calls the method that a request is for, and writes its result. Throws what the method throws,
   * and an exception if its result cannot be encoded; then nothing was written.
   *
   * @param type the request's type
   * @param buffer where its payload is
   * @param offset where it starts
   * @param length its length in bytes
   * @param reply where the result is written to. Where it has no room, nothing is written
   * @return false if it is for no method of the interface, and nothing was done
   * @throws MalformedRecordException if it is not what it says; then nothing was called
   */
  public boolean answer(int type, DirectBuffer buffer, int offset, int length, RecordSender reply) {
    // A method that polls another server with this handler is refused, and goes on with its own.
    RecordSender outer = replies.target;
    boolean wasKnown = isKnown;
    replies.target = reply;
    isKnown = true;
    try {
      requests.onRecord(type, buffer, offset, length);
      return isKnown;
    } finally {
      replies.target = outer;
      isKnown = wasKnown;
    }
  }

  /** Where the reader leaves what it does not deliver, and what comes of what it does. */
  private final class Arrival implements Fallback {
    @Override
    public void result(int template, long number, Object reference) {
      results.write(template, number, reference);
    }

    @Override
    public void unknown(int type, DirectBuffer buffer, int offset, int length) {
      isKnown = false;
    }

    @Override
    public void malformed(
        MalformedRecordException why, int type, DirectBuffer buffer, int offset, int length) {
      throw why;
    }
  }

  /** Writes to the reply of the request that is being answered. */
  private static final class ReplyWriter implements RecordSender {
    RecordSender target;

    @Override
    public int tryClaim(int type, int length) {
      return target.tryClaim(type, length);
    }

    @Override
    public MutableDirectBuffer buffer() {
      return target.buffer();
    }

    @Override
    public long commit(int index) {
      return target.commit(index);
    }

    @Override
    public void abort(int index) {
      target.abort(index);
    }

    @Override
    public int maxMessageLength() {
      return target.maxMessageLength();
    }
  }
}
