package io.millrace.snapshot;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.testkit.ChildProcess;
import io.millrace.testkit.Eventually;
import io.millrace.testkit.NoNamelessFiles;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * A writer stops for good at one step, is seen to be there, and is killed: whatever the step, the
 * last published value stays readable and the next writer goes on.
 */
class KilledWriterTest {
  private static final Duration NO_GRACE = Duration.ZERO;
  private static final Duration DEADLINE = Duration.ofSeconds(60);
  private static final int BEFORE = 3;

  @TempDir(factory = SharedMemory.class)
  Path directory;

  @ParameterizedTest
  @EnumSource(
      value = Step.class,
      names = {
        "BUFFER_CHOSEN",
        "SPACE_RESERVED",
        "VALUE_INVALIDATED",
        "VALUE_WRITTEN",
        "VALUE_COMPLETE",
        "PUBLISHED",
        "WAKE_CLEARED"
      })
  void aWriterKilledWhileItWritesLeavesTheLastValueAndRoomForTheNextWriter(Step step) {
    Path path = directory.resolve("state");
    Synchronizer state = Synchronizer.open(path);
    long published = step.compareTo(Step.PUBLISHED) >= 0 ? BEFORE + 1 : BEFORE;
    try (ChildProcess child = stopping(List.of(), Writing.class, path, step)) {
      child.expectLine("ready", DEADLINE);
      try (SnapshotReader reader = state.reader();
          SnapshotReader holder = state.reader();
          SnapshotReader copying = state.copyingReader();
          Snapshot held = holder.read()) {
        // Asks to be woken, so that the writer comes to the last step.
        assertTrue(!reader.awaitNewer(BEFORE, Duration.ofMillis(1)));
        child.send("go");
        child.expectLine("stopped", DEADLINE);
        Proof.assertReads(reader, published);
        Proof.assertReads(copying, published);
        assertThrows(SnapshotException.SecondWriter.class, state::writer);
        child.kill();
        Proof.assertReads(reader, published);
        Proof.assertReads(copying, published);
        try (SnapshotWriter next = state.writer()) {
          for (int i = 1; i <= 50; i++) {
            Proof.writeNext(next);
            Proof.assertReads(reader, published + i);
            Proof.assertReads(copying, published + i);
          }
        }
        assertNull(Proof.fault(held));
        assertEquals(BEFORE, held.version());
      }
    }
  }

  @Test
  void aWaiterWakesAlthoughTheWriterIsKilledBetweenPublishingAndWaking() throws Exception {
    for (Step step : List.of(Step.PUBLISHED, Step.WAKE_CLEARED)) {
      Path path = directory.resolve(step.name());
      try (ChildProcess child = stopping(List.of(), Writing.class, path, step);
          ChildProcess waiter = ChildProcess.start(Waiting.class, path.toString())) {
        waiter.expectLine("waiting", DEADLINE);
        child.expectLine("ready", DEADLINE);
        awaitAsleep(waiter);
        child.send("go");
        child.expectLine("stopped", DEADLINE);
        child.kill();
        assertEquals("" + (BEFORE + 1), waiter.expectLine("woken", DEADLINE));
      }
    }
  }

  private static void awaitAsleep(ChildProcess waiter) {
    Eventually.await(
        "the waiter sleeps in epoll_wait", DEADLINE, () -> SleepingThreads.inEpoll(waiter.pid()));
  }

