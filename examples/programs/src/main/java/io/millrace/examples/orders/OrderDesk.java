package io.millrace.examples.orders;

import io.millrace.discovery.Registry;
import io.millrace.examples.ChildJvm;
import io.millrace.examples.Example;
import io.millrace.examples.orders.OrderBook.Told;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * The orders example: starts servers and clients, kills a server that has an order in its hands,
 * starts another one in its place, and checks in the end what was booked against what the clients
 * were told.
 */
@Command(
    name = "orders",
    description = {
      "Clients place orders by requests, servers compete for them. A server is killed with an order"
          + " in its hands: each order is answered once, or its client is told."
    },
    mixinStandardHelpOptions = true)
public final class OrderDesk extends Example {
  private static final int PATIENCE_SECONDS = 60;

  /** Orders a second. */
  private static final int SLOWEST = 10_000;

  private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

  @Option(names = "--orders", description = "How many (default: ${DEFAULT-VALUE}).")
  private int orders = 100_000;

  @Option(names = "--clients", description = "Processes (default: ${DEFAULT-VALUE}).")
  private int clients = 2;

  @Option(names = "--servers", description = "Processes (default: ${DEFAULT-VALUE}).")
  private int servers = 2;

  @Option(
      names = "--kills",
      description = "Servers to kill with SIGKILL on the way (default: ${DEFAULT-VALUE}).")
  private int kills = 1;

  private final List<ChildJvm> serving = new ArrayList<>();
  private final List<Long> deadly = new ArrayList<>();
  private String service;
  private Path file;

  @Override
  protected String run() throws IOException {
    check(orders >= 1000 && orders <= 10_000_000, "--orders must be from 1000 to 10000000");
    check(clients >= 1 && clients <= 32, "--clients must be from 1 to 32");
    check(servers >= 1 && servers <= 32, "--servers must be from 1 to 32");
    check(kills >= 0 && kills <= 9, "--kills must be from 0 to 9");
    service = "orders-" + ProcessHandle.current().pid();
    file = Files.createTempFile("orders", ".book");
    keep(() -> Files.delete(file));
    OrderBook book = OrderBook.open(file, orders);
    Registry registry = keep(Registry.open());
    for (int kill = 1; kill <= kills; kill++) {
      long part = (long) orders * kill / (kills + 1);
      deadly.add(part - part % 100 + 1); // One that is booked at once.
    }
    for (int server = 1; server <= servers; server++) {
      serving.add(startServer());
    }
    List<ChildJvm> asking = new ArrayList<>();
    for (int client = 0; client < clients; client++) {
      asking.add(
          keep(
              ChildJvm.start(
                  "client " + client, OrderClient.class, service, file, orders, client, clients)));
    }
    serving.forEach(OrderDesk::letGo);
    asking.forEach(OrderDesk::letGo);
    System.out.printf(
        "%d clients place %,d orders with service %s, %d servers compete for them%n",
        clients, orders, service, servers);
    for (ChildJvm client : asking) {
      String status = client.expect("answer", PATIENCE_SECONDS);
      System.out.println("client " + client.pid() + " asks how it is: " + status);
    }
    deadly.forEach(order -> replaceServerOf(order, book));
    for (ChildJvm client : asking) {
      String words = client.expect("done", PATIENCE_SECONDS + orders / SLOWEST);
      System.out.println("client " + client.pid() + ": " + words);
    }
    for (ChildJvm server : serving) {
      server.tell("stop");
      String count = server.expect("booked", PATIENCE_SECONDS);
      System.out.println("server " + server.pid() + ": booked " + count);
    }
    registry.gc(); // The records of those who were killed.
    return verdict(book);
  }

  private ChildJvm startServer() {
    List<Object> arguments = new ArrayList<>(List.of(service, file, orders));
    arguments.addAll(deadly);
    return keep(ChildJvm.start("a server", OrderServer.class, arguments.toArray()));
  }

  private static void letGo(ChildJvm child) {
    child.expect("ready", PATIENCE_SECONDS);
    child.tell("start");
  }

  /** Kills the server that has booked an order and does not come to answer it. */
  private void replaceServerOf(long order, OrderBook book) {
    long patience = TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS + orders / SLOWEST);
    long deadline = System.nanoTime() + patience;
    while (book.bookedBy(order) == 0) {
      if (System.nanoTime() - deadline > 0) {
        throw new IllegalStateException("nobody has booked order " + order);
      }
      LockSupport.parkNanos(PAUSE_NANOS);
    }
    ChildJvm server =
        serving.stream().filter(one -> one.pid() == book.bookedBy(order)).findFirst().orElseThrow();
    server.printAll();
    server.kill();
    ChildJvm next = startServer();
    serving.set(serving.indexOf(server), next);
    letGo(next);
    System.out.printf(
        "server %d was killed with order %d in its hands; process %d has taken its place%n",
        server.pid(), order, next.pid());
  }

  private String verdict(OrderBook book) {
    int again = book.count(Told.BOOKED_BEFORE);
    int refused = book.count(Told.REFUSED);
    int answered = book.count(Told.BOOKED) + again + refused;
    int lost = book.count(Told.LOST);
    boolean isRight = answered + lost == orders && again == kills && book.mistakes() == 0;
    return (isRight ? "ok" : "failed")
        + (" orders=" + orders + " answered=" + answered + " refused=" + refused)
        + (" lost=" + lost + " again=" + again + " killed=" + kills)
        + (" mistakes=" + book.mistakes());
  }
}
