package io.millrace.discovery;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.testkit.OpenDescriptors;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DoctorTest {
  @TempDir Path root;

  @Test
  void everyFindingThatIsNotFineSaysWhatFollowsAndWhatHelps() {
    OpenDescriptors.assertNoneLeftBy(
        () -> {
          List<Finding> findings = Doctor.examine(RegistryOptions.defaults().root(root));
          assertEquals(16, findings.size(), findings.toString());
          for (Finding finding : findings) {
            boolean fine = finding.severity() == Finding.Severity.FINE;
            assertEquals(fine, finding.consequence().isEmpty(), finding.toString());
            assertEquals(fine, finding.cure().isEmpty(), finding.toString());
            assertFalse(finding.detail().isEmpty());
          }
        });
    assertEquals(List.of(), Alien.names(root));
  }

  @Test
  void aRootThatCannotBeUsedIsNamed() throws Exception {
    Path file = Files.createFile(root.resolve("file"));
    Finding first = Doctor.examine(RegistryOptions.defaults().root(file)).get(0);
    assertEquals(Finding.Severity.MISSING, first.severity());
    assertTrue(first.detail().contains("is no directory"), first.toString());
  }
}