  @ParameterizedTest
  @EnumSource(
      value = Step.class,
      names = {"FILE_FILLED", "FILE_NAMED", "WRITER_LOCKED"})
  void aWriterKilledWhileItMakesTheFileLeavesNothingOrAWholeFile(Step step) throws IOException {
    Path path = directory.resolve("state");
    Synchronizer state = Synchronizer.open(path);
    try (ChildProcess child = stopping(List.of(), Making.class, path, step)) {
      child.expectLine("stopped", DEADLINE);
      if (step == Step.FILE_FILLED) {
        assertThrows(SnapshotException.NothingWritten.class, state::reader);
      } else {
        assertThrows(SnapshotException.SecondWriter.class, state::writer);
      }
      child.kill();
    }
    try (SnapshotWriter next = state.writer();
        SnapshotReader reader = state.reader()) {
      Proof.writeNext(next);
      Proof.assertReads(reader, 1);
    }
    try (Stream<Path> files = Files.list(directory)) {
      assertEquals(List.of(path), files.toList());
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = Step.class,
      names = {"FILE_FILLED", "FILE_NAMED"})
  void whereTheFileSystemHasNoNamelessFilesTheNextWriterRemovesWhatAKilledOneLeft(Step step)
      throws IOException {
    Path path = directory.resolve("state");
    Path other = Files.writeString(directory.resolve(".snapshot.0123456789abcdef"), "not ours");
    try (ChildProcess child = making(path, step)) {
      child.expectLine("stopped", DEADLINE);
      child.kill();
    }
    assertEquals(step == Step.FILE_FILLED ? Set.of(other, unborn()) : Set.of(other, path), files());
    try (ChildProcess child = making(path, Step.WRITER_LOCKED)) {
      child.expectLine("stopped", DEADLINE);
      assertThrows(SnapshotException.SecondWriter.class, Synchronizer.open(path)::writer);
      child.kill();
    }
    assertEquals(Set.of(other, path), files());
  }

  @Test
  void aHiddenNameOfAFileThatHasItsOwnIsRemovedByItsNextWriter() throws IOException {
    Path path = directory.resolve("state");
    Synchronizer state = Synchronizer.open(path);
    state.writer().close();
    Path hidden = directory.resolve(".snapshot.00000000000000ff");
    Files.createLink(hidden, path); // As a kill leaves it between giving one and taking the other.
    state.writer().close();
    assertEquals(Set.of(path), files());
  }

  private ChildProcess making(Path path, Step step) {
    return stopping(NoNamelessFiles.command(), Making.class, path, step);
  }

  private static ChildProcess stopping(List<String> wrapper, Class<?> main, Path path, Step step) {
    String steps = "-Dio.millrace.snapshot.steps=" + StopAtStep.class.getName();
    return ChildProcess.startUnder(wrapper, List.of(steps), main, path.toString(), step.name());
  }

  private Path unborn() throws IOException {
    return files().stream()
        .filter(file -> file.getFileName().toString().matches("\\.snapshot\\.[0-9a-f]{16}"))
        .filter(file -> !file.endsWith(".snapshot.0123456789abcdef"))
        .findFirst()
        .orElseThrow();
  }

  private Set<Path> files() throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files.collect(Collectors.toSet());
    }
  }

  @Test
  void aRemoverKilledHalfWayHasRemovedTheValue() {
    Path path = directory.resolve("state");
    Synchronizer state = Synchronizer.open(path);
    try (SnapshotWriter writer = state.writer()) {
      Proof.writeNext(writer);
    }
    try (SnapshotReader reader = state.reader();
        ChildProcess child = stopping(List.of(), Removing.class, path, Step.RETIRED)) {
      child.expectLine("stopped", DEADLINE);
      child.kill();
      assertThrows(SnapshotException.Replaced.class, reader::read);
      try (SnapshotWriter next = state.writer();
          SnapshotReader late = state.reader()) {
        Proof.writeNext(next);
        Proof.assertReads(late, 1);
      }
    }
  }

  @Test
  void whoWaitsForAValueGoesOnWaitingBesideWhatAKilledRemoverLeft() throws Exception {
    Path path = directory.resolve("state");
    Synchronizer state = Synchronizer.open(path);
    try (SnapshotWriter writer = state.writer()) {
      Proof.writeNext(writer);
    }
    try (ChildProcess child = stopping(List.of(), Removing.class, path, Step.RETIRED)) {
      child.expectLine("stopped", DEADLINE);
    }
    assertThrows(
        SnapshotException.NothingWritten.class, () -> state.awaitReader(Duration.ofMillis(1)));
    try (ChildProcess waiter = ChildProcess.start(Waiting.class, path.toString())) {
      waiter.expectLine("waiting", DEADLINE);
      awaitAsleep(waiter);
      try (SnapshotWriter next = state.writer()) {
        for (int version = 1; version <= BEFORE + 1; version++) {
          Proof.writeNext(next);
        }
        assertEquals("" + (BEFORE + 1), waiter.expectLine("woken", DEADLINE));
      }
    }
  }

  /** A snapshot that is removed before it had a value is as good as one that is not there. */
  @Test
  void whoWaitsForAFirstValueGoesOnWaitingWhenTheFileIsRemoved() throws Exception {
    Path path = directory.resolve("state");
    Synchronizer state = Synchronizer.open(path);
    state.writer().close();
    try (ChildProcess waiter = ChildProcess.start(Waiting.class, path.toString())) {
      waiter.expectLine("waiting", DEADLINE);
      awaitAsleep(waiter);
      assertTrue(state.remove());
      try (SnapshotWriter next = state.writer()) {
        for (int version = 1; version <= BEFORE + 1; version++) {
          Proof.writeNext(next);
        }
        assertEquals("" + (BEFORE + 1), waiter.expectLine("woken", DEADLINE));
      }
    }
  }

  /** Writes three values, and stops for good at a step of the fourth. */
  static final class Writing {
    public static void main(String[] arguments) throws IOException {
      BufferedReader input = new BufferedReader(new InputStreamReader(System.in));
      Step last = Step.valueOf(arguments[1]);
      try (SnapshotWriter writer = Synchronizer.open(Path.of(arguments[0])).writer()) {
        Proof.Value value = new Proof.Value();
        for (int version = 1; version <= BEFORE; version++) {
          writer.write(value.of(version, 1000), new Proof(), NO_GRACE);
        }
        System.out.println("ready");
        input.readLine();
        StopAtStep.last = last;
        writer.write(value.of(BEFORE + 1, 1000), new Proof(), NO_GRACE);
      }
    }
  }

  /** Stops for good at a step of making a file. */
  static final class Making {
    public static void main(String[] arguments) {
      StopAtStep.last = Step.valueOf(arguments[1]);
      Synchronizer.open(Path.of(arguments[0])).writer().close();
    }
  }

  /** Stops for good at a step of removing a file. */
  static final class Removing {
    public static void main(String[] arguments) {
      StopAtStep.last = Step.valueOf(arguments[1]);
      Synchronizer.open(Path.of(arguments[0])).remove();
    }
  }

  /** Waits for the file, and then for the version after the third. */
  static final class Waiting {
    public static void main(String[] arguments) {
      System.out.println("waiting");
      try (SnapshotReader reader = Synchronizer.open(Path.of(arguments[0])).awaitReader(DEADLINE)) {
        if (reader.awaitNewer(BEFORE, DEADLINE)) {
          System.out.println("woken " + reader.version());
        }
      }
    }
  }

  /** Stops for good at a step. */
  public static final class StopAtStep implements Consumer<Step> {
    private static Step last;

    @Override
    public void accept(Step step) {
      if (step == last) {
        System.out.println("stopped");
        while (true) {
          LockSupport.park();
        }
      }
    }
  }
}
