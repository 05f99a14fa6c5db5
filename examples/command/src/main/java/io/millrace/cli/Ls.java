package io.millrace.cli;

import io.millrace.discovery.RegistryView;
import io.millrace.discovery.model.Refusal;
import io.millrace.discovery.model.Scan;
import io.millrace.discovery.model.Sighting;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Lists services. */
@Command(
    name = "ls",
    description = {
      "Lists the services of a registry, the publishers and subscribers of topics, and the servers"
          + " and clients of request services.",
      "GET: how their descriptors would come to this process."
    })
final class Ls implements Callable<Integer> {
  private static final int COMMAND_WIDTH = 48;

  @Mixin private RegistryChoice registry;
  @Mixin private Output output;

  @Option(
      names = {"-a", "--all"},
      description = "Also those whose publisher died and whose record nobody has removed yet.")
  private boolean all;

  @Option(names = "--kind", paramLabel = "KIND", description = "Only this kind, such as ring.")
  private String kind;

  @Override
  public Integer call() {
    try (RegistryView view = registry.view()) {
      Scan found = view.scan();
      List<Sighting> shown = found.services().stream().filter(this::isShown).toList();
      if (output.isJson()) {
        shown.forEach(sighting -> output.print(ServiceLine.of(view, sighting), () -> ""));
      } else if (!shown.isEmpty()) {
        print(view, shown);
      } else {
        output.note(nothingIn(view, found.services().size()));
      }
      found.refusals().forEach(this::printRefusal);
    }
    return 0;
  }

  private boolean isShown(Sighting sighting) {
    return (all || sighting.isAlive()) && (kind == null || kind.equals(sighting.service().kind()));
  }

  private void print(RegistryView view, List<Sighting> shown) {
    List<Sighting> topics = kind != null ? List.of() : topicMembers(shown);
    List<Sighting> requests = kind != null ? List.of() : requestMembers(shown);
    TextTable table =
        new TextTable("NAME", "KIND", ">PID", "COMMAND", ">AGE", ">GEN", ">SIZE", "GET");
    for (Sighting sighting : shown) {
      if (topics.contains(sighting) || requests.contains(sighting)) {
        continue;
      }
      ServiceLine line = ServiceLine.of(view, sighting);
      table.row(
          line.name(),
          line.kind(),
          Processes.pid(line.pid(), line.foreign()),
          program(sighting),
          Units.age(Duration.ofSeconds(line.ageSeconds())),
          line.generation(),
          Units.bytes(line.bytes()),
          line.transfer());
    }
    if (!table.isEmpty()) {
      table.print(output);
    }
    if (!topics.isEmpty()) {
      printTopics(view, topics, !table.isEmpty());
    }
    if (!requests.isEmpty()) {
      printRequests(view, requests, !table.isEmpty() || !topics.isEmpty());
    }
  }

  /** Publishers and subscribers of topics, by topic, the publishers first. */
  private static List<Sighting> topicMembers(List<Sighting> shown) {
    return shown.stream()
        .filter(
            one -> WatchedRings.isPublisher(one.service()) || WatchedRings.isReader(one.service()))
        .sorted(
            Comparator.comparing((Sighting one) -> WatchedRings.topicOf(one.service()))
                .thenComparing(one -> one.service().kind())
                .thenComparing(one -> one.service().name()))
        .toList();
  }

  /** Servers and clients of request services, by service, the servers first. */
  private static List<Sighting> requestMembers(List<Sighting> shown) {
    return shown.stream()
        .filter(
            one -> RequestMembers.isServer(one.service()) || RequestMembers.isClient(one.service()))
        .sorted(
            Comparator.comparing((Sighting one) -> RequestMembers.serviceOf(one.service()))
                .thenComparing(one -> RequestMembers.isClient(one.service()))
                .thenComparing(one -> one.service().name()))
        .toList();
  }

  private void printTopics(RegistryView view, List<Sighting> members, boolean apart) {
    TextTable table =
        new TextTable("TOPIC", "MEMBER", "GROUP", ">PID", "COMMAND", ">AGE", ">SIZE", "NAME");
    for (Sighting sighting : members) {
      ServiceLine line = ServiceLine.of(view, sighting);
      boolean isReader = WatchedRings.isReader(sighting.service());
      table.row(
          WatchedRings.topicOf(sighting.service()),
          isReader ? "subscriber" : "publisher",
          isReader ? sighting.service().capabilities().text("group", "(lossy)") : "",
          Processes.pid(line.pid(), line.foreign()),
          program(sighting),
          Units.age(Duration.ofSeconds(line.ageSeconds())),
          isReader ? "" : Units.bytes(line.bytes()),
          line.name());
    }
    if (apart) {
      output.print("");
    }
    table.print(output);
  }

  private void printRequests(RegistryView view, List<Sighting> members, boolean apart) {
    TextTable table =
        new TextTable("REQUESTS", "MEMBER", ">PID", "COMMAND", ">AGE", ">SIZE", "NAME");
    for (Sighting sighting : members) {
      ServiceLine line = ServiceLine.of(view, sighting);
      boolean isClient = RequestMembers.isClient(sighting.service());
      table.row(
          RequestMembers.serviceOf(sighting.service()),
          isClient ? "client" : "server",
          Processes.pid(line.pid(), line.foreign()),
          program(sighting),
          Units.age(Duration.ofSeconds(line.ageSeconds())),
          isClient ? Units.bytes(line.bytes()) : "",
          line.name());
    }
    if (apart) {
      output.print("");
    }
    table.print(output);
  }

  private static String program(Sighting sighting) {
    return Text.shortened(
        sighting.isAlive() ? Processes.program(sighting.service()) : "(dead)", COMMAND_WIDTH);
  }

  private static String nothingIn(RegistryView view, int others) {
    if (!view.exists()) {
      return "nothing is published: registry root " + view.root() + " does not exist";
    }
    return others == 0
        ? "nothing is published in " + view.root()
        : "nothing that lives, or that was asked for, is published in "
            + view.root()
            + "; --all without --kind shows "
            + others;
  }

  private void printRefusal(Refusal refusal) {
    String reason = Text.printable(refusal.reason().getMessage());
    if (output.isJson()) {
      output.print(Map.of("name", refusal.name(), "refused", reason), () -> "");
    } else {
      output.note(reason);
    }
  }
}
