package io.millrace.discovery;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.discovery.model.DescriptorKind;
import io.millrace.discovery.model.RootException;
import io.millrace.discovery.model.ServiceSpec;
import io.millrace.discovery.model.Transfer;
import io.millrace.discovery.root.Root;
import io.millrace.os.Credentials;
import io.millrace.os.EventFd;
import io.millrace.snapshot.Synchronizer;
import io.millrace.testkit.ChildProcess;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RootTest {
  private static final Duration DEADLINE = Duration.ofSeconds(60);

  @TempDir Path temporary;

  @Test
  void theEnvironmentDecidesInTheDocumentedOrder() {
    String runtime = temporary.toString();
    assertEquals(
        Path.of("/some/where"),
        Root.choose(Map.of("MILLRACE_DIR", "/some/where", "XDG_RUNTIME_DIR", runtime)::get));
    assertEquals(
        temporary.resolve("millrace"), Root.choose(Map.of("XDG_RUNTIME_DIR", runtime)::get));
    if (!Files.isWritable(Path.of("/run/millrace"))) {
      assertEquals(
          Path.of("/dev/shm/millrace-" + Credentials.uid()),
          Root.choose(Map.of("XDG_RUNTIME_DIR", "/nowhere")::get));
    }
  }

  @Test
  void aMissingDirectoryIsMadeForThisUserAlone() throws Exception {
    Path root = temporary.resolve("new");
    Registry.open(root).close();
    assertEquals("rwx------", PosixFilePermissions.toString(Files.getPosixFilePermissions(root)));
  }

  @Test
  void aMissingParentIsNamed() {
    assertRefused(temporary.resolve("no/such"), "create " + temporary.resolve("no"));
  }

  @Test
  void aSymbolicLinkIsRefused() throws Exception {
    Path link = Files.createSymbolicLink(temporary.resolve("link"), temporary);
    assertRefused(link, "is no directory (symbolic links are not followed)");
  }

  @Test
  void aFileIsRefused() throws Exception {
    assertRefused(Files.createFile(temporary.resolve("file")), "is no directory");
  }

  @Test
  void aDirectoryThatEverybodyCanWriteIsRefused() throws Exception {
    assertRefused(withMode("open", "rwxrwxrwx"), "can be written by everybody: run chmod 0700");
  }

  @Test
  void aDirectoryThatItsGroupCanWriteByAccidentIsRefused() throws Exception {
    assertRefused(withMode("group", "rwxrwx---"), "can be written by its group");
  }

  /** As /tmp is: nobody is told to lock all others out of it. */
  @Test
  void aDirectoryThatBelongsToAllIsRefusedWithOneOfOnesOwnInIt() throws Exception {
    Path everybodys = withMode("tmp", "rwxrwxrwx");
    Files.setAttribute(everybodys, "unix:mode", 01777);
    RootException refusal = assertThrows(RootException.class, () -> Registry.open(everybodys));
    assertTrue(refusal.getMessage().contains("can be written by everybody"), refusal.getMessage());
    assertFalse(refusal.getMessage().contains("chmod"), refusal.getMessage());
    assertTrue(refusal.getMessage().contains(everybodys + "/millrace-"), refusal.getMessage());
    assertEquals(01777, (int) Files.getAttribute(everybodys, "unix:mode") & 07777);
  }

  @Test
  void aLinkIsRefusedWithWhatItLeadsTo() throws Exception {
    Path real = withMode("real", "rwx------");
    assertRefused(
        Files.createSymbolicLink(temporary.resolve("alias"), real),
        "give " + real.toRealPath() + ", which it leads to");
    assertRefused(
        Files.createSymbolicLink(temporary.resolve("lost"), temporary.resolve("no")),
        "leads nowhere");
    Path circle = temporary.resolve("circle");
    assertRefused(Files.createSymbolicLink(circle, circle), "leads nowhere");
    assertRefused(circle.resolve("in"), "is no directory");
    assertRefused(temporary.resolve("n".repeat(256)), "longer than the file system allows");
  }

  @Test
  void aRootMeansTheSameThroughALinkInItsPath() throws Exception {
    Path real = withMode("real", "rwx------");
    Path link = Files.createSymbolicLink(temporary.resolve("link"), temporary);
    try (Registry one = Registry.open(real);
        Registry other = Registry.open(link.resolve("real/../real/"));
        Publication published = one.publish(ServiceSpec.named("x"))) {
      assertEquals(published.service(), other.find("x").orElseThrow());
    }
  }

  /** A umask that takes from the maker what the maker needs. */
  @ParameterizedTest
  @ValueSource(strings = {"0177", "0277", "0777"})
  void theUmaskTakesNothingFromTheMaker(String umask) throws Exception {
    Assumptions.assumeTrue(Credentials.uid() == 0, "only the superuser can become another user");
    Path own = withMode("own", "rwx------");
    Files.setAttribute(own, "unix:uid", 12345);
    Files.setPosixFilePermissions(temporary, PosixFilePermissions.fromString("rwxr-xr-x"));
    List<String> wrapper = List.of("sh", "-c", "umask " + umask + " && exec \"$@\"", "sh");
    try (ChildProcess maker =
        ChildProcess.startUnder(
            wrapper,
            List.of(),
            Maker.class,
            temporary.resolve("first").toString(),
            own.resolve("root").toString())) {
      maker.expectLine("joined", DEADLINE);
    }
    assertEquals(
        "rwx------",
        PosixFilePermissions.toString(Files.getPosixFilePermissions(own.resolve("root"))));
  }

  /** Makes a root as another user, publishes there, and gets what was published, in each way. */
  static final class Maker {
    public static void main(String[] arguments) {
      // Opens jars that the other user may not read.
      Registry.open(Path.of(arguments[0])).close();
      User.become(12345, 12345);
      use(Path.of(arguments[1]));
      System.out.println("joined");
    }

    private static void use(Path root) {
      RegistryOptions options = RegistryOptions.defaults().root(root).transfer(Transfer.SOCKET);
      try (EventFd event = EventFd.create();
          Registry registry = Registry.open(options)) {
        registry.publish(
            ServiceSpec.named("x").descriptor(event.descriptor().number(), DescriptorKind.EVENT));
        registry.acquire("x").close();
      }
    }
  }

  /** What a JVM that was started in the C locale makes of such a path is no path at all. */
  @Test
  void aPathThatTheLocaleCannotWriteIsSaidInASentence() throws Exception {
    Path root = Files.createDirectory(temporary.resolve("caf\u00e9"));
    List<String> wrapper = List.of("env", "LC_ALL=C", "MILLRACE_DIR=" + root);
    try (ChildProcess child =
        ChildProcess.startUnder(wrapper, List.of(), Opener.class, temporary.toString())) {
      for (String way : List.of("environment", "path", "alive", "snapshot")) {
        String said = child.expectLine(way, DEADLINE);
        assertTrue(said.contains("LC_ALL=C.UTF-8"), said);
      }
    }
  }

  /** Opens what the environment says, and what a listing of a directory finds. */
  static final class Opener {
    public static void main(String[] arguments) throws Exception {
      say("environment", () -> Registry.open().close());
      try (var found = Files.list(Path.of(arguments[0]))) {
        Path odd = found.findFirst().orElseThrow();
        say("path", () -> Registry.open(odd).close());
        say("alive", () -> Alive.hold(odd.resolve("x")).close());
        say("snapshot", () -> Synchronizer.open(odd.resolve("x")).writer().close());
      }
    }

    private static void say(String way, Runnable attempt) {
      try {
        attempt.run();
        System.out.println(way + " works");
      } catch (RuntimeException refusal) {
        System.out.println(way + " " + refusal.getMessage());
      }
    }
  }

  @Test
  void aDirectoryOfAnotherUserIsRefused() throws Exception {
    Assumptions.assumeTrue(Credentials.uid() == 0, "only the superuser can give files away");
    Path foreign = withMode("foreign", "rwx------");
    Files.setAttribute(foreign, "unix:uid", 12345);
    assertRefused(foreign, "belongs to uid 12345, not to uid 0");
  }

  private Path withMode(String name, String mode) throws Exception {
    Path directory = Files.createDirectory(temporary.resolve(name));
    Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString(mode));
    return directory;
  }

  private static void assertRefused(Path root, String words) {
    RootException refusal = assertThrows(RootException.class, () -> Registry.open(root));
    assertTrue(refusal.getMessage().contains(words), refusal.getMessage());
    assertTrue(refusal.getMessage().contains(root.toString()), refusal.getMessage());
  }
}
