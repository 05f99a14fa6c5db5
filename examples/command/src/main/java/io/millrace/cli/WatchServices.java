package io.millrace.cli;

import io.millrace.discovery.RegistryView;
import io.millrace.discovery.model.Departure;
import io.millrace.discovery.model.Refusal;
import io.millrace.discovery.model.Service;
import io.millrace.discovery.model.ServiceListener;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.LinkedBlockingQueue;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Ansi.Style;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Prints services as they come, change and go. */
@Command(
    name = "watch",
    description = {
      "Prints the services that are there, and then each that comes, changes or goes, until it is"
          + " interrupted. Waits for a registry that does not exist yet."
    })
final class WatchServices implements Callable<Integer> {
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("HH:mm:ss.SSS").withZone(ZoneId.systemDefault());
  private static final Duration LOOK = Duration.ofMillis(200);

  @Mixin private RegistryChoice registry;
  @Mixin private Output output;

  @Option(
      names = {"-n", "--count"},
      paramLabel = "N",
      description = "End after this many events.")
  private long count = Long.MAX_VALUE;

  /**
   * One event.
   *
   * @param time when it was seen
   * @param event {@code up}, {@code changed}, {@code withdrawn}, {@code died}, {@code missed} or
   *     {@code refused}
   * @param name of the service
   * @param detail more, for humans
   * @param capabilities what its publisher says of it, if it is there
   */
  private record Event(
      String time, String event, String name, String detail, Map<String, String> capabilities) {}

  @Override
  public Integer call() throws InterruptedException {
    BlockingQueue<Event> events = new LinkedBlockingQueue<>();
    RegistryView view = awaitRegistry(events);
    // Also when it is interrupted: the last process to close a registry removes its directory.
    Thread closer = new Thread(view::close, "closer");
    Runtime.getRuntime().addShutdownHook(closer);
    try {
      view.watch(new Listener(events));
      boolean read = true;
      for (long printed = 0; printed < count && read; printed++) {
        print(events.take());
        read = !events.isEmpty() || output.flush();
      }
    } finally {
      view.close();
      Runtime.getRuntime().removeShutdownHook(closer);
    }
    return 0;
  }

  private RegistryView awaitRegistry(BlockingQueue<Event> events) throws InterruptedException {
    boolean told = false;
    while (true) {
      RegistryView view =
          registry.view(failure -> events.add(event("refused", "", failure.toString())));
      if (view.exists()) {
        return view;
      }
      view.close();
      if (!told) {
        output.note("registry root " + view.root() + " does not exist; waiting for it");
        told = true;
      }
      Thread.sleep(LOOK);
    }
  }

  private void print(Event event) {
    output.print(
        event,
        () ->
            TIME.format(Instant.parse(event.time))
                + "  "
                + output.styled(style(event.event), String.format("%-9s", event.event))
                + "  "
                + event.name
                + "  "
                + Text.printable(event.detail));
  }

  private static Style style(String event) {
    return switch (event) {
      case "up" -> Style.fg_green;
      case "changed" -> Style.fg_cyan;
      case "withdrawn" -> Style.fg_yellow;
      default -> Style.fg_red;
    };
  }

  private static Event event(String event, String name, String detail) {
    return new Event(Instant.now().toString(), event, name, detail, null);
  }

  /** Puts what the watch tells into a queue, from which the command's own thread prints. */
  private static final class Listener implements ServiceListener {
    private final BlockingQueue<Event> events;

    private Listener(BlockingQueue<Event> events) {
      this.events = events;
    }

    @Override
    public void onUp(Service service) {
      add("up", service);
    }

    @Override
    public void onChanged(Service before, Service now) {
      add("changed", now);
    }

    @Override
    public void onDown(Service service, Departure reason) {
      events.add(event(reason.name().toLowerCase(Locale.ROOT), service.name(), of(service)));
    }

    @Override
    public void onMissed(String name, Departure reason) {
      events.add(
          event(
              "missed", name, "came and went; the last " + reason.name().toLowerCase(Locale.ROOT)));
    }

    @Override
    public void onRefused(Refusal refusal) {
      events.add(event("refused", refusal.name(), refusal.reason().getMessage()));
    }

    private void add(String event, Service service) {
      Map<String, String> capabilities = service.capabilities().asMap();
      events.add(
          new Event(
              Instant.now().toString(),
              event,
              service.name(),
              of(service) + (capabilities.isEmpty() ? "" : " " + capabilities),
              capabilities));
    }

    private static String of(Service service) {
      return service.kind()
          + " of process "
          + service.pid()
          + ", generation "
          + service.generation();
    }
  }
}
