package io.millrace.barrier;

import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.WRITE;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.nio.channels.FileChannel;
import java.nio.file.Path;

/** Where each party of a test writes down, for the others to see, which generation it is in. */
final class ProgressBoard implements AutoCloseable {
  private static final VarHandle LONG = ValueLayout.JAVA_LONG.varHandle();
  private static final long LINE = 64;

  private final Arena arena = Arena.ofShared();
  private final MemorySegment lines;
  private final int parties;

  ProgressBoard(Path file, int parties) throws IOException {
    this.parties = parties;
    try (FileChannel channel = FileChannel.open(file, CREATE, READ, WRITE)) {
      lines = channel.map(FileChannel.MapMode.READ_WRITE, 0, parties * LINE, arena);
    }
  }

  void set(int party, long generation) {
    LONG.setVolatile(lines, party * LINE, generation);
  }

  /** Checks, after a crossing, that all others are in this generation or in the next. */
  void requireNoSkew(long generation) {
    for (int party = 0; party < parties; party++) {
      long there = (long) LONG.getVolatile(lines, party * LINE);
      if (there != generation && there != generation + 1) {
        throw new AssertionError("party " + party + " is in " + there + " during " + generation);
      }
    }
  }

  @Override
  public void close() {
    arena.close();
  }
}
