package io.millrace.message;

import io.millrace.message.ReaderGenerator.Delivery;
import io.millrace.message.runtime.Fallback;
import io.millrace.message.runtime.KeptResult;
import io.millrace.message.runtime.ReaderBase;
import io.millrace.ring.MalformedRecordException;
import io.millrace.ring.RecordHandler;
import io.millrace.ring.RecordSender;
import java.lang.invoke.MethodHandles.Lookup;
import java.util.HashMap;
import java.util.Map;
import org.agrona.DirectBuffer;
import org.agrona.ExpandableArrayBuffer;
import org.agrona.MutableDirectBuffer;

/**
 * The calling side of an interface whose methods are calls. Made by {@link Messages#caller}, for
 * those who carry requests and replies, as {@code io.millrace.request} does; used by one thread.
 *
 * @param <T> the interface
 */
public final class MessageCaller<T> {
  private static final int NONE = -1;

  private final CallProtocol protocol;
  private final CallSender sender;
  private final KeptResult kept = new KeptResult();
  private final ReaderBase results;
  private final RecordHandler receiving = this::receive;
  private final Map<Integer, Class<?>> types = new HashMap<>();
  private final T calls;
  private int expected = NONE;

  MessageCaller(Lookup lookup, Class<T> type, CallSender sender) {
    this.sender = sender;
    protocol = CallProtocol.of(type);
    Host host = Host.of(protocol, lookup);
    results =
        new ReaderGenerator(host, protocol.results(), Delivery.RESULT)
            .generate(null, new Arrival());
    calls =
        type.cast(WriterGenerator.generate(host, protocol.requests(), new RequestWriter(), kept));
    for (ProtocolMethod method : protocol.results().methods()) {
      types.put(method.message().templateId(), method.method().getReturnType());
    }
  }

  /**
   * The implementation to call. Its methods throw what those of a {@linkplain Messages#writer
   * writer} throw for their arguments, and what the sender throws.
   *
   * @return an implementation of the interface
   */
  public T calls() {
    return calls;
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
   * Reads a reply that came later.
   *
   * @param request the type of the request
   * @param type the type of the reply
   * @param buffer where its payload is
   * @param offset where it starts
   * @param length its length in bytes
   * @return the result, null if the method has none
   * @throws MalformedRecordException if it is no result of that call
   */
  public Object result(int request, int type, DirectBuffer buffer, int offset, int length) {
    expected = request | CallProtocol.RESULT;
    receive(type, buffer, offset, length);
    return ResultCode.box(types.get(type), kept.number, kept.take());
  }

  private void receive(int type, DirectBuffer buffer, int offset, int length) {
    if (type != expected) {
      throw noResult(type);
    }
    results.onRecord(type, buffer, offset, length);
  }

  private MalformedRecordException noResult(int type) {
    return new MalformedRecordException(
        "a reply of type "
            + type
            + " is no result with the template id "
            + expected
            + " of "
            + protocol.schema());
  }

  /** Where the reader leaves what came. */
  private final class Arrival implements Fallback {
    @Override
    public void result(int template, long number, Object reference) {
      kept.set(number, reference);
    }

    @Override
    public void unknown(int type, DirectBuffer buffer, int offset, int length) {
      throw noResult(type);
    }

    @Override
    public void malformed(
        MalformedRecordException why, int type, DirectBuffer buffer, int offset, int length) {
      throw why;
    }
  }

  /** Puts a request together, and sends it as it is committed. */
  private final class RequestWriter implements RecordSender {
    private final ExpandableArrayBuffer buffer = new ExpandableArrayBuffer();
    private int length = NONE;
    private int type;

    @Override
    public int tryClaim(int newType, int newLength) {
      if (newLength > maxMessageLength()) {
        throw new IllegalArgumentException(
            "the request is longer than " + maxMessageLength() + " bytes, the limit of its sender");
      }
      buffer.checkLimit(newLength);
      type = newType;
      length = newLength;
      return 0;
    }

    @Override
    public MutableDirectBuffer buffer() {
      return buffer;
    }

    @Override
    public long commit(int index) {
      int size = length;
      abort(index);
      kept.set(0, null);
      expected = type | CallProtocol.RESULT;
      sender.send(type, buffer, 0, size, receiving);
      return 0;
    }

    @Override
    public void abort(int index) {
      if (length == NONE) {
        throw new IllegalStateException("no request is claimed");
      }
      length = NONE;
    }

    @Override
    public int maxMessageLength() {
      return sender.maxRequestLength();
    }
  }
}
