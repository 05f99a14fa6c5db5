package io.millrace.message;

import io.millrace.ring.RecordSender;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodHandles.Lookup;
import java.util.Objects;

/**
 * Makes an interface the protocol: each of its methods is a message, in the format of SBE.
 *
 * <pre>{@code
 * interface Orders {
 *   void placed(long id, @Ascii(8) CharSequence symbol, Side side, @Decimal(-4) long price, int n);
 *   void cancelled(long id);
 * }
 * Orders out = Messages.writer(Orders.class, producer);
 * out.placed(1, "MILL", Side.BUY, 1005000, 10);
 * consumer.poll(Messages.reader(Orders.class, new Book()), 10); // Book implements Orders
 * }</pre>
 *
 * <p>Writers and readers are classes that are generated when they are made, which takes some
 * milliseconds. Their methods allocate nothing, except for what the implementation asks for: {@code
 * String}, {@code byte[]}, records and arrays.
 *
 * <p>What cannot be encoded is refused when a writer, a reader or a schema is made: an {@link
 * IllegalArgumentException} names the method, the parameter and the cure. The same exception
 * refuses an interface that generated code cannot reach: pass {@link MethodHandles#lookup()} of a
 * class beside it, where its module does not open its package.
 *
 * <p>All methods may be called by any thread.
 */
public final class Messages {
  private Messages() {}

  /**
   * Makes a writer, whose methods send messages. It is used by one thread, as the sender is.
   *
   * <p>When there is no room, a method that returns nothing throws {@link
   * io.millrace.ring.BackPressureException}, one that returns {@code boolean} returns {@code
   * false}, and one that returns {@code long} returns {@link RecordSender#BACK_PRESSURED};
   * otherwise it returns the position behind the record. All throw what their arguments throw;
   * {@link NullPointerException} and {@link IllegalArgumentException} for arguments that cannot be
   * encoded; and what the sender throws. Then nothing was sent.
   *
   * @param type the interface
   * @param sender a {@link io.millrace.ring.Producer}, one that waits for room, a batch
   * @param <T> the interface
   * @return the writer
   * @throws IllegalArgumentException if the interface cannot be a protocol
   * @throws NullPointerException if an argument is null
   */
  public static <T> T writer(Class<T> type, RecordSender sender) {
    return writer(MethodHandles.lookup(), type, sender);
  }

  /**
   * Makes a writer for an interface that only the caller can reach.
   *
   * @param lookup the caller's
   * @param type the interface
   * @param sender where the records go
   * @param <T> the interface
   * @return the writer
   * @throws IllegalArgumentException if the interface cannot be a protocol
   * @throws NullPointerException if an argument is null
   * @see #writer(Class, RecordSender)
   */
  public static <T> T writer(Lookup lookup, Class<T> type, RecordSender sender) {
    Objects.requireNonNull(lookup, "lookup");
    Objects.requireNonNull(sender, "sender");
    Protocol protocol = Protocol.of(Objects.requireNonNull(type, "type"));
    return type.cast(WriterGenerator.generate(Host.of(protocol, lookup), protocol, sender));
  }

  /**
   * Makes a reader, which calls an implementation for each message. Records that are no message of
   * the interface are counted. A message that is not what it says, in length or content, is a
   * {@link io.millrace.ring.MalformedRecordException} before the implementation is called.
   *
   * <p>{@code CharSequence} and {@code DirectBuffer} are views of the memory of the message; they
   * and {@code Iterable} are valid during the call only.
   *
   * @param type the interface
   * @param implementation receives the messages
   * @param <T> the interface
   * @return the reader, for consumers and observers
   * @throws IllegalArgumentException if the interface cannot be a protocol
   * @throws NullPointerException if an argument is null
   */
  public static <T> MessageReader reader(Class<T> type, T implementation) {
    return makeReader(MethodHandles.lookup(), type, implementation, null);
  }

  /**
   * Makes a reader that hands over what it does not deliver.
   *
   * @param type the interface
   * @param implementation receives the messages
   * @param unhandled receives the rest
   * @param <T> the interface
   * @return the reader
   * @throws IllegalArgumentException if the interface cannot be a protocol
   * @throws NullPointerException if an argument is null
   * @see #reader(Class, Object)
   */
  public static <T> MessageReader reader(Class<T> type, T implementation, Unhandled unhandled) {
    return reader(MethodHandles.lookup(), type, implementation, unhandled);
  }

  /**
   * Makes a reader for an interface that only the caller can reach.
   *
   * @param lookup the caller's
   * @param type the interface
   * @param implementation receives the messages
   * @param unhandled receives the rest
   * @param <T> the interface
   * @return the reader
   * @throws IllegalArgumentException if the interface cannot be a protocol
   * @throws NullPointerException if an argument is null
   * @see #reader(Class, Object)
   */
  public static <T> MessageReader reader(
      Lookup lookup, Class<T> type, T implementation, Unhandled unhandled) {
    Objects.requireNonNull(lookup, "lookup");
    return makeReader(lookup, type, implementation, Objects.requireNonNull(unhandled, "unhandled"));
  }

