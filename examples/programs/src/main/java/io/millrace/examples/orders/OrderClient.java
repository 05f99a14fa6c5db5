package io.millrace.examples.orders;

import io.millrace.discovery.Registry;
import io.millrace.examples.Cues;
import io.millrace.examples.orders.OrderBook.Told;
import io.millrace.message.Messages;
import io.millrace.request.CallException;
import io.millrace.request.CallFailure;
import io.millrace.request.CallFailure.Reason;
import io.millrace.request.CallOptions;
import io.millrace.request.Reply;
import io.millrace.request.ReplyHandler;
import io.millrace.request.RequestClient;
import io.millrace.request.Requests;
import io.millrace.ring.WaitStrategy;
import io.millrace.ring.Waitable;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Scanner;
import org.agrona.DirectBuffer;
import org.agrona.collections.Long2LongHashMap;
import org.agrona.concurrent.UnsafeBuffer;

/** A client process: places its orders, as many at a time as there is room for. */
final class OrderClient implements ReplyHandler {
  private static final int BATCH = 64;
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final long PRICE = 1_000_000;

  private final RequestClient client;
  private final OrderBook book;

  /** Calls that are open, and the orders that they are about. */
  private final Long2LongHashMap open = new Long2LongHashMap(-1);

  private final List<Long> lost = new ArrayList<>();
  private long booked;
  private long refused;

  private OrderClient(RequestClient client, OrderBook book) {
    this.client = client;
    this.book = book;
  }

  /**
   * Places each order that is its own, and says what became of them.
   *
   * @param arguments the service, the file of the book, how many orders there are, the number of
   *     the first that is its own, and how far it is to the next
   */
  public static void main(String[] arguments) {
    int orders = Integer.parseInt(arguments[2]);
    OrderBook book = OrderBook.open(Path.of(arguments[1]), orders);
    try (Registry registry = Registry.open();
        RequestClient client = Requests.client(registry, arguments[0]);
        Cues cues = new Cues(new Scanner(System.in))) {
      System.out.println("ready");
      cues.awaitFirst();
      OrderClient one = new OrderClient(client, book);
      one.greet();
      one.place(Integer.parseInt(arguments[3]), Integer.parseInt(arguments[4]), orders, cues);
      one.ask();
    }
  }

  /** One request, one reply. */
  private void greet() {
    Reply reply = client.call(OrderServer.STATUS, new UnsafeBuffer(), 0, 0, PATIENCE);
    System.out.println("answer " + reply.buffer().getStringWithoutLengthAscii(0, reply.length()));
  }

  /** Many at a time. */
  private void place(long first, int distance, int orders, Cues cues) {
    NewOrder desk = Messages.writer(NewOrder.class, client.sender(CallOptions.timeout(PATIENCE)));
    long next = first;
    while ((next < orders || client.openCalls() > 0) && !cues.isOver()) {
      long call = next < orders ? desk.place(next, shares(next), PRICE) : 0;
      if (call > 0) {
        open.put(call, next);
        next += distance;
      } else {
        // No room for more, or nothing more to place.
        client.poll(this, BATCH, WaitStrategy.blocking(), Waitable.FOREVER);
      }
    }
  }

  /** A few are too large, and a few need somebody's approval. */
  private static int shares(long order) {
    return order % 25 == 0 ? 1010 : order % 40 / 2 == 3 ? 990 : (int) (1 + order % 900);
  }

  @Override
  public void onReply(long call, int type, DirectBuffer buffer, int offset, int length) {
    book.note(open.remove(call), type == OrderServer.BOOKED ? Told.BOOKED : Told.BOOKED_BEFORE);
    booked++;
  }

  @Override
  public void onFailure(long call, CallFailure failure) {
    long order = open.remove(call);
    if (failure.reason() == Reason.REFUSED) {
      book.note(order, Told.REFUSED);
      refused++;
    } else if (failure.reason() == Reason.SERVER_LOST) {
      book.note(order, Told.LOST);
      lost.add(order);
    } else {
      throw new CallException(failure);
    }
  }

  /** What became of the orders whose server is gone only the application can tell. */
  private void ask() {
    UnsafeBuffer number = new UnsafeBuffer(new byte[Long.BYTES]);
    int found = 0;
    for (long order : lost) {
      number.putLong(0, order);
      Reply reply = client.call(OrderServer.FIND, number, 0, Long.BYTES, PATIENCE);
      found += reply.type() == OrderServer.BOOKED ? 1 : 0;
    }
    System.out.printf(
        "done %,d booked, %,d refused, %d lost with their server, of which %d turn out to be"
            + " booked%n",
        booked, refused, lost.size(), found);
  }
}
