package io.millrace.discovery;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.discovery.model.Departure;
import io.millrace.discovery.model.RootException;
import io.millrace.discovery.model.Service;
import io.millrace.discovery.model.ServiceListener;
import io.millrace.discovery.model.ServiceSpec;
import io.millrace.discovery.root.RootUse;
import io.millrace.os.Directory;
import io.millrace.testkit.Eventually;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The directory of a registry that is removed, moved or replaced while it is in use: every process
 * that has it open is told so, and nobody does anything to the directory that is there by then.
 */
@Timeout(120)
class RootGoneTest {
  private static final Duration DEADLINE = Duration.ofSeconds(60);

  private Path place;

  /** On that of temporary files, on a disk most often, and on a tmpfs: they fail in other ways. */
  private Path rootOn(String fileSystem) throws Exception {
    Path parent = Path.of(fileSystem.isEmpty() ? System.getProperty("java.io.tmpdir") : fileSystem);
    place = Files.createTempDirectory(parent, "root-gone-");
    return place.resolve("root");
  }

  @AfterEach
  void remove() throws Exception {
    remove(place);
  }

  private static void remove(Path tree) throws Exception {
    assertEquals(0, new ProcessBuilder("rm", "-rf", tree.toString()).start().waitFor());
  }

  private static void assertGone(String words, Executable call) {
    RootException failure = assertThrows(RootException.class, call);
    assertTrue(failure.getMessage().contains(words), failure.getMessage());
    assertTrue(failure.getMessage().contains("open it again"), failure.getMessage());
  }

  private static void assertAllSay(String words, Registry old) {
    assertGone(words, () -> old.publish(ServiceSpec.named("z")));
    assertGone(words, () -> old.find("z"));
    assertGone(words, old::list);
    assertGone(words, old::gc);
    assertGone(words, () -> old.await("z", DEADLINE));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "/dev/shm"})
  @SuppressWarnings("try") // Closed before the end of its block: that is what is looked at.
  void whoeverHasItOpenIsToldThatItWasRemovedOrReplaced(String fileSystem) throws Exception {
    Path root = rootOn(fileSystem);
    List<Throwable> errors = new CopyOnWriteArrayList<>();
    List<String> told = new CopyOnWriteArrayList<>();
    try (Registry old =
        Registry.open(RegistryOptions.defaults().root(root).errorHandler(errors::add))) {
      old.publish(ServiceSpec.named("mine"));
      old.publish(ServiceSpec.named("withdrawn")).close();
      old.watch(new Teller(told));
      Eventually.await("told", DEADLINE, () -> told.contains("up mine"));
      CompletableFuture<RootException> waiting =
          CompletableFuture.supplyAsync(
              () -> assertThrows(RootException.class, () -> old.await("late", DEADLINE)));
      remove(root);
      Eventually.await("the error handler is told", DEADLINE, () -> !errors.isEmpty());
      assertTrue(errors.get(0).getMessage().contains("was removed"), errors.toString());
      assertTrue(waiting.get().getMessage().contains("was removed"));
      assertEquals(List.of("up mine", "down mine REMOVED"), told);
      assertAllSay("was removed", old);
      try (Registry other = Registry.open(root);
          Publication mine = other.publish(ServiceSpec.named("mine"))) {
        assertAllSay("was replaced", old);
        old.close();
        assertEquals(mine.service(), other.find("mine").orElseThrow());
      }
      assertEquals(1, errors.size(), errors.toString());
    }
  }

  private record Teller(List<String> told) implements ServiceListener {
    @Override
    public void onUp(Service service) {
      told.add("up " + service.name());
    }

    @Override
    public void onDown(Service service, Departure reason) {
      told.add("down " + service.name() + " " + reason);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "/dev/shm"})
  void aRootThatIsMovedAwayIsNotTheOneOfThePathAnyMore(String fileSystem) throws Exception {
    Path root = rootOn(fileSystem);
    List<Throwable> errors = new CopyOnWriteArrayList<>();
    List<String> told = new CopyOnWriteArrayList<>();
    try (Registry old = Registry.open(root);
        RegistryView view =
            RegistryView.open(RegistryOptions.defaults().root(root).errorHandler(errors::add))) {
      old.publish(ServiceSpec.named("mine"));
      view.watch(new Teller(told));
      Eventually.await("told", DEADLINE, () -> told.contains("up mine"));
      Files.move(root, place.resolve("elsewhere"));
      Eventually.await("the error handler is told", DEADLINE, () -> !errors.isEmpty());
      assertAllSay("moved away", old);
      assertGone("moved away", view::scan);
      assertGone("moved away", view::leftovers);
      assertEquals(List.of("up mine"), told, "its publisher lives");
    }
    assertTrue(Files.isDirectory(place.resolve("elsewhere")));
  }

  /** It is withdrawn by its publisher, or it is not. */
  @ParameterizedTest
  @ValueSource(strings = {"", "/dev/shm"})
  void aRecordThatAnotherHandRemovesIsNotWithdrawn(String fileSystem) throws Exception {
    Path root = rootOn(fileSystem);
    List<String> told = new CopyOnWriteArrayList<>();
    try (Registry registry = Registry.open(root)) {
      registry.watch(new Teller(told));
      Publication first = registry.publish(ServiceSpec.named("x"));
      Eventually.await("up", DEADLINE, () -> told.contains("up x"));
      Files.delete(root.resolve("x"));
      Eventually.await("down", DEADLINE, () -> told.contains("down x REMOVED"));
      first.close();
      told.clear();
      Publication second = registry.publish(ServiceSpec.named("x"));
      Eventually.await("up", DEADLINE, () -> told.contains("up x"));
      second.close();
      Eventually.await("down", DEADLINE, () -> told.contains("down x WITHDRAWN"));
    }
  }

  /** Its memory is there, so it can be found again by a process that is ready to go on with it. */
  @ParameterizedTest
  @ValueSource(strings = {"", "/dev/shm"})
  @SuppressWarnings("try") // Closed before the end of its block: that is what is looked at.
  void aServiceWhoseRecordAnotherHandRemovesIsPublishedAgainByWhoAdoptsIt(String fileSystem)
      throws Exception {
    Path root = rootOn(fileSystem);
    try (Registry first = Registry.open(root);
        Registry second = Registry.open(root);
        Publication publication = first.publish(ServiceSpec.named("x"));
        Adoption adoption = second.adopt(ServiceSpec.named("x"))) {
      Files.delete(root.resolve("x"));
      Eventually.await("adopted", DEADLINE, () -> adoption.state() == Adoption.State.PUBLISHING);
      publication.close();
      assertTrue(second.find("x").isPresent(), "the one that is published by now stays");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "/dev/shm"})
  void theLastUserOfARemovedDirectoryLeavesItsSuccessorAlone(String fileSystem) throws Exception {
    Path root = rootOn(fileSystem);
    Directory old = RootUse.open(root);
    Files.delete(root);
    Files.createDirectory(
        root, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    RootUse.close(old, true);
    assertTrue(Files.isDirectory(root), "somebody else's");
    RootUse.close(RootUse.open(root), true);
    assertFalse(Files.exists(root));
    try (Stream<Path> left = Files.list(place)) {
      assertEquals(List.of(), left.toList());
    }
  }
}
