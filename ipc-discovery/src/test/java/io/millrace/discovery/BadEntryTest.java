package io.millrace.discovery;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.discovery.model.DiscoveryException;
import io.millrace.discovery.model.RecordException;
import io.millrace.discovery.model.RecordException.Flaw;
import io.millrace.discovery.model.Refusal;
import io.millrace.discovery.model.Scan;
import io.millrace.discovery.model.Service;
import io.millrace.discovery.model.ServiceListener;
import io.millrace.discovery.model.ServiceSpec;
import io.millrace.discovery.record.RecordLayout;
import io.millrace.discovery.root.HiddenNames;
import io.millrace.os.Credentials;
import io.millrace.testkit.ChildProcess;
import io.millrace.testkit.Eventually;
import io.millrace.testkit.Tools;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** One entry of the root that is not what its name promises costs that entry and nothing else. */
@Timeout(120)
class BadEntryTest {
  private static final Duration DEADLINE = Duration.ofSeconds(60);
  private static final String SERVER = ".server.0123456789abcdef";

  @TempDir Path root;
  private final List<Throwable> errors = new CopyOnWriteArrayList<>();
  private Registry registry;

  @BeforeEach
  void open() {
    registry = Registry.open(RegistryOptions.defaults().root(root).errorHandler(errors::add));
  }

  @AfterEach
  void close() {
    registry.close();
  }

  private static void run(String... command) throws Exception {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String words = new String(process.getInputStream().readAllBytes());
    assertEquals(0, process.waitFor(), words);
  }

  /** Puts one bad entry under each name that means something in a registry's root. */
  private void put(String kind, String name) throws Exception {
    Path path = root.resolve(name);
    switch (kind) {
      case "directory" -> Files.createDirectories(path.resolve("with a file"));
      case "loop" -> Files.createSymbolicLink(path, path);
      case "dangling" -> Files.createSymbolicLink(path, root.resolve("nowhere"));
      case "fifo" -> run("mkfifo", path.toString());
      case "socket" ->
          run(
              "python3",
              "-c",
              "import socket,sys; socket.socket(1).bind(sys.argv[1])",
              path.toString());
      case "device" -> run("mknod", path.toString(), "c", "1", "5");
      case "unreadable" -> {
        Files.writeString(path, "a secret");
        Files.setPosixFilePermissions(path, java.util.Set.of());
      }
      case "text" -> Files.writeString(path, "somebody's only copy of something");
      default -> throw new AssertionError(kind);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"directory", "loop", "dangling", "fifo", "socket", "device", "unreadable", "text"})
  void oneBadEntryBreaksNothingElseAndIsLeftAlone(String kind) throws Exception {
    if (kind.equals("device")) {
      Tools.assumeWorks("sh", "-c", "mknod " + root + "/.probe c 1 5 && rm " + root + "/.probe");
    }
    List<String> names =
        List.of(
            "bad",
            ".dead.x",
            ".dead.bad",
            ".dead.taken",
            SERVER,
            SERVER + ".sock",
            ".server.00000000000000ff.sock",
            ".new.0123456789abcdef",
            ".dead.\nhostile",
            "with blanks");
    for (String name : names) {
      put(kind, name);
    }
    // A socket that nobody serves is what a dead process leaves, and can hold nothing of anybody.
    long left = kind.equals("socket") ? names.size() - 1 : names.size();
    registry.publish(ServiceSpec.named("x"));
    assertEquals(List.of("x"), registry.list().stream().map(Service::name).toList());
    assertTrue(registry.find("x").isPresent());
    if (!kind.equals("dangling")) {
      assertEquals(List.of("bad"), registry.scan().refusals().stream().map(Refusal::name).toList());
    }
    registry.gc();
    assertWatchAndAdoptionWork();
    assertTheNameOfAKilledOneIsTakenOver();
    List<String> now = Alien.names(root);
    assertEquals(left, names.stream().filter(now::contains).count(), now.toString());
    assertEquals(List.of(), errors);
    assertEquals(
        Finding.Severity.LIMITED,
        Doctor.examine(RegistryOptions.defaults().root(root)).stream()
            .filter(finding -> finding.subject().equals("registry entries"))
            .findFirst()
            .orElseThrow()
            .severity());
  }

  private void assertWatchAndAdoptionWork() {
    List<String> told = new CopyOnWriteArrayList<>();
    try (Watch watch = registry.watch(service -> told.add(service.name()));
        Adoption adoption = registry.adopt(ServiceSpec.named("adopted"))) {
      assertNotNull(watch);
      Eventually.await("told of x", DEADLINE, () -> told.contains("x"));
      Eventually.await("adopted", DEADLINE, () -> adoption.state() == Adoption.State.PUBLISHING);
      Eventually.await("told of what is adopted", DEADLINE, () -> told.contains("adopted"));
    }
  }

