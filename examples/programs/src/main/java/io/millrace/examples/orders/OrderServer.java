package io.millrace.examples.orders;

import io.millrace.discovery.Registry;
import io.millrace.examples.Cues;
import io.millrace.message.Messages;
import io.millrace.request.Request;
import io.millrace.request.RequestHandler;
import io.millrace.request.RequestServer;
import io.millrace.request.Requests;
import io.millrace.ring.RecordHandler;
import io.millrace.ring.WaitStrategy;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.List;
import java.util.Queue;
import java.util.Scanner;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/** A server process: books orders, beside others that compete for them. */
final class OrderServer implements RequestHandler, NewOrder {
  /** Requests besides {@link NewOrder}: is the order of this number booked; how do you do. */
  static final int FIND = 2;

  static final int STATUS = 3;

  /** Replies. */
  static final int BOOKED = 1;

  static final int BOOKED_BEFORE = 2;
  static final int NOT_BOOKED = 3;

  private static final int MOST_SHARES = 1000;
  private static final int SHARES_WITHOUT_APPROVAL = 950;
  private static final long APPROVAL_NANOS = TimeUnit.MILLISECONDS.toNanos(20);
  private static final int BATCH = 64;
  private static final long WAIT_NANOS = TimeUnit.MILLISECONDS.toNanos(5);
  private static final UnsafeBuffer NOTHING = new UnsafeBuffer(new byte[0]);

  private final int pid = (int) ProcessHandle.current().pid();
  private final RecordHandler orders = Messages.reader(NewOrder.class, this);
  private final Queue<Approval> approvals = new ArrayDeque<>();
  private final RequestServer server;
  private final OrderBook book;
  private final List<Long> deadly;
  private final Cues cues;
  private Request request;
  private long booked;

  /** An order that somebody looks at before it is booked. */
  private record Approval(long token, long number, long dueNanos) {}

  private OrderServer(RequestServer server, OrderBook book, List<Long> deadly, Cues cues) {
    this.server = server;
    this.book = book;
    this.deadly = deadly;
    this.cues = cues;
  }

  /**
   * Serves until it is told to stop.
   *
   * @param arguments the service, the file of the book, how many orders there are, and the numbers
   *     of those with which it waits to be killed
   */
  public static void main(String[] arguments) {
    OrderBook book = OrderBook.open(Path.of(arguments[1]), Integer.parseInt(arguments[2]));
    List<Long> deadly = Arrays.stream(arguments).skip(3).map(Long::valueOf).toList();
    try (Registry registry = Registry.open();
        RequestServer server = Requests.server(registry, arguments[0]);
        Cues cues = new Cues(new Scanner(System.in))) {
      OrderServer handler = new OrderServer(server, book, deadly, cues);
      System.out.println("ready");
      cues.awaitFirst();
      while (!cues.isOver()) {
        server.poll(handler, BATCH, WaitStrategy.blocking(), WAIT_NANOS);
        handler.approve();
      }
      System.out.printf("booked %,d%n", handler.booked);
    }
  }

  @Override
  public void onRequest(Request now, int type, DirectBuffer buffer, int offset, int length) {
    request = now;
    switch (type) {
      case TYPE -> orders.onRecord(type, buffer, offset, length);
      case FIND -> {
        boolean isBooked = book.bookedBy(buffer.getLong(offset)) != 0;
        request.reply(isBooked ? BOOKED : NOT_BOOKED, NOTHING, 0, 0);
      }
      case STATUS -> {
        String status = "process " + pid + " has booked " + booked + " orders";
        byte[] text = status.getBytes(StandardCharsets.US_ASCII);
        request.reply(STATUS, new UnsafeBuffer(text), 0, text.length);
      }
      default -> request.fail("unknown type", type + " is none of 1, 2 and 3");
    }
  }

  @Override
  public long place(long number, int shares, long price) {
    if (shares > MOST_SHARES) {
      return request.fail("too large", shares + " shares, and at most " + MOST_SHARES + " may be");
    }
    if (shares > SHARES_WITHOUT_APPROVAL) {
      long token = request.later(); // Not this request any more from here on, but the token.
      if (token > 0) {
        approvals.add(new Approval(token, number, System.nanoTime() + APPROVAL_NANOS));
      }
      return token;
    }
    int before = book(number);
    if (request.attempt() == 1) {
      if (deadly.contains(number)) {
        waitToBeKilled();
      }
      return request.reply(BOOKED, NOTHING, 0, 0);
    }
    // A server died with it in its hands. Only the application knows how far that one came.
    String how = before == 0 ? "it was not booked" : "process " + before + " had booked it";
    System.out.println("order " + number + " came as attempt " + request.attempt() + ": " + how);
    return request.reply(before == 0 ? BOOKED : BOOKED_BEFORE, NOTHING, 0, 0);
  }

  private int book(long number) {
    int before = book.book(number, pid);
    booked += before == 0 ? 1 : 0;
    return before;
  }

  /** Booked, and not answered: the worst moment. */
  private void waitToBeKilled() {
    while (!cues.isOver()) {
      LockSupport.parkNanos(WAIT_NANOS);
    }
  }

  /** Answers what has been looked at by now. */
  private void approve() {
    for (Approval next = approvals.peek();
        next != null && System.nanoTime() - next.dueNanos() >= 0;
        next = approvals.peek()) {
      book(next.number());
      if (server.reply(next.token(), BOOKED, NOTHING, 0, 0) == Request.BACK_PRESSURED) {
        return;
      }
      approvals.remove();
    }
  }

  /** The client is gone, or waits no longer. */
  @Override
  public void onCancelled(long token) {
    approvals.removeIf(approval -> approval.token() == token);
  }
}
