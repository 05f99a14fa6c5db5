package io.millrace.request;

import io.millrace.discovery.Registry;
import io.millrace.peer.PeerNames;

/**
 * The way to a request service: a name under which any number of clients send requests and any
 * number of servers compete for them.
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
   * @throws io.millrace.SystemCallException if the memory or the descriptors cannot be had
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
   * @throws io.millrace.SystemCallException if the memory or the descriptors cannot be had
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
   * @throws io.millrace.SystemCallException if the descriptors cannot be had
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
   * @throws io.millrace.SystemCallException if the descriptors cannot be had
   */
  public static RequestServer server(Registry registry, String service, ServerListener listener) {
    return new RequestServer(registry, PeerNames.require("service", service), listener);
  }
}
