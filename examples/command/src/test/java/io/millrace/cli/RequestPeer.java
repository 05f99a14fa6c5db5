package io.millrace.cli;

import io.millrace.discovery.Registry;
import io.millrace.request.Request;
import io.millrace.request.RequestHandler;
import io.millrace.request.RequestServer;
import io.millrace.request.Requests;
import io.millrace.ring.WaitStrategy;
import io.millrace.ring.Waitable;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * A server process of the request service {@code s}, which does what a request says: {@code echo},
 * {@code fail}, {@code throw}, {@code ignore}, {@code take} without ever answering, {@code count}
 * without an end, {@code long} for an answer of 100,000 bytes. It tells when it has taken a
 * request, and when nobody waits for one any more.
 *
 * <p>Argument: the registry's directory.
 */
final class RequestPeer implements RequestHandler {
  private static final int LONG = 100_000;

  private final RequestServer server;
  private long counting;
  private int next;

  private RequestPeer(RequestServer server) {
    this.server = server;
  }

  public static void main(String[] arguments) {
    try (Registry registry = Registry.open(Path.of(arguments[0]));
        RequestServer server = Requests.server(registry, "s")) {
      RequestPeer peer = new RequestPeer(server);
      System.out.println("ready");
      while (!server.isClosed()) {
        server.poll(peer, 10, WaitStrategy.blocking(), Waitable.FOREVER);
        peer.count();
      }
    }
  }

  @Override
  public void onRequest(Request request, int type, DirectBuffer buffer, int offset, int length) {
    String text = buffer.getStringWithoutLengthUtf8(offset, length);
    switch (text) {
      case "fail" -> request.fail("closed", "come back at nine");
      case "throw" -> throw new IllegalStateException("out of paper");
      case "ignore" -> {}
      case "take" -> {
        request.later();
        System.out.println("taken");
      }
      case "count" -> {
        next = 1;
        counting = request.later();
      }
      case "long" -> request.reply(1, new UnsafeBuffer(new byte[LONG]), 0, LONG);
      default -> request.reply(type + 1, buffer, offset, length);
    }
  }

  @Override
  public void onCredit(long token) {
    count();
  }

  private void count() {
    while (counting > 0) {
      byte[] number = Integer.toString(next).getBytes(StandardCharsets.UTF_8);
      long result = server.more(counting, 3, new UnsafeBuffer(number), 0, number.length);
      if (result == Request.CALL_OVER) {
        onCancelled(counting); // Whoever hears it so is not told again.
      }
      if (result < 0) {
        return;
      }
      next++;
    }
  }

  @Override
  public void onCancelled(long token) {
    counting = token == counting ? 0 : counting;
    System.out.println("cancelled");
  }
}
