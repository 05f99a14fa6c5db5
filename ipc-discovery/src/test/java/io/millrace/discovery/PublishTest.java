package io.millrace.discovery;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.discovery.model.AccessRule;
import io.millrace.discovery.model.Capabilities;
import io.millrace.discovery.model.NameInUseException;
import io.millrace.discovery.model.Service;
import io.millrace.discovery.model.ServiceSpec;
import io.millrace.discovery.publish.PublishingConditions;
import io.millrace.discovery.publish.SupersededException;
import io.millrace.discovery.root.HiddenNames;
import io.millrace.os.Credentials;
import io.millrace.testkit.ChildProcess;
import io.millrace.testkit.Eventually;
import io.millrace.testkit.OpenDescriptors;
import java.lang.ref.WeakReference;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PublishTest {
  private static final Duration DEADLINE = Duration.ofSeconds(60);

  @TempDir Path root;
  private Registry registry;

  @BeforeEach
  void open() {
    registry = Registry.open(root);
  }

  @AfterEach
  void close() {
    registry.close();
  }

  @Test
  void whatIsPublishedIsFoundAsItWasDescribed() {
    Capabilities capabilities =
        Capabilities.none().with("rate", 1000).with("text", "äöü").with("fast", true);
    ServiceSpec spec = ServiceSpec.named("a.service-1_x").kind("test").capabilities(capabilities);
    try (Publication publication = registry.publish(spec)) {
      Service found = registry.find("a.service-1_x").orElseThrow();
      assertEquals(publication.service(), found);
      assertEquals("test", found.kind());
      assertEquals(capabilities, found.capabilities());
      assertEquals(1000, found.capabilities().number("rate", 0));
      assertTrue(found.capabilities().truth("fast", false));
      assertEquals(Credentials.pid(), found.pid());
      assertEquals(Credentials.uid(), found.uid());
      assertEquals(1, found.generation());
      assertEquals(List.of(found), registry.list());
    }
  }

  @Test
  void aWithdrawnServiceIsGoneAndItsNameIsFree() {
    registry.publish(ServiceSpec.named("x")).close();
    assertTrue(registry.find("x").isEmpty());
    assertTrue(registry.list().isEmpty());
    try (Publication again = registry.publish(ServiceSpec.named("x"))) {
      assertTrue(again.service().generation() > 1);
    }
  }

  @Test
  void aNameInUseIsRefusedWithThePidOfItsOwner() {
    try (Publication first = registry.publish(ServiceSpec.named("x"))) {
      NameInUseException refusal =
          assertThrows(NameInUseException.class, () -> registry.publish(ServiceSpec.named("x")));
      assertEquals(Credentials.pid(), refusal.pid());
      assertEquals(first.service(), registry.find("x").orElseThrow());
    }
  }

  @Test
  void theNameOfAKilledPublisherIsTakenOverWithANewGeneration() throws Exception {
    try (ChildProcess child = ChildProcess.start(PublishingProcess.class, root.toString())) {
      child.send("publish x");
      child.expectLine("published", DEADLINE);
      NameInUseException refusal =
          assertThrows(NameInUseException.class, () -> registry.publish(ServiceSpec.named("x")));
      assertEquals(child.pid(), refusal.pid());
      child.kill();
      try (Publication mine = registry.publish(ServiceSpec.named("x"))) {
        assertEquals(2, mine.service().generation());
        assertEquals(Credentials.pid(), registry.find("x").orElseThrow().pid());
        assertEquals(List.of("x"), names());
      }
    }
    assertEquals(List.of(), names());
  }

  @Test
  void whoeverMeetsTheRecordOfAKilledPublisherRemovesIt() throws Exception {
    try (ChildProcess child = ChildProcess.start(PublishingProcess.class, root.toString())) {
      child.send("publish x");
      child.expectLine("published", DEADLINE);
      assertEquals(child.pid(), registry.find("x").orElseThrow().pid());
      child.kill();
      assertTrue(registry.find("x").isEmpty());
      assertEquals(List.of(), names());
    }
  }

  @Test
  void whatAKilledCleanerLeftGoesWithTheNextPublicationOfTheName() throws Exception {
    Files.writeString(root.resolve(HiddenNames.dead("x")), "");
    registry.publish(ServiceSpec.named("x"));
    assertEquals(List.of("x"), names());
  }

  @Test
  void aDeadRecordThatMayNotBeReplacedStays() {
    registry.publish(ServiceSpec.named("x")).handOver();
    PublishingConditions never =
        new PublishingConditions() {
          @Override
          public boolean mayReplace(Service dead) {
            return !dead.name().equals("x");
          }
        };
    assertThrows(SupersededException.class, () -> registry.publish(ServiceSpec.named("x"), never));
    assertEquals(List.of("x"), names());
    assertEquals(1, registry.gc());
  }

  @Test
  void aRefusedPublicationLeavesNothingInMemory() {
    registry.publish(PublishingProcess.specWithDescriptors("x"));
    List<WeakReference<AccessRule>> rules = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      int uid = i;
      AccessRule rule = (user, group) -> user == uid;
      rules.add(new WeakReference<>(rule));
      ServiceSpec spec = PublishingProcess.specWithDescriptors("x").access(rule);
      assertThrows(NameInUseException.class, () -> registry.publish(spec));
    }
    Eventually.await(
        "nobody refers to the rules any more",
        DEADLINE,
        () -> {
          System.gc();
          return rules.stream().allMatch(rule -> rule.get() == null);
        });
  }

  @Test
  void closingTheRegistryWithdrawsEverythingAndLeavesNothing() throws Exception {
    OpenDescriptors.assertNoneLeftBy(
        () -> {
          ServiceSpec[] specs = {
            PublishingProcess.specWithDescriptors("x"), PublishingProcess.specWithDescriptors("y")
          };
          var before = OpenDescriptors.now();
          OpenDescriptors.assertNoneLeftBy(
              () -> {
                try (Registry other = Registry.open(root)) {
                  other.publish(specs[0]);
                  other.publish(specs[1]);
                  assertEquals(2, registry.list().size());
                }
              });
          OpenDescriptors.assertNoneBeside(before);
          for (ServiceSpec spec : specs) {
            spec.descriptors().forEach(entry -> OpenDescriptors.assertOpen(entry.number()));
            spec.descriptors()
                .forEach(entry -> io.millrace.os.Descriptor.adopt(entry.number(), "").close());
          }
        });
    assertEquals(List.of(), names());
  }

  @Test
  void anUpdateIsSeenByAllAndGrowsTheRevisionOnly() {
    try (Publication publication = registry.publish(ServiceSpec.named("x"))) {
      for (int i = 1; i <= 5; i++) {
        publication.update(Capabilities.none().with("value", i));
        Service found = registry.find("x").orElseThrow();
        assertEquals(i, found.capabilities().number("value", 0));
        assertEquals(i, found.revision());
        assertEquals(publication.service(), found);
      }
    }
    assertFalse(registry.find("x").isPresent());
  }

  @Test
  void impossibleNamesAreRefused() {
    for (String name : List.of("", ".", "..", "a/b", ".hidden", "-x", "ä", "x".repeat(129))) {
      assertThrows(IllegalArgumentException.class, () -> ServiceSpec.named(name), "name " + name);
      assertThrows(IllegalArgumentException.class, () -> registry.find(name), "name " + name);
    }
  }

  @Test
  void aRecordThatIsTooLargeIsRefusedAndLeavesNothing() throws Exception {
    Capabilities large = Capabilities.none().with("text", "x".repeat(16_300));
    assertThrows(
        IllegalArgumentException.class,
        () -> registry.publish(ServiceSpec.named("x").capabilities(large)));
    assertEquals(List.of(), names());
    try (Publication publication = registry.publish(ServiceSpec.named("x"))) {
      assertThrows(IllegalArgumentException.class, () -> publication.update(large));
      assertEquals(Capabilities.none(), registry.find("x").orElseThrow().capabilities());
    }
  }

  private List<String> names() {
    return Alien.names(root);
  }
}
