package io.millrace.discovery;

import io.millrace.discovery.model.DiscoveryException;
import io.millrace.discovery.model.Transfer;
import io.millrace.discovery.root.Root;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Objects;
import org.agrona.ErrorHandler;

/** How a registry is opened. Built by one thread. */
public final class RegistryOptions {
  private static final int CONNECTION_LIMIT = 64;

  private Path root;
  private Transfer transfer = transferOf(System.getenv("MILLRACE_TRANSFER"));
  private int connectionLimit = CONNECTION_LIMIT;
  private ErrorHandler errorHandler =
      failure -> {
        Thread current = Thread.currentThread();
        current.getUncaughtExceptionHandler().uncaughtException(current, failure);
      };

  /** Starts with what the environment says. */
  public RegistryOptions() {}

  /**
   * Sets the directory.
   *
   * @param path where; without it the environment decides, see {@link Registry#open()}
   * @return this
   */
  public RegistryOptions root(Path path) {
    root = path;
    return this;
  }

  /**
   * Forces the way in which descriptors come to this process. Without it the environment variable
   * {@code MILLRACE_TRANSFER} ({@code pidfd} or {@code socket}) does, and without that every
   * acquisition tries {@link Transfer#PIDFD} first.
   *
   * @param way the only way that is tried, {@code null} for both
   * @return this
   */
  public RegistryOptions transfer(Transfer way) {
    transfer = way;
    return this;
  }

  /**
   * Limits the joiners that are connected to the socket of this registry at once. When one more
   * comes, the one that has been silent longest is closed.
   *
   * @param limit at least 1; 64 without it
   * @return this
   */
  public RegistryOptions connectionLimit(int limit) {
    if (limit < 1) {
      throw new IllegalArgumentException("connection limit " + limit + " is below 1");
    }
    connectionLimit = limit;
    return this;
  }

  /**
   * Receives what goes wrong in the registry's own threads, for example in a listener or an access
   * rule of the application. Without it: the uncaught exception handler of that thread, which also
   * gets what the handler throws. None of this ends a watch or keeps joiners from being served.
   *
   * @param handler called by those threads, several at a time perhaps; may close the registry
   * @return this
   */
  public RegistryOptions errorHandler(ErrorHandler handler) {
    errorHandler = Objects.requireNonNull(handler, "handler");
    return this;
  }

  Path root() {
    return root == null ? Root.choose(System::getenv) : root.toAbsolutePath();
  }

  /** Tells whether the directory is Millrace's own, to be removed by its last user. */
  boolean isRootTemporary() {
    return root == null && Root.isTemporary(System::getenv);
  }

  Transfer transfer() {
    return transfer;
  }

  int connectionLimit() {
    return connectionLimit;
  }

  ErrorHandler errorHandler() {
    return errorHandler;
  }

  static Transfer transferOf(String text) {
    if (text == null || text.isEmpty()) {
      return null;
    }
    try {
      return Transfer.valueOf(text.toUpperCase(Locale.ROOT));
    } catch (IllegalArgumentException unknown) {
      throw new DiscoveryException(
          "MILLRACE_TRANSFER is \"" + text + "\": use pidfd or socket, or leave it away", unknown);
    }
  }
}
