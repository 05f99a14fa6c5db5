package io.millrace.cli;

import io.millrace.discovery.RegistryOptions;
import io.millrace.discovery.RegistryView;
import io.millrace.discovery.model.Transfer;
import io.millrace.ring.Ring;
import java.nio.file.Path;
import org.agrona.ErrorHandler;
import picocli.CommandLine.Option;

/** Which registry a command uses, and how descriptors come from it. */
final class RegistryChoice {
  @Option(
      names = "--root",
      paramLabel = "DIR",
      description =
          "The registry's directory; else $$MILLRACE_DIR, $$XDG_RUNTIME_DIR/millrace,"
              + " /run/millrace or /dev/shm/millrace-UID.")
  private Path root;

  @Option(
      names = "--transfer",
      paramLabel = "WAY",
      description = "The only way to get descriptors: pidfd or socket. Without it, either.")
  private Transfer transfer;

  RegistryOptions options() {
    RegistryOptions options = RegistryOptions.defaults().root(root);
    return transfer == null ? options : options.transfer(transfer);
  }

  RegistryView view() {
    return RegistryView.open(options());
  }

  RegistryView view(ErrorHandler handler) {
    return RegistryView.open(options().errorHandler(handler));
  }

  /** Joins a ring to look at it; what the looker has of the registry is given back at once. */
  Ring ring(String name) {
    try (RegistryView view = view()) {
      return view.joinRing(name);
    }
  }
}