  private static <T> MessageReader makeReader(
      Lookup lookup, Class<T> type, T implementation, Unhandled unhandled) {
    Protocol protocol = Protocol.of(Objects.requireNonNull(type, "type"));
    Objects.requireNonNull(implementation, "implementation");
    return new MessageReader(lookup, protocol, implementation, unhandled);
  }

  /**
   * The schema of an interface, as the SBE tool reads it.
   *
   * @param type the interface
   * @return XML
   * @throws IllegalArgumentException if the interface cannot be a protocol
   * @see MessageSchema
   */
  public static String schema(Class<?> type) {
    return MessageSchema.of(type).xml();
  }

  /**
   * Makes a writer that writes each call as a line of text, {@code placed(1, "MILL", BUY, 100.5000,
   * 10)}. Behind a reader it prints a stream or a recording: {@code reader(Orders.class,
   * printer(Orders.class, System.out))}.
   *
   * <p>Its methods throw {@link java.io.UncheckedIOException} if the text cannot be written. One
   * that returns {@code long} returns the number of the line.
   *
   * @param type the interface
   * @param out where the lines go
   * @param <T> the interface
   * @return the writer
   * @throws IllegalArgumentException if the interface cannot be a protocol
   * @throws NullPointerException if an argument is null
   */
  public static <T> T printer(Class<T> type, Appendable out) {
    return printer(MethodHandles.lookup(), type, out);
  }

  /**
   * Makes a writer of lines for an interface that only the caller can reach.
   *
   * @param lookup the caller's
   * @param type the interface
   * @param out where the lines go
   * @param <T> the interface
   * @return the writer
   * @throws IllegalArgumentException if the interface cannot be a protocol
   * @throws NullPointerException if an argument is null
   * @see #printer(Class, Appendable)
   */
  public static <T> T printer(Lookup lookup, Class<T> type, Appendable out) {
    Objects.requireNonNull(out, "out");
    MessageSchema schema = MessageSchema.of(Objects.requireNonNull(type, "type"));
    return writer(lookup, type, new PrintingSender(schema, out));
  }

  /**
   * Makes a reader of the lines that {@link #printer(Class, Appendable)} writes.
   *
   * @param type the interface
   * @param implementation is called for each line
   * @param <T> the interface
   * @return the reader
   * @throws IllegalArgumentException if the interface cannot be a protocol
   * @throws NullPointerException if an argument is null
   */
  public static <T> MessagePlayer player(Class<T> type, T implementation) {
    return player(MethodHandles.lookup(), type, implementation);
  }

  /**
   * Makes a reader of lines for an interface that only the caller can reach.
   *
   * @param lookup the caller's
   * @param type the interface
   * @param implementation is called for each line
   * @param <T> the interface
   * @return the reader
   * @throws IllegalArgumentException if the interface cannot be a protocol
   * @throws NullPointerException if an argument is null
   */
  public static <T> MessagePlayer player(Lookup lookup, Class<T> type, T implementation) {
    Objects.requireNonNull(lookup, "lookup");
    return new MessagePlayer(
        MessageSchema.of(Objects.requireNonNull(type, "type")),
        makeReader(lookup, type, implementation, null));
  }

  /**
   * Makes the calling side of an interface whose methods are calls, for those who carry requests
   * and replies; applications use {@code io.millrace.request.Requests.caller}.
   *
   * @param lookup the caller's
   * @param type the interface
   * @param sender carries the requests
   * @param <T> the interface
   * @return the calling side
   * @throws IllegalArgumentException if the interface cannot be one of calls; the message has the
   *     method, the parameter or result, and the cure
   * @throws NullPointerException if an argument is null
   */
  public static <T> MessageCaller<T> caller(Lookup lookup, Class<T> type, CallSender sender) {
    Objects.requireNonNull(lookup, "lookup");
    Objects.requireNonNull(type, "type");
    return new MessageCaller<>(lookup, type, Objects.requireNonNull(sender, "sender"));
  }

  /**
   * Makes the answering side of an interface whose methods are calls, for those who carry requests
   * and replies; applications use {@code io.millrace.request.Requests.handler}.
   *
   * @param lookup the caller's
   * @param type the interface
   * @param implementation answers
   * @param <T> the interface
   * @return the answering side
   * @throws IllegalArgumentException if the interface cannot be one of calls; the message has the
   *     method, the parameter or result, and the cure
   * @throws NullPointerException if an argument is null
   */
  public static <T> MessageAnswerer answerer(Lookup lookup, Class<T> type, T implementation) {
    Objects.requireNonNull(lookup, "lookup");
    Objects.requireNonNull(type, "type");
    return new MessageAnswerer(
        lookup, type, Objects.requireNonNull(implementation, "implementation"));
  }
}
