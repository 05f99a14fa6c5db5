package io.millrace.cli;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Unmatched;

/** Runs the quick measurement. */
@Command(
    name = "bench",
    description = {
      "Measures rings on this host: the quick run of the perf module.",
      "That module, with all it compares, stands in the source tree and not in this jar: the"
          + " command runs HOME/perf/run, where HOME is the tree that this program was built in,"
          + " or --home. All other options go there."
    })
final class Bench implements Callable<Integer> {
  /** Set by the script that runs the examples. */
  private static final String HOME = "millrace.home";

  @Option(names = "--home", paramLabel = "DIR", description = "A source tree of Millrace.")
  private Path home;

  @Parameters(
      paramLabel = "BENCH",
      arity = "0..1",
      defaultValue = "all",
      description = "What to measure, such as latency or throughput (default: all).")
  private String bench;

  @Unmatched private List<String> more = new ArrayList<>();

  @Override
  public Integer call() throws IOException, InterruptedException, URISyntaxException {
    Path tree = home == null ? ownTree() : home;
    Path script = tree == null ? null : tree.resolve("perf/run");
    if (script == null || !Files.isExecutable(script)) {
      throw new IllegalStateException(
          (script == null
                  ? "this program does not stand in a source tree"
                  : "there is no " + script)
              + ": give the place of one, with --home DIR, or run ./perf/run there yourself");
    }
    List<String> command = new ArrayList<>(List.of(script.toAbsolutePath().toString()));
    command.add(bench);
    command.addAll(more);
    command.add("--quick");
    Process run = new ProcessBuilder(command).inheritIO().start();
    // This process may be killed; a measurement must not go on behind its back.
    Thread leash = new Thread(run::destroy, "leash");
    Runtime.getRuntime().addShutdownHook(leash);
    int status = run.waitFor();
    Runtime.getRuntime().removeShutdownHook(leash);
    return status;
  }

  /** The tree that this was built in, null if it stands elsewhere. */
  private static Path ownTree() throws URISyntaxException {
    String told = System.getProperty(HOME);
    if (told != null) {
      return Path.of(told);
    }
    Path jar = Path.of(Bench.class.getProtectionDomain().getCodeSource().getLocation().toURI());
    Path tree = jar.resolve("../../..").normalize();
    return Files.isRegularFile(tree.resolve("examples/run")) ? tree : null;
  }
}
