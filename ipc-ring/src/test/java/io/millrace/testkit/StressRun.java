package io.millrace.testkit;

import java.nio.file.Files;
import java.nio.file.Path;
import org.openjdk.jcstress.JCStress;
import org.openjdk.jcstress.Main;
import org.openjdk.jcstress.Options;
import org.openjdk.jcstress.infra.runners.TestList;

/**
 * Runs the memory-ordering tests of a module, all of them or none: jcstress itself passes over a
 * test that has more actors than it may use processors, and ends well.
 */
public final class StressRun {
  private StressRun() {}

  /**
   * Runs them.
   *
   * @param arguments those of jcstress, with {@code -c} and {@code -r}
   * @throws AssertionError if a test fails, has too many actors, or was not run
   */
  public static void main(String[] arguments) throws Exception {
    Options options = new Options(arguments);
    if (!options.parse()) {
      throw new IllegalArgumentException("jcstress does not understand its arguments");
    }
    Iterable<String> tests = new JCStress(options).getTests();
    for (String test : tests) {
      int actors = TestList.getInfo(test).threads();
      if (actors > options.getCPUCount()) {
        throw new AssertionError(
            test
                + " has "
                + actors
                + " actors, and never runs on "
                + options.getCPUCount()
                + " processors");
      }
      Files.deleteIfExists(report(options, test));
    }
    Main.main(arguments);
    for (String test : tests) {
      if (!Files.exists(report(options, test))) {
        throw new AssertionError(test + " was not run: there is no " + report(options, test));
      }
    }
  }

  private static Path report(Options options, String test) {
    return Path.of(options.getResultDest(), test + ".html");
  }
}
