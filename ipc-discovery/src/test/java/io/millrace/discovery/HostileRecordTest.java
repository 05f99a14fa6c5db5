package io.millrace.discovery;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.discovery.model.DescriptorKind;
import io.millrace.discovery.model.DiscoveryException;
import io.millrace.discovery.model.NoSuchServiceException;
import io.millrace.discovery.model.RecordException;
import io.millrace.discovery.model.RecordException.Flaw;
import io.millrace.discovery.model.Refusal;
import io.millrace.discovery.model.Scan;
import io.millrace.discovery.model.Service;
import io.millrace.discovery.model.ServiceDescriptor;
import io.millrace.discovery.model.ServiceSpec;
import io.millrace.discovery.model.Transfer;
import io.millrace.discovery.model.TransferException;
import io.millrace.discovery.record.RecordLayout;
import io.millrace.discovery.root.HiddenNames;
import io.millrace.discovery.root.TurnsLayout;
import io.millrace.discovery.transfer.DescriptorBundle;
import io.millrace.discovery.transfer.Descriptors;
import io.millrace.os.Descriptor;
import io.millrace.os.EventFd;
import io.millrace.os.FileStatus;
import io.millrace.os.OfdLock;
import io.millrace.os.UnixSocket;
import io.millrace.testkit.OpenDescriptors;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files in the registry's directory that no honest publisher has put there. */
class HostileRecordTest {
  @TempDir Path root;
  private Registry registry;
  private Liar liar;

  @BeforeEach
  void open() {
    registry = Registry.open(root);
    liar = new Liar(root);
  }

  @AfterEach
  void close() {
    liar.close();
    registry.close();
  }

  private void assertRefused(String words, UnaryOperator<Service> lie) {
    RegistryOptions options = RegistryOptions.defaults().root(root).transfer(Transfer.PIDFD);
    OpenDescriptors.assertNoneLeftBy(
        () -> {
          try (Liar.Lie told = liar.tell(lie);
              Registry joiner = Registry.open(options)) {
            TransferException refusal =
                assertThrows(TransferException.class, () -> joiner.acquire("x"));
            assertTrue(refusal.getMessage().contains(words), refusal.getMessage());
            assertTrue(told.locked().number() > 0, "open still");
          }
        });
  }

  private ServiceDescriptor memory(DescriptorKind kind, long inode, long size) {
    return new ServiceDescriptor(kind, liar.memory.status().device(), inode, size);
  }

  @Tag("pidfd_getfd")
  @Test
  void aRecordThatLiesAboutInodeSizeKindOrNumberOfDescriptorsIsRefused() {
    long inode = liar.memory.status().inode();
    ServiceDescriptor honest = memory(DescriptorKind.MEMORY, inode, Liar.SIZE);
    ServiceDescriptor event = new ServiceDescriptor(DescriptorKind.EVENT, 0, 0, 0);
    assertRefused(
        "is another file",
        one -> Liar.promising(one, memory(DescriptorKind.MEMORY, inode + 1, Liar.SIZE), event));
    assertRefused(
        "has 8192 bytes where the record says 4096",
        one -> Liar.promising(one, memory(DescriptorKind.RING, inode, 4096), event));
    assertRefused("descriptor 0 is no event descriptor", one -> Liar.promising(one, event, event));
    assertRefused("1 is another file", one -> Liar.promising(one, event, honest));
    assertRefused("2 descriptors came where the record", one -> Liar.promising(one, honest));
  }

  @Tag("pidfd_getfd")
  @Test
  void aRecordThatNamesSomethingElseThanItsBundleIsRefused() {
    assertRefused("has no such descriptor", one -> Liar.withBundle(one, 99_999));
    assertRefused("cannot be looked into", one -> Liar.withBundle(one, liar.memory.number()));
    UnixSocket[] empty = UnixSocket.pair("test");
    try (UnixSocket first = empty[0]) {
      assertRefused(
          "cannot be looked into", one -> Liar.withBundle(one, first.descriptor().number()));
      empty[1].close();
      assertRefused("is empty", one -> Liar.withBundle(one, first.descriptor().number()));
    }
  }

  @Tag("pidfd_getfd")
  @Test
  void theParcelOfAnotherPublicationIsNoSubstituteAlthoughAllEventDescriptorsLookAlike() {
    ServiceSpec spec = liar.spec();
    try (Descriptors same = Descriptors.duplicatesOf(spec.descriptors());
        DescriptorBundle other = DescriptorBundle.of(2, same)) {
      assertRefused("is another one", one -> Liar.withBundle(one, other.number()));
    }
  }

