package io.millrace.request;

import io.millrace.discovery.Registry;
import io.millrace.ring.WaitStrategy;
import io.millrace.ring.Waitable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** A server that sleeps until requests come, in a thread of its own. */
final class ServingThread implements AutoCloseable {
  static final RequestHandler ECHO =
      (request, type, buffer, offset, length) -> request.reply(type, buffer, offset, length);

  private final Thread thread;
  private volatile boolean stopped;
  private final CompletableFuture<RequestServer> server = new CompletableFuture<>();
  private final CompletableFuture<Void> end = new CompletableFuture<>();

  private ServingThread(Registry registry, String service, RequestHandler handler) {
    thread = new Thread(() -> run(registry, service, handler), "server");
  }

  static ServingThread start(Registry registry, String service, RequestHandler handler) {
    ServingThread one = new ServingThread(registry, service, handler);
    one.thread.start();
    one.server.join();
    return one;
  }

  private void run(Registry registry, String service, RequestHandler handler) {
    try {
      serve(registry, service, handler);
      end.complete(null); // Behind the server's close: nothing of it is left then.
    } catch (Throwable failure) {
      server.completeExceptionally(failure);
      end.completeExceptionally(failure);
    }
  }

  private void serve(Registry registry, String service, RequestHandler handler) {
    try (RequestServer one = Requests.server(registry, service)) {
      server.complete(one);
      while (!stopped) {
        one.poll(handler, 100, WaitStrategy.blocking(), Waitable.FOREVER);
      }
    }
  }

  /** Its thread is in a system call, or about to be. */
  boolean isSleeping() {
    for (StackTraceElement frame : thread.getStackTrace()) {
      if (frame.getClassName().endsWith(".Epoll")) {
        return true;
      }
    }
    return false;
  }

  boolean isServing() {
    return !end.isDone();
  }

  @Override
  public void close() {
    stopped = true;
    server.join().wakeup();
    end.orTimeout(60, TimeUnit.SECONDS).join();
  }
}
