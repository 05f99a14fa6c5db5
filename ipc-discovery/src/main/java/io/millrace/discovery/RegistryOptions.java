package io.millrace.discovery;

import io.millrace.discovery.model.DiscoveryException;
import io.millrace.discovery.model.Transfer;
import io.millrace.discovery.root.Root;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Objects;
import org.agrona.ErrorHandler;

/**
 * How a registry is opened. Immutable; start with {@link #defaults()} and refine. Any thread may
 * use it.
 */
public final class RegistryOptions {
  private static final int CONNECTION_LIMIT = 64;

  /** Null where the environment decides. */
  private final Path root;

  private final Transfer transfer;
  private final int connectionLimit;
  private final ErrorHandler errorHandler;

  private RegistryOptions(
      Path root, Transfer transfer, int connectionLimit, ErrorHandler errorHandler) {
    this.root = root;
    this.transfer = transfer;
    this.connectionLimit = connectionLimit;
    this.errorHandler = errorHandler;
  }

  /**
   * What the environment says, and without it: both ways of transfer, 64 joiners at once, and the
   * uncaught exception handlers of the registry's threads.
   *
   * @return the options
   * @throws DiscoveryException if {@code MILLRACE_TRANSFER} is set to something else than it can be
   */
  public static RegistryOptions defaults() {
    return new RegistryOptions(
        null,
        transferOf(System.getenv("MILLRACE_TRANSFER")),
        CONNECTION_LIMIT,
        failure -> {
          Thread current = Thread.currentThread();
          current.getUncaughtExceptionHandler().uncaughtException(current, failure);
        });
  }

  /**
   * In another directory.
   *
   * @param path where; {@code null} to let the environment decide, see {@link Registry#open()}
   * @return new options
   */
  public RegistryOptions root(Path path) {
    return new RegistryOptions(path, transfer, connectionLimit, errorHandler);
  }

  /**
   * With another way in which descriptors come to this process. Without it the environment variable
   * {@code MILLRACE_TRANSFER} ({@code pidfd} or {@code socket}) forces one, and without that every
   * acquisition tries {@link Transfer#PIDFD} first.
   *
   * @param way the only way that is tried, {@code null} for both
   * @return new options
   */
  public RegistryOptions transfer(Transfer way) {
    return new RegistryOptions(root, way, connectionLimit, errorHandler);
  }

  /**
   * With another limit of the joiners that are connected to the socket of this registry at once.
   * When one more comes, the one that has been silent longest is closed.
   *
   * @param limit at least 1
   * @return new options
   * @throws IllegalArgumentException if it is less
   */
  public RegistryOptions connectionLimit(int limit) {
    if (limit < 1) {
      throw new IllegalArgumentException("connection limit " + limit + " is below 1");
    }
    return new RegistryOptions(root, transfer, limit, errorHandler);
  }

  /**
   * With a receiver of what goes wrong in the registry's own threads, for example in a listener or
   * an access rule of the application. Without it: the uncaught exception handler of that thread,
   * which also gets what the handler throws. None of this ends a watch or keeps joiners from being
   * served.
   *
   * @param handler called by those threads, several at a time perhaps; may close the registry
   * @return new options
   */
  public RegistryOptions errorHandler(ErrorHandler handler) {
    return new RegistryOptions(
        root, transfer, connectionLimit, Objects.requireNonNull(handler, "handler"));
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
