package io.millrace.cli;

import io.millrace.discovery.Refusal;
import io.millrace.discovery.RegistryView;
import io.millrace.discovery.Sighting;
import io.millrace.discovery.Sightings;
import java.time.Duration;
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
      "Lists the services of a registry.",
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
      Sightings found = view.scan();
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
    Table table = new Table("NAME", "KIND", ">PID", "COMMAND", ">AGE", ">GEN", ">SIZE", "GET");
    for (Sighting sighting : shown) {
      ServiceLine line = ServiceLine.of(view, sighting);
      table.row(
          line.name(),
          line.kind(),
          line.pid(),
          Text.shortened(
              sighting.isAlive() ? Processes.program(sighting.service()) : "(dead)", COMMAND_WIDTH),
          Units.age(Duration.ofSeconds(line.ageSeconds())),
          line.generation(),
          Units.bytes(line.bytes()),
          line.transfer());
    }
    table.print(output);
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
