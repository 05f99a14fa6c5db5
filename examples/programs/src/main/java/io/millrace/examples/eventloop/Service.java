package io.millrace.examples.eventloop;

import io.millrace.discovery.Registry;
import io.millrace.ring.Consumer;
import io.millrace.ring.GroupOptions;
import io.millrace.ring.Ring;
import io.millrace.ring.RingPoller;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;

/**
 * A process with one thread that waits for records in two rings, for requests on a socket and for
 * the time, all at once, and uses no processor time while nothing happens.
 *
 * <p>The socket is its standard input and output, as inetd and systemd hand it over: so its
 * descriptor has a known number, which the epoll set needs.
 */
final class Service {
  static final GroupOptions GROUP = GroupOptions.named("service").retained();

  private static final int SOCKET = 0;
  private static final int BATCH = 100;
  private static final long TICK_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

  private final FileInputStream input = new FileInputStream(FileDescriptor.in);
  private final byte[] request = new byte[256];
  private long orders;
  private long prices;
  private long ticks;
  private boolean running = true;

  private Service() {}

  /**
   * Serves until the client says so or goes away.
   *
   * @param arguments the names of two rings
   */
  public static void main(String[] arguments) {
    Service service = new Service();
    try (Registry registry = Registry.open();
        Ring orderRing = registry.joinRing(arguments[0]);
        Ring priceRing = registry.joinRing(arguments[1]);
        Consumer orders = orderRing.addConsumer(GROUP);
        Consumer prices = priceRing.addConsumer(GROUP);
        RingPoller poller = new RingPoller()) {
      poller.add(
          orders.waitForRecords(),
          () -> orders.poll((type, buffer, offset, length) -> service.orders++, BATCH));
      poller.add(
          prices.waitForRecords(),
          () -> prices.poll((type, buffer, offset, length) -> service.prices++, BATCH));
      poller.add(SOCKET, service::onRequest);
      System.out.println("ready");
      service.run(poller);
    }
  }

  /** A timer is no descriptor here, but a limit for the wait. */
  private void run(RingPoller poller) {
    long due = System.nanoTime() + TICK_NANOS;
    while (running) {
      poller.await(Math.max(0, due - System.nanoTime()));
      if (System.nanoTime() - due >= 0) {
        ticks++;
        due += TICK_NANOS;
      }
    }
  }

  /** Is called when there is something to read, and reads once: so it never blocks. */
  private void onRequest() {
    try {
      int length = input.read(request);
      String words = new String(request, 0, Math.max(0, length), StandardCharsets.US_ASCII);
      if (length < 0 || words.startsWith("quit")) {
        running = false;
      } else {
        System.out.println("orders=" + orders + " prices=" + prices + " ticks=" + ticks);
      }
    } catch (IOException gone) {
      throw new UncheckedIOException("the client is gone", gone);
    }
  }
}