  /** The application closes a number that is not its own, and the next thing opened gets it. */
  @Test
  void aDescriptorThatTookTheNumberOfAParcelIsNeverUsed() {
    RegistryOptions quiet = RegistryOptions.defaults().root(root).errorHandler(failure -> {});
    List<EventFd> opened = new ArrayList<>();
    try (Registry publisher = Registry.open(quiet)) {
      int number = publisher.publish(liar.spec()).service().bundle();
      Descriptor.adopt(number, "the publication's own").close();
      do {
        opened.add(EventFd.create());
      } while (opened.get(opened.size() - 1).descriptor().number() != number);
      for (Transfer way : Transfer.values()) {
        try (Registry joiner = Registry.open(RegistryOptions.defaults().root(root).transfer(way))) {
          assertThrows(TransferException.class, () -> joiner.acquire("x"));
        }
      }
      // The publication will close the number once more, as if it were still its own.
      opened.remove(opened.size() - 1).descriptor().release();
    } finally {
      opened.forEach(EventFd::close);
    }
  }

  @Test
  void aRecordThatLiesAboutItsProcessGetsNobodyADescriptor() {
    assertRefused("no process of that number", one -> Liar.ofProcess(one, 4_000_000));
    assertRefused("pidfd_getfd failed", one -> Liar.ofProcess(one, 1));
  }

  @Tag("pidfd_getfd")
  @Test
  void memoryThatIsNotSealedIsRefusedByPublisherAndJoiner() throws Exception {
    Path file = Files.write(root.resolve(".file"), new byte[Liar.SIZE]);
    try (Descriptor unsealed = liar.directory.openFile(".file", true)) {
      ServiceSpec spec =
          ServiceSpec.named("y").descriptor(unsealed.number(), DescriptorKind.MEMORY);
      IllegalArgumentException refusal =
          assertThrows(IllegalArgumentException.class, () -> registry.publish(spec));
      assertTrue(refusal.getMessage().contains("no memory sealed"), refusal.getMessage());
      FileStatus status = unsealed.status();
      try (Descriptors open = Descriptors.duplicatesOf(spec.descriptors());
          DescriptorBundle bundle = DescriptorBundle.of(1, open)) {
        assertRefused(
            "no memory sealed",
            one ->
                Liar.withBundle(
                    Liar.promising(
                        one,
                        new ServiceDescriptor(
                            DescriptorKind.MEMORY, status.device(), status.inode(), status.size())),
                    bundle.number()));
      }
    }
    Files.delete(file);
  }

  @Tag("pidfd_getfd")
  @Test
  void descriptorsOfAPublisherThatIsGoneAreNotUsedAlthoughTheyCanBeHad() {
    try (Liar.Lie told = liar.tell(honest -> honest)) {
      registry.acquire("x").close();
      OfdLock.unlock(told.locked(), RecordLayout.PUBLISHER_LOCK);
      OpenDescriptors.assertNoneLeftBy(
          () -> assertThrows(NoSuchServiceException.class, () -> registry.acquire("x")));
    }
  }

  @Tag("pidfd_getfd")
  @Test
  void theLockedRecordItselfIsNeverHandedOver() {
    registry.publish(ServiceSpec.named("z"));
    int[] numbers =
        OpenDescriptors.now().entrySet().stream()
            .filter(one -> one.getValue().contains(root + "/"))
            .filter(one -> one.getValue().endsWith("/z"))
            .mapToInt(Map.Entry::getKey)
            .toArray();
    assertTrue(numbers.length > 0);
    for (int number : numbers) {
      assertRefused("cannot be looked into", one -> Liar.withBundle(one, number));
    }
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
    registry.publish(liar.spec());
    byte[] record = Files.readAllBytes(root.resolve("x"));
    Alien.put(root, "renamed", record);
    Alien.put(root, "cut", Arrays.copyOf(record, 40));
    byte[] random = new byte[5000];
    new Random(1).nextBytes(random);
    Alien.put(root, "random", random);
    Alien.put(root, "large", new byte[1 << 20]);
    Scan scan = registry.scan();
    assertEquals(List.of("x"), scan.services().stream().map(one -> one.service().name()).toList());
    assertEquals(
        List.of("cut CUT_SHORT", "large OVERSIZED", "random NOT_A_RECORD", "renamed OTHER_NAME"),
        scan.refusals().stream().map(one -> one.name() + " " + one.reason().flaw()).toList());
    assertEquals(
        Flaw.CUT_SHORT, assertThrows(RecordException.class, () -> registry.find("cut")).flaw());
    // Nobody locks it, so nobody alive owns it: the name can be had, if it is a record at all.
    registry.publish(ServiceSpec.named("cut"));
    assertThrows(RecordException.class, () -> registry.publish(ServiceSpec.named("random")));
  }

  @Test
  void aDamagedFileOfTurnsIsNamedWithItsCure() throws Exception {
    for (byte[] content : List.of(new byte[10], new byte[TurnsLayout.FILE_SIZE])) {
      Alien.put(root, HiddenNames.TURNS, content);
      OpenDescriptors.assertNoneLeftBy(
          () -> {
            try (Registry other = Registry.open(root)) {
              DiscoveryException refusal =
                  assertThrows(DiscoveryException.class, () -> other.publish(liar.spec()));
              assertTrue(refusal.getMessage().contains("remove it"), refusal.getMessage());
            }
          });
    }
    assertEquals(List.of(), registry.list());
  }
}
