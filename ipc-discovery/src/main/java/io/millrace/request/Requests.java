package io.millrace.request;

import io.millrace.discovery.Registry;
import io.millrace.message.Messages;
import io.millrace.peer.PeerNames;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodHandles.Lookup;
import java.util.Objects;

/**
 * Makes the clients and servers of a request service: a name under which any number of clients send
 * requests and any number of servers compete for them.
 *
 * <pre>{@code
 * try (Registry registry = Registry.open();
 *     RequestServer server = Requests.server(registry, "orders")) {
 *   while (running) {
 *     server.poll(
 *         (request, type, buffer, offset, length) -> request.reply(ACCEPTED, buffer, offset, 8),
 *         100, WaitStrategy.blocking(), Waitable.FOREVER);
 *   }
 * }
 *
 * // in another process, started before or after
 * try (Registry registry = Registry.open();
 *     RequestClient client = Requests.client(registry, "orders")) {
 *   Reply reply = client.call(NEW_ORDER, buffer, 0, length, Duration.ofSeconds(1));
 * }
 * }</pre>
 *
 * <p>There is no daemon, and no thread but those of the application.
 */
public final class Requests {
  /**
   * The kind of error with which a handler of {@link #handler(Class, Object)} answers a request
   * that is for no method of its interface.
   */
  public static final String UNKNOWN_METHOD = "unknown method";

  private Requests() {}

  /**
   * Makes a client with default options.
   *
   * @param registry where; stays open as long as the client
   * @param service the name of the service: 1 to 100 letters, digits, dots, underscores and
   *     hyphens, starting with a letter or a digit
   * @return the client, to be used by one thread
   * @throws IllegalArgumentException if the name is not allowed
   * @throws io.millrace.discovery.model.RootException if the registry's directory cannot be used
   * @throws io.millrace.SystemCallException if the memory or the descriptors cannot be obtained
   * @throws io.millrace.discovery.model.DiscoveryException if the directory cannot be watched or
   *     written
   */
  public static RequestClient client(Registry registry, String service) {
    return client(registry, service, ClientOptions.defaults());
  }

  /**
   * Makes a client.
   *
   * @param registry where; stays open as long as the client
   * @param service the name of the service
   * @param options what it is like
   * @return the client, to be used by one thread
   * @throws IllegalArgumentException if the name is not allowed
   * @throws io.millrace.discovery.model.RootException if the registry's directory cannot be used
   * @throws io.millrace.SystemCallException if the memory or the descriptors cannot be obtained
   * @throws io.millrace.discovery.model.DiscoveryException if the directory cannot be watched or
   *     written
   */
  public static RequestClient client(Registry registry, String service, ClientOptions options) {
    return new RequestClient(registry, PeerNames.require("service", service), options);
  }

  /**
   * Makes a server that tells nobody of its clients.
   *
   * @param registry where; stays open as long as the server
   * @param service the name of the service: 1 to 100 letters, digits, dots, underscores and
   *     hyphens, starting with a letter or a digit
   * @return the server, to be used by one thread
   * @throws IllegalArgumentException if the name is not allowed
   * @throws io.millrace.discovery.model.RootException if the registry's directory cannot be used
   * @throws io.millrace.SystemCallException if the descriptors cannot be obtained
   * @throws io.millrace.discovery.model.DiscoveryException if the directory cannot be watched or
   *     written
   */
  public static RequestServer server(Registry registry, String service) {
    return server(registry, service, ServerListener.NONE);
  }

  /**
   * Makes a server.
   *
   * @param registry where; stays open as long as the server
   * @param service the name of the service
   * @param listener is told what becomes of its clients, and what its handlers throw
   * @return the server, to be used by one thread
   * @throws IllegalArgumentException if the name is not allowed
   * @throws io.millrace.discovery.model.RootException if the registry's directory cannot be used
   * @throws io.millrace.SystemCallException if the descriptors cannot be obtained
   * @throws io.millrace.discovery.model.DiscoveryException if the directory cannot be watched or
   *     written
   */
  public static RequestServer server(Registry registry, String service, ServerListener listener) {
    return new RequestServer(registry, PeerNames.require("service", service), listener);
  }

