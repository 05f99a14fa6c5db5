package io.millrace.cli;

import io.millrace.discovery.Registry;
import io.millrace.discovery.RegistryView;
import java.util.List;
import java.util.Map;
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
    List<String> leftovers;
    boolean exists;
    try (RegistryView view = registry.view()) {
      leftovers = view.leftovers();
      exists = view.exists();
    }
    int removed = 0;
    if (exists && !dryRun) {
      try (Registry own = Registry.open(registry.options())) {
        removed = own.gc();
      }
    }
    for (String name : leftovers) {
      output.print(Map.of("file", name), () -> Text.printable(name));
    }
    int files = dryRun ? leftovers.size() : removed;
    String done = dryRun ? "would be removed" : "removed";
    output.note(Units.count(files) + (files == 1 ? " file " : " files ") + done);
    return 0;
  }
}