  private void assertTheNameOfAKilledOneIsTakenOver() throws Exception {
    try (ChildProcess child = ChildProcess.start(PublishingProcess.class, root.toString())) {
      child.send("publish taken");
      child.expectLine("published", DEADLINE);
      child.kill();
      try (Publication mine = registry.publish(ServiceSpec.named("taken"))) {
        assertEquals(mine.service(), registry.find("taken").orElseThrow());
      }
    }
  }

  /** As the superuser, who may read everything, has to give up for it. */
  @Test
  void whatMayNotBeReadCostsNobodyAnythingElse() throws Exception {
    List<String> obedient =
        Credentials.uid() == 0
            ? List.of("setpriv", "--bounding-set=-dac_override,-dac_read_search")
            : List.of();
    for (String name : List.of("bad", ".dead.x", ".new.0123456789abcdef", SERVER)) {
      put("unreadable", name);
    }
    registry.publish(ServiceSpec.named("x"));
    try (ChildProcess child =
        ChildProcess.startUnder(obedient, List.of(), Looker.class, root.toString())) {
      assertEquals("[x] [bad NOT_READABLE] 0 [] true", child.expectLine("sees", DEADLINE));
    }
  }

  /** Tells what can be seen, removed and published. */
  static final class Looker {
    public static void main(String[] arguments) {
      Path root = Path.of(arguments[0]);
      try (Registry registry = Registry.open(root);
          RegistryView view = RegistryView.open(RegistryOptions.defaults().root(root));
          Publication published = registry.publish(ServiceSpec.named("y"))) {
        Scan scan = registry.scan();
        System.out.printf(
            "sees %s %s %d %s %s%n",
            scan.services().stream()
                .map(one -> one.service().name())
                .filter(name -> !name.equals("y"))
                .toList(),
            scan.refusals().stream().map(one -> one.name() + " " + one.reason().flaw()).toList(),
            registry.gc(),
            view.leftovers(),
            registry.find("y").map(published.service()::equals).orElse(false));
      }
    }
  }

  @Test
  void aFileThatAnotherProcessHasLeasedIsPassedOver() throws Exception {
    Tools.assumeWorks("python3", "--version");
    Path leased = Files.writeString(root.resolve("leased"), "x");
    Path hidden = Files.writeString(root.resolve(".dead.leased"), "x");
    Process holder =
        new ProcessBuilder(
                "python3",
                "-c",
                "import fcntl,sys,signal\n"
                    + "signal.signal(signal.SIGIO,signal.SIG_IGN)\n"
                    + "fs=[open(p,'r+') for p in sys.argv[1:]]\n"
                    + "[fcntl.fcntl(f,fcntl.F_SETLEASE,fcntl.F_WRLCK) for f in fs]\n"
                    + "print('leased',flush=True)\nsys.stdin.read()",
                leased.toString(),
                hidden.toString())
            .redirectErrorStream(true)
            .start();
    try {
      assertEquals("leased", holder.inputReader().readLine());
      registry.publish(ServiceSpec.named("x"));
      Scan scan = registry.scan();
      assertEquals(
          List.of("x"), scan.services().stream().map(one -> one.service().name()).toList());
      assertEquals(
          List.of("leased UNREADABLE"),
          scan.refusals().stream().map(one -> one.name() + " " + one.reason().flaw()).toList());
      String words = scan.refusals().get(0).reason().getMessage();
      assertTrue(words.contains("has a lease on it"), words);
      assertEquals(0, registry.gc());
      try (RegistryView view = RegistryView.open(RegistryOptions.defaults().root(root))) {
        assertEquals(1, view.scan().services().size());
        assertEquals(List.of(), view.leftovers());
      }
      assertWatchAndAdoptionWork();
      assertEquals(List.of(), errors);
    } finally {
      holder.destroyForcibly().waitFor();
    }
  }

  @Test
  void aNameThatIsNoTextIsPassedOver() throws Exception {
    run(
        "sh",
        "-c",
        "cd "
            + root
            + " && printf x > \"$(printf '.dead.\\377\\376')\" && printf y > \"$(printf"
            + " 'r\\351sum\\351')\"");
    registry.publish(ServiceSpec.named("x"));
    assertEquals(0, registry.gc());
    assertEquals(1, registry.list().size());
    assertWatchAndAdoptionWork();
    List<String> left = Alien.names(root);
    assertTrue(left.stream().anyMatch(name -> name.startsWith(".dead.")), left.toString());
    assertTrue(left.stream().anyMatch(name -> name.startsWith("r")), left.toString());
    run("sh", "-c", "cd " + root + " && rm .dead.* r*");
    assertEquals(List.of(), errors);
  }

