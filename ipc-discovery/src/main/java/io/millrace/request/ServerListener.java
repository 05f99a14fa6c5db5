package io.millrace.request;

import io.millrace.discovery.model.Departure;
import io.millrace.discovery.model.Service;

/**
 * Is told what becomes of the clients of a server. Called by the thread that polls the server,
 * inside the poll, between two requests; what it throws comes out of the poll. It may not use the
 * server, except for {@link RequestServer#wakeup()}.
 */
public interface ServerListener {
  /** A listener that ignores everything. */
  ServerListener NONE = new ServerListener() {};

  /**
   * The requests of a client are served from now on.
   *
   * @param client which
   */
  default void onCame(Service client) {}

  /**
   * A client is gone. What it had asked and was not answered is dropped.
   *
   * @param client which
   * @param how how it ended
   */
  default void onGone(Service client, Departure how) {}

  /**
   * A client cannot be served, or not any more: its rings cannot be obtained, are damaged, or have
   * no place left. It is tried again from time to time, unless they are damaged; told once for each
   * cause.
   *
   * @param client the name of its service
   * @param why the cause
   */
  default void onRefused(String client, RuntimeException why) {}

  /**
   * A handler has thrown an exception, of which the client was told.
   *
   * @param client whose request it was
   * @param error what it threw
   */
  default void onError(Service client, Exception error) {}
}
