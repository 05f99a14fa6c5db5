package io.millrace.discovery;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.discovery.RecordException.Flaw;
import io.millrace.os.Descriptor;
import io.millrace.os.Directory;
import io.millrace.os.EventFd;
import io.millrace.os.Memfd;
import io.millrace.os.SystemCallException;
import io.millrace.os.UnixSocket;
import io.millrace.testkit.Eventually;
import io.millrace.testkit.OpenDescriptors;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HostileTest {
  private static final Duration DEADLINE = Duration.ofSeconds(30);

  @TempDir Path root;
  private Registry registry;
  private Directory directory;
  private Descriptor memory;
  private EventFd event;

  @BeforeEach
  void open() {
    registry = Registry.open(root);
    directory = Directory.open(root);
    memory = Memfd.create("hostile", 8192);
    event = EventFd.create();
  }

  @AfterEach
  void close() {
    event.close();
    memory.close();
    directory.close();
    registry.close();
  }

  private Registry forced(Transfer way) {
    return Registry.open(new RegistryOptions().root(root).transfer(way));
  }

  private ServiceSpec spec() {
    return ServiceSpec.named("x")
        .descriptor(memory.number(), DescriptorKind.MEMORY)
        .descriptor(event.descriptor().number(), DescriptorKind.EVENT);
  }

  /** Puts a live, locked record into the directory that says what a hostile publisher wants. */
  private Descriptor lie(UnaryOperator<Service> lie) {
    try (Descriptors descriptors = Descriptors.duplicatesOf(spec().descriptors())) {
      Service honest = Publisher.describe(spec(), descriptors, "");
      Service told = lie.apply(honest);
      try (NewFile file = new NewFile(directory, RecordEncoder.encode(told), 0600)) {
        assertTrue(file.link("x"));
        return file.take();
      }
    }
  }

  private static Service with(Service service, ServiceDescriptor... descriptors) {
    return new Service(
        service.name(),
        service.kind(),
        service.instance(),
        service.revision(),
        service.generation(),
        service.pid(),
        service.startTime(),
        service.pidNamespace(),
        service.uid(),
        service.capabilities(),
        List.of(descriptors),
        service.socket());
  }

  private void assertRefused(String words, UnaryOperator<Service> lie) {
    OpenDescriptors.assertNoneLeftBy(
        () -> {
          try (Descriptor record = lie(lie);
              Registry joiner = forced(Transfer.PIDFD)) {
            TransferException refusal =
                assertThrows(TransferException.class, () -> joiner.acquire("x"));
            assertTrue(refusal.getMessage().contains(words), refusal.getMessage());
            assertEquals(
                directory.descriptor().status().device(), record.status().device(), "open still");
            directory.unlink("x");
          }
        });
  }

  @Test
  void aRecordThatLiesAboutInodeSizeKindOrNumberIsRefused() {
    int number = memory.number();
    long device = memory.status().device();
    long inode = memory.status().inode();
    int signal = event.descriptor().number();
    assertRefused(
        "is another file",
        honest ->
            with(
                honest,
                new ServiceDescriptor(number, DescriptorKind.MEMORY, device, inode + 1, 8192)));
    assertRefused(
        "has 8192 bytes where the record says 4096",
        honest ->
            with(honest, new ServiceDescriptor(number, DescriptorKind.RING, device, inode, 4096)));
    assertRefused(
        "is no event descriptor",
        honest ->
            with(honest, new ServiceDescriptor(number, DescriptorKind.EVENT, device, inode, 0)));
    assertRefused(
        "is another file",
        honest ->
            with(
                honest, new ServiceDescriptor(signal, DescriptorKind.MEMORY, device, inode, 8192)));
    assertRefused(
        "has no such descriptor",
        honest ->
            with(
                honest, new ServiceDescriptor(99_999, DescriptorKind.MEMORY, device, inode, 8192)));
  }

  @Test
  void aRecordThatLiesAboutItsProcessGetsNobodyADescriptor() {
    assertRefused(
        "no process of that number",
        honest ->
            new Service(
                "x",
                "",
                1,
                0,
                1,
                4_000_000,
                0,
                honest.pidNamespace(),
                0,
                Capabilities.none(),
                honest.descriptors(),
                ""));
    assertRefused(
        "pidfd_getfd failed",
        honest ->
            new Service(
                "x",
                "",
                1,
                0,
                1,
                1,
                0,
                honest.pidNamespace(),
                0,
                Capabilities.none(),
                honest.descriptors(),
                ""));
  }

  @Test
  void memoryThatIsNotSealedIsRefusedByPublisherAndJoiner() throws Exception {
    Path file = Files.write(root.resolve(".file"), new byte[8192]);
    try (Descriptor unsealed = directory.openFile(".file", true)) {
      ServiceSpec spec =
          ServiceSpec.named("y").descriptor(unsealed.number(), DescriptorKind.MEMORY);
      assertThrows(IllegalArgumentException.class, () -> registry.publish(spec));
      assertRefused(
          "no memory sealed",
          honest ->
              with(
                  honest,
                  new ServiceDescriptor(
                      unsealed.number(),
                      DescriptorKind.MEMORY,
                      unsealed.status().device(),
                      unsealed.status().inode(),
                      8192)));
    }
    Files.delete(file);
  }

  @Test
  void theLockedRecordItselfIsNeverHandedOver() {
    registry.publish(ServiceSpec.named("z"));
    for (int number : openDescriptorsOf("z")) {
      var status = io.millrace.os.FileStatus.ofPath(root.resolve("z").toString());
      assertRefused(
          "is no memory sealed",
          honest ->
              with(
                  honest,
                  new ServiceDescriptor(
                      number,
                      DescriptorKind.MEMORY,
                      status.device(),
                      status.inode(),
                      status.size())));
    }
  }

  private int[] openDescriptorsOf(String name) {
    int[] numbers =
        OpenDescriptors.now().entrySet().stream()
            .filter(one -> one.getValue().contains(root.toString() + "/"))
            .filter(one -> one.getValue().endsWith("/" + name))
            .mapToInt(java.util.Map.Entry::getKey)
            .toArray();
    assertTrue(numbers.length > 0);
    return numbers;
  }

  @Test
  void whatIsNoFileIsRefusedByNameAndKeepsNobodyWaiting() throws Exception {
    Files.createDirectory(root.resolve("directory"));
    Files.createSymbolicLink(root.resolve("link"), root.resolve("x"));
    assertEquals(
        0, new ProcessBuilder("mkfifo", root.resolve("fifo").toString()).start().waitFor());
    Scan scan = registry.scan();
    assertEquals(
        List.of("directory", "fifo", "link"), scan.refusals().stream().map(Refusal::name).toList());
    scan.refusals().forEach(one -> assertEquals(Flaw.NOT_A_FILE, one.reason().flaw()));
    for (String name : List.of("directory", "link")) {
      assertThrows(RecordException.class, () -> registry.publish(ServiceSpec.named(name)));
      assertThrows(RecordException.class, () -> registry.acquire(name));
    }
  }

  @Test
  void damagedRecordsAreListedAsRefusedAndDoNotHideTheOthers() throws Exception {
    registry.publish(spec());
    byte[] record = Files.readAllBytes(root.resolve("x"));
    Alien.put(root, "renamed", record);
    Alien.put(root, "cut", java.util.Arrays.copyOf(record, 40));
    byte[] random = new byte[5000];
    new Random(1).nextBytes(random);
    Alien.put(root, "random", random);
    Alien.put(root, "large", new byte[1 << 20]);
    Scan scan = registry.scan();
    assertEquals(List.of("x"), scan.services().stream().map(Service::name).toList());
    assertEquals(
        List.of("cut CUT_SHORT", "large OVERSIZED", "random NOT_A_RECORD", "renamed OTHER_NAME"),
        scan.refusals().stream().map(one -> one.name() + " " + one.reason().flaw()).toList());
    assertEquals(
        Flaw.CUT_SHORT, assertThrows(RecordException.class, () -> registry.find("cut")).flaw());
    // Nobody locks it, so nobody alive owns it: the name can be had.
    registry.publish(ServiceSpec.named("random"));
  }

  @Test
  void silentSlowAndHostileClientsKeepNobodyWaiting() throws Exception {
    registry.publish(spec());
    String socket = registry.find("x").orElseThrow().socket();
    List<UnixSocket> clients = new ArrayList<>();
    try (Registry joiner = forced(Transfer.SOCKET)) {
      for (int i = 0; i < 200; i++) {
        clients.add(UnixSocket.connect(directory, socket, 100));
      }
      joiner.acquire("x").close();
      for (int i = 150; i < 200; i++) {
        sendJunk(clients.get(i), i);
      }
      joiner.acquire("x").close();
      int[] many = new int[100];
      java.util.Arrays.fill(many, memory.number());
      try (UnixSocket smuggler = UnixSocket.connect(directory, socket, 100)) {
        smuggler.send(Requests.request(1), many);
      }
      joiner.acquire("x").close();
    } finally {
      clients.forEach(UnixSocket::close);
    }
    long ours = memory.status().inode();
    Eventually.await(
        "nothing smuggled in",
        DEADLINE,
        () ->
            OpenDescriptors.now().values().stream().filter(one -> one.contains("hostile")).count()
                == 2);
    assertTrue(ours > 0);
  }

  private static void sendJunk(UnixSocket client, int seed) {
    byte[] junk = new byte[1 + seed % 100];
    new Random(seed).nextBytes(junk);
    try {
      client.send(junk);
    } catch (SystemCallException dropped) {
      // The server had too many and let this one go, as it may.
      return;
    }
  }

  @Test
  void aSocketOfSomebodyElseIsNotAskedForDescriptors() {
    String name = ".server.00000000000000aa.sock";
    try (UnixSocket impostor = UnixSocket.listen(directory, name, 1);
        Descriptor record =
            lie(
                honest ->
                    new Service(
                        "x",
                        "",
                        1,
                        0,
                        1,
                        1,
                        0,
                        honest.pidNamespace(),
                        0,
                        Capabilities.none(),
                        honest.descriptors(),
                        name));
        Registry joiner = forced(Transfer.SOCKET)) {
      TransferException refusal = assertThrows(TransferException.class, () -> joiner.acquire("x"));
      assertTrue(refusal.getMessage().contains("not its publisher"), refusal.getMessage());
      assertTrue(impostor.descriptor().number() != record.number(), "both are open still");
    }
  }

  @Test
  void aPublisherWhoseSocketIsSilentIsGivenUpInTime() {
    String name = ".server.00000000000000aa.sock";
    try (UnixSocket silent = UnixSocket.listen(directory, name, 1);
        Descriptor record =
            lie(
                honest ->
                    new Service(
                        "x",
                        "",
                        1,
                        0,
                        1,
                        honest.pid(),
                        0,
                        honest.pidNamespace(),
                        honest.uid(),
                        Capabilities.none(),
                        honest.descriptors(),
                        name));
        Registry joiner = forced(Transfer.SOCKET)) {
      TransferException refusal = assertThrows(TransferException.class, () -> joiner.acquire("x"));
      assertTrue(refusal.getMessage().contains("EAGAIN"), refusal.getMessage());
      assertTrue(silent.descriptor().number() != record.number(), "both are open still");
    }
  }
}
