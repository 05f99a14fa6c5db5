package io.millrace.examples.eventloop;

import io.millrace.discovery.Registry;
import io.millrace.discovery.model.Capabilities;
import io.millrace.examples.Example;
import io.millrace.examples.JvmCommand;
import io.millrace.ring.Producer;
import io.millrace.ring.Ring;
import io.millrace.ring.RingOptions;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.agrona.concurrent.UnsafeBuffer;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * The event-loop example: starts a process whose only thread serves two rings, a socket and a
 * timer; sends records through the rings, asks over the socket what has come, and looks what the
 * process costs while nothing happens.
 */
@Command(
    name = "event-loop",
    description = "One thread, one epoll set: two rings, a socket and a timer.",
    mixinStandardHelpOptions = true)
public final class EventLoop extends Example {
  private static final int PATIENCE_MILLIS = 60_000;
  private static final int ROUNDS = 1_000;
  private static final int PRICES_A_ROUND = 3;

  @Option(
      names = "--idle",
      description = "Seconds in which nothing is sent (default: ${DEFAULT-VALUE}).")
  private int idle = 2;

  private BufferedReader answers;
  private PrintWriter requests;

  @Override
  protected String run() throws IOException, InterruptedException {
    check(idle >= 0 && idle <= 3600, "--idle must be from 0 to 3600");
    Registry registry = keep(Registry.open());
    Ring orders = publish(registry, "orders");
    Ring prices = publish(registry, "prices");
    Process service = startService();
    System.out.println("process " + service.pid() + " is " + answers.readLine());

    Producer orderProducer = keep(orders.addProducer());
    Producer priceProducer = keep(prices.addProducer());
    UnsafeBuffer message = new UnsafeBuffer(new byte[8]);
    for (int round = 0; round < ROUNDS; round++) {
      orderProducer.offer(1, message, 0, 8);
      for (int i = 0; i < PRICES_A_ROUND; i++) {
        priceProducer.offer(1, message, 0, 8);
      }
      if (round % (ROUNDS / 4) == 0) {
        System.out.println("asked in between: " + ask());
      }
      TimeUnit.MICROSECONDS.sleep(100);
    }
    String all = "orders=" + ROUNDS + " prices=" + ROUNDS * PRICES_A_ROUND + " ";
    long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(PATIENCE_MILLIS);
    String answer = ask();
    while (!answer.startsWith(all) && System.nanoTime() < deadline) {
      answer = ask();
    }
    Duration before = processorTime(service);
    TimeUnit.SECONDS.sleep(idle);
    System.out.printf(
        "%d s without a record: %d ms of processor time, and the timer went on: %s%n",
        idle, processorTime(service).minus(before).toMillis(), ask());
    requests.println("quit");
    int status = service.waitFor();
    return (answer.startsWith(all) && status == 0 ? "ok " : "failed ") + answer;
  }

  private Ring publish(Registry registry, String what) {
    Ring ring = keep(Ring.create(RingOptions.capacity(1 << 20).name(what)));
    ring.addGroup(Service.GROUP); // Keeps what is sent before the service comes.
    keep(registry.publish(name(what), ring, Capabilities.none()));
    return ring;
  }

  private static String name(String what) {
    return what + "-" + ProcessHandle.current().pid();
  }

  /** Does what inetd does: the connection becomes standard input and output of the process. */
  private Process startService() throws IOException {
    try (ServerSocket listener = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      listener.setSoTimeout(PATIENCE_MILLIS);
      String connection = "/dev/tcp/127.0.0.1/" + listener.getLocalPort();
      List<String> command = new ArrayList<>();
      command.addAll(List.of("bash", "-c", "exec \"$@\" 0<>" + connection + " 1>&0", "bash"));
      command.addAll(JvmCommand.of(Service.class, name("orders"), name("prices")));
      Process service =
          new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
      keep(() -> service.destroyForcibly().onExit().join());
      Socket socket = keep(listener.accept());
      socket.setSoTimeout(PATIENCE_MILLIS);
      answers =
          new BufferedReader(
              new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII));
      requests = new PrintWriter(socket.getOutputStream(), true, StandardCharsets.US_ASCII);
      return service;
    }
  }

  private String ask() throws IOException {
    requests.println("count");
    return answers.readLine();
  }

  private static Duration processorTime(Process process) {
    return process.toHandle().info().totalCpuDuration().orElse(Duration.ZERO);
  }
}
