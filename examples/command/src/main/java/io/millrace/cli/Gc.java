package io.millrace.cli;

import io.millrace.discovery.Registry;
import io.millrace.discovery.RegistryView;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Removes what dead processes left. */
@Command(
    name = "gc",
    description = {
      "Removes the files that dead processes left in a registry. Everybody who uses the registry"
          + " removes those that are met; this looks for them."
    })
final class Gc implements Callable<Integer> {
  @Mixin private RegistryChoice registry;
  @Mixin private Output output;

  @Option(
      names = {"-n", "--dry-run"},
      description = "Only print what would be removed.")
  private boolean dryRun;

  @Override
  public Integer call() {
    Set<String> removed = new TreeSet<>(leftovers());
    if (!dryRun && !removed.isEmpty()) {
      try (Registry own = Registry.open(registry.options())) {
        own.gc();
      }
      List<String> stuck = leftovers();
      removed.removeAll(stuck);
      stuck.forEach(name -> output.note(Text.printable(name) + " cannot be removed by this user"));
    }
    removed.forEach(name -> output.print(Map.of("file", name), () -> Text.printable(name)));
    output.note(
        Units.count(removed.size())
            + (removed.size() == 1 ? " file " : " files ")
            + (dryRun ? "would be removed" : "removed"));
    return 0;
  }

  private List<String> leftovers() {
    try (RegistryView view = registry.view()) {
      return view.leftovers();
    }
  }
}
