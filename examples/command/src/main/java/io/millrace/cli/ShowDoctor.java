package io.millrace.cli;

import io.millrace.discovery.Doctor;
import io.millrace.discovery.Finding;
import io.millrace.discovery.Finding.Severity;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Ansi.Style;
import picocli.CommandLine.Mixin;

/** Examines this host. */
@Command(
    name = "doctor",
    description = {
      "Examines what this kernel, container and user can do for Millrace, and says what helps.",
      "Exit status 1 if something does not work at all. Makes nothing."
    })
final class ShowDoctor implements Callable<Integer> {
  @Mixin private RegistryChoice registry;
  @Mixin private Output output;

  @Override
  public Integer call() {
    List<Finding> findings = Doctor.examine(registry.options());
    for (Finding finding : findings) {
      output.print(finding, () -> text(finding));
    }
    boolean missing = findings.stream().anyMatch(finding -> finding.severity() == Severity.MISSING);
    return missing ? Millrace.NO : 0;
  }

  private String text(Finding finding) {
    String line =
        switch (finding.severity()) {
          case FINE -> output.styled(Style.fg_green, "fine    ");
          case LIMITED -> output.styled(Style.fg_yellow, "limited ");
          case MISSING -> output.styled(Style.fg_red, "MISSING ");
        };
    line += finding.subject() + ": " + finding.detail();
    return finding.severity() == Severity.FINE
        ? line
        : line
            + "\n           so "
            + finding.consequence()
            + "\n           cure: "
            + finding.cure();
  }
}
