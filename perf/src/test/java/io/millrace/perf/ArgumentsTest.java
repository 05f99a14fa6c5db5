package io.millrace.perf;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

class ArgumentsTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "speed | there is no bench 'speed'; there are latency, ",
        "latency --peers kafka | no peer 'kafka' here; there are ",
        "wakeup --peers line | no peer 'line' here; there are eventfd, ",
        "latency --size 12 | --size must be 16 to 65536, not 12",
        "barrier --only wait=later | no case has the settings {wait=later}; there are: parties 2, ",
        "throughput --mode several | --mode is multi, single or batch",
        "latency --pin 0,1023 | --pin: this process may not use all of [0, 1023]",
        "latency --forks 0 | --forks must be 1 or more",
      })
  void anArgumentThatMakesNoSenseIsNamedAndNothingRuns(String arguments, String message) {
    StringWriter said = new StringWriter();
    int status =
        new CommandLine(new Perf())
            .setErr(new PrintWriter(said, true))
            .execute(arguments.split(" "));
    assertEquals(CommandLine.ExitCode.USAGE, status);
    assertTrue(said.toString().contains(message), said.toString());
  }
}
