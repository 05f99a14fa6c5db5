package io.millrace.snapshot;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.openjdk.jcstress.JCStress;
import org.openjdk.jcstress.Options;

/**
 * Runs the stress tests of this package. Not part of the build; {@code -Dtest=StressRun} runs it,
 * {@code -Dmillrace.stress=default} or another mode of jcstress makes it longer.
 */
class StressRun {
  @Test
  void noForbiddenOutcomeIsSeen() throws Exception {
    String flags = System.getProperty("millrace.jvm.flags");
    Path report = Path.of("target", "jcstress");
    Files.createDirectories(report);
    Options options =
        new Options(
            new String[] {
              "-m", System.getProperty("millrace.stress", "quick"),
              "-t", StressRun.class.getPackageName(),
              "-af", "NONE",
              "-jvmArgsPrepend", flags,
              "-r", report.toString()
            });
    assertTrue(options.parse());
    // It throws if an outcome was seen that must not be.
    new JCStress(options).run();
  }
}