  @Test
  void noFileOfSomebodyElseIsEverReplacedOrRemoved() throws Exception {
    List<String> names =
        List.of("notes.txt", ".dead.x", ".new.0123456789abcdef", SERVER, SERVER + ".sock");
    for (String name : names) {
      Files.writeString(root.resolve(name), "my only copy");
    }
    Alien.put(root, "large", new byte[1 << 20]);
    assertEquals(
        Flaw.NOT_A_RECORD,
        assertThrows(RecordException.class, () -> registry.publish(ServiceSpec.named("notes.txt")))
            .flaw());
    assertThrows(RecordException.class, () -> registry.publish(ServiceSpec.named("large")));
    registry.publish(ServiceSpec.named("x")).handOver();
    assertTrue(registry.find("x").isEmpty(), "the dead one was met");
    registry.publish(ServiceSpec.named("x")).close();
    assertEquals(0, registry.gc());
    assertThrows(RecordException.class, () -> registry.find("notes.txt"));
    for (String name : names) {
      assertEquals("my only copy", Files.readString(root.resolve(name)), name);
    }
    assertEquals(1 << 20, Files.size(root.resolve("large")));
  }

  @Test
  void aWithdrawalLeavesTheRecordOfWhoeverHasTheNameByNow() throws Exception {
    Publication first = registry.publish(ServiceSpec.named("x"));
    Files.delete(root.resolve("x"));
    try (Registry other = Registry.open(root);
        Publication second = other.publish(ServiceSpec.named("x"))) {
      first.close();
      assertEquals(second.service(), registry.find("x").orElseThrow());
    }
  }

  @Test
  void aFileOfTurnsThatIsSomebodysIsNamedAndStays() throws Exception {
    Files.writeString(root.resolve(HiddenNames.TURNS), "somebody's");
    registry.close();
    assertEquals("somebody's", Files.readString(root.resolve(HiddenNames.TURNS)));
    Files.delete(root.resolve(HiddenNames.TURNS));
    for (String kind : List.of("directory", "loop", "fifo")) {
      put(kind, HiddenNames.TURNS);
      try (Registry other = Registry.open(root)) {
        String words =
            assertThrows(DiscoveryException.class, () -> other.publish(ServiceSpec.named("x")))
                .getMessage();
        assertTrue(words.contains("remove it"), words);
        assertEquals(List.of(), other.list());
      }
      run("rm", "-r", root.resolve(HiddenNames.TURNS).toString());
    }
  }

  /** Nobody changes them, so looking twice is enough to know that they stay as they are. */
  @Test
  void manyTornRecordsThatSomebodyHoldsCostNextToNothing() throws Exception {
    int files = 100;
    byte[] torn = new byte[RecordLayout.SLOT_SIZE + 600];
    ByteBuffer.wrap(torn).order(ByteOrder.LITTLE_ENDIAN).putInt(0, RecordLayout.MAGIC);
    for (int i = 0; i < files; i++) {
      Alien.put(root, "torn" + i, torn);
    }
    try (ChildProcess child = ChildProcess.start(ByteLocker.class, root.toString())) {
      child.expectLine("locked", DEADLINE);
      registry.list();
      long before = readCalls();
      assertEquals(files, registry.scan().refusals().size());
      long calls = readCalls() - before;
      assertTrue(calls <= 4 * files, calls + " reads");
    }
  }

  private static long readCalls() throws IOException {
    return Files.readAllLines(Path.of("/proc/thread-self/io")).stream()
        .filter(line -> line.startsWith("syscr:"))
        .mapToLong(line -> Long.parseLong(line.substring(7).strip()))
        .findFirst()
        .orElseThrow();
  }

  /** Locks the first byte of every file of a directory, as a live publisher does. */
  static final class ByteLocker {
    public static void main(String[] arguments) throws Exception {
      List<FileLock> locks = new ArrayList<>();
      try (var files = Files.list(Path.of(arguments[0]))) {
        for (Path file :
            files.filter(one -> one.getFileName().toString().startsWith("t")).toList()) {
          locks.add(FileChannel.open(file, StandardOpenOption.WRITE).lock(0, 1, false));
        }
      }
      System.out.println("locked " + locks.size());
      System.in.read();
    }
  }

  @Test
  void whatIsWrittenToSomebodysFileKeepsNoWatchBusy() throws Exception {
    Path log = Files.writeString(root.resolve("log"), "line\n");
    List<String> refused = new CopyOnWriteArrayList<>();
    List<String> told = new CopyOnWriteArrayList<>();
    ServiceListener listener =
        new ServiceListener() {
          @Override
          public void onUp(Service service) {
            told.add(service.name());
          }

          @Override
          public void onRefused(Refusal refusal) {
            refused.add(refusal.name());
          }
        };
    try (Watch watch = registry.watch(listener)) {
      assertNotNull(watch);
      Eventually.await("refused", DEADLINE, () -> !refused.isEmpty());
      for (int i = 0; i < 200; i++) {
        Files.writeString(log, "line\n", StandardOpenOption.APPEND);
      }
      registry.publish(ServiceSpec.named("last"));
      Eventually.await("told", DEADLINE, () -> told.contains("last"));
      assertEquals(List.of("log"), refused);
      // Another file of the name is looked at.
      Files.delete(log);
      registry.publish(ServiceSpec.named("log"));
      Eventually.await("told of the service", DEADLINE, () -> told.contains("log"));
    }
  }
}