  /**
   * Makes an implementation of an interface whose methods are calls: each sends its arguments
   * through a client, waits, and returns the result that a server answers.
   *
   * <pre>{@code
   * interface Orders {
   *   long place(@Ascii(8) CharSequence symbol, Side side, int quantity);
   *   void cancel(long id);
   * }
   * Orders orders = Requests.caller(Orders.class, client, CallOptions.timeout(ofSeconds(1)));
   * long id = orders.place("MILL", Side.BUY, 10);
   * }</pre>
   *
   * <p>Its methods throw {@link CallException} where there is no result: the server's exception,
   * the end of the time, an answer that makes no sense; {@link NullPointerException} and {@link
   * IllegalArgumentException} for arguments that cannot be encoded; and what {@link
   * RequestClient#call(int, org.agrona.DirectBuffer, int, int, CallOptions)} throws besides. It is
   * used by one thread, as the client is, which may make other calls before and after.
   *
   * @param type the interface
   * @param client sends the requests
   * @param how how each call is made
   * @param <T> the interface
   * @return the implementation
   * @throws IllegalArgumentException if the interface cannot be one of calls; the message has the
   *     method, the parameter or result, and the cure. Or if the options ask for a stream
   * @throws NullPointerException if an argument is null
   */
  public static <T> T caller(Class<T> type, RequestClient client, CallOptions how) {
    return caller(MethodHandles.lookup(), type, client, how);
  }

  /**
   * Makes an implementation of an interface that only the caller can reach.
   *
   * @param lookup the caller's
   * @param type the interface
   * @param client sends the requests
   * @param how how each call is made
   * @param <T> the interface
   * @return the implementation
   * @throws IllegalArgumentException if the interface cannot be one of calls, or the options ask
   *     for a stream
   * @throws NullPointerException if an argument is null
   * @see #caller(Class, RequestClient, CallOptions)
   */
  public static <T> T caller(Lookup lookup, Class<T> type, RequestClient client, CallOptions how) {
    Objects.requireNonNull(client, "client");
    return Messages.caller(lookup, type, new InterfaceCalls(client, how)).calls();
  }

  /**
   * Makes a caller of an interface's methods that does not wait for their results.
   *
   * @param type the interface
   * @param client sends the requests
   * @param how how each call is made
   * @param <T> the interface
   * @return the caller
   * @throws IllegalArgumentException if the interface cannot be one of calls; the message has the
   *     method, the parameter or result, and the cure. Or if the options ask for a stream
   * @throws NullPointerException if an argument is null
   */
  public static <T> CallbackCaller<T> callbacks(
      Class<T> type, RequestClient client, CallOptions how) {
    return callbacks(MethodHandles.lookup(), type, client, how);
  }

  /**
   * Makes a caller that does not wait, of an interface that only the caller can reach.
   *
   * @param lookup the caller's
   * @param type the interface
   * @param client sends the requests
   * @param how how each call is made
   * @param <T> the interface
   * @return the caller
   * @throws IllegalArgumentException if the interface cannot be one of calls, or the options ask
   *     for a stream
   * @throws NullPointerException if an argument is null
   * @see #callbacks(Class, RequestClient, CallOptions)
   */
  public static <T> CallbackCaller<T> callbacks(
      Lookup lookup, Class<T> type, RequestClient client, CallOptions how) {
    return new CallbackCaller<>(lookup, type, Objects.requireNonNull(client, "client"), how);
  }

  /**
   * Makes a handler that answers the calls of an interface by an implementation of it.
   *
   * <p>What a method throws becomes an error reply, as it does for any handler; so does a result
   * that cannot be encoded, or is longer than the client's greatest reply. A request that is cut
   * short or malformed is answered with a {@link io.millrace.ring.MalformedRecordException}, one
   * for a method that the interface does not have with {@link #UNKNOWN_METHOD}; the implementation
   * is called for neither.
   *
   * <p>Parameters that are {@code CharSequence}, {@code DirectBuffer} or {@code Iterable} are valid
   * during the call only. It is used by one thread, for any number of servers, but not by a method
   * that it is just calling.
   *
   * @param type the interface
   * @param implementation is called
   * @param <T> the interface
   * @return the handler, for {@link RequestServer#poll}
   * @throws IllegalArgumentException if the interface cannot be one of calls; the message has the
   *     method, the parameter or result, and the cure
   * @throws NullPointerException if an argument is null
   */
  public static <T> RequestHandler handler(Class<T> type, T implementation) {
    return handler(MethodHandles.lookup(), type, implementation);
  }

  /**
   * Makes a handler for an interface that only the caller can reach.
   *
   * @param lookup the caller's
   * @param type the interface
   * @param implementation is called
   * @param <T> the interface
   * @return the handler
   * @throws IllegalArgumentException if the interface cannot be one of calls
   * @throws NullPointerException if an argument is null
   * @see #handler(Class, Object)
   */
  public static <T> RequestHandler handler(Lookup lookup, Class<T> type, T implementation) {
    return new InterfaceHandler(Messages.answerer(lookup, type, implementation));
  }
}
