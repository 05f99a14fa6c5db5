package io.millrace.discovery;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.discovery.model.Transfer;
import io.millrace.os.Credentials;
import io.millrace.testkit.ChildProcess;
import io.millrace.testkit.Tools;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Rootless containers and their host: one user with two numbers. */
class UserNamespaceTest {
  private static final Duration DEADLINE = Duration.ofSeconds(60);
  private static final int INSIDE = 1000;
  private static final List<String> NAMESPACE =
      List.of("unshare", "--user", "--map-user=" + INSIDE, "--map-group=" + INSIDE);

  @TempDir Path temporary;
  private Path root;

  @BeforeEach
  void requireNamespaces() throws Exception {
    List<String> command = new ArrayList<>(NAMESPACE);
    command.add("true");
    Tools.assumeWorks(command.toArray(String[]::new));
    root = Files.createDirectory(temporary.resolve("root"));
    Files.setPosixFilePermissions(root, PosixFilePermissions.fromString("rwx------"));
  }

  private ChildProcess start(List<String> wrapper, Class<?> main) {
    List<String> command = new ArrayList<>(wrapper);
    command.addAll(List.of("env", "MILLRACE_TRANSFER=socket"));
    ChildProcess child = ChildProcess.startUnder(command, List.of(), main, root.toString());
    child.expectLine("ready", DEADLINE);
    return child;
  }

  @Test
  void aPublisherInAUserNamespaceIsJoinedFromOutside() {
    RegistryOptions overSocket = RegistryOptions.defaults().root(root).transfer(Transfer.SOCKET);
    try (Registry registry = Registry.open(overSocket);
        ChildProcess inside = start(NAMESPACE, PublishingProcess.class)) {
      inside.send("publish x");
      inside.expectLine("published", DEADLINE);
      assertEquals(INSIDE, registry.find("x").orElseThrow().uid(), "the number that it has inside");
      try (Acquisition joined = registry.acquire("x")) {
        assertEquals(3, joined.descriptors().length);
      }
    }
  }

  @Test
  void aPublisherOutsideIsJoinedFromAUserNamespace() {
    try (Registry registry = Registry.open(root);
        ChildProcess inside = start(NAMESPACE, PublishingProcess.class)) {
      PublishingProcess.publish(registry, "x");
      inside.send("join x");
      assertEquals("SOCKET 3", inside.expectLine("joined", DEADLINE));
    }
  }

  @Test
  void aPublisherWhoseUserHasNoNumberHereIsRefusedForThatReason() throws Exception {
    Assumptions.assumeTrue(Credentials.uid() == 0, "only the superuser can become another user");
    Files.setAttribute(root, "unix:gid", 4242);
    Files.setAttribute(root, "unix:mode", 02770);
    Files.setPosixFilePermissions(temporary, PosixFilePermissions.fromString("rwxr-xr-x"));
    try (ChildProcess stranger = start(List.of("env"), PublishingProcess.class);
        ChildProcess inside = start(NAMESPACE, PublishingProcess.class)) {
      stranger.send("become 4301 4242");
      stranger.expectLine("became", DEADLINE);
      stranger.send("publish x");
      stranger.expectLine("published", DEADLINE);
      Files.setPosixFilePermissions(
          root.resolve("x"), PosixFilePermissions.fromString("rw-rw-rw-"));
      inside.send("join x");
      String reason = inside.expectLine("failed TransferException", DEADLINE);
      assertTrue(reason.contains("no number in this process's user namespace"), reason);
      assertTrue(reason.contains("1000 0 1"), reason);
    }
  }

  /** Prints what the doctor has to say of users. */
  static final class Patient {
    public static void main(String[] arguments) throws Exception {
      System.out.println("ready");
      Doctor.examine(RegistryOptions.defaults().root(Path.of(arguments[0]))).stream()
          .filter(finding -> finding.subject().equals("user namespace"))
          .forEach(finding -> System.out.println("finding " + finding));
      System.out.println("end " + System.in.read());
    }
  }

  @Test
  void theDoctorTellsOfAUserNamespace() {
    try (ChildProcess outside = start(List.of("env"), Patient.class);
        ChildProcess inside = start(NAMESPACE, Patient.class)) {
      String finding = inside.expectLine("finding", DEADLINE);
      assertTrue(finding.contains("LIMITED") && finding.contains("1000 0 1"), finding);
      assertTrue(outside.expectLine("finding", DEADLINE).contains("each user has a number"));
    }
  }
}
