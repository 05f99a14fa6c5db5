package io.millrace.message;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.millrace.message.Market.Level;
import io.millrace.message.Market.Side;
import io.millrace.message.Market.Venue;
import io.millrace.testkit.Tools;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The same with the codecs that the SBE tool generates for C, in a program in C. */
class SbeCodecsInCTest {
  @TempDir private Path folder;

  @Test
  void groupsAndTextsBothWays() throws Exception {
    Tools.assumeWorks("gcc", "--version");
    Path program = folder.resolve("codecs");
    assertEquals(
        "",
        run(
            "gcc",
            "-O1",
            "-Itarget/generated-test-sources/sbe-c",
            "-o",
            program.toString(),
            "src/test/c/codecs.c"));
    Captured captured = new Captured();
    Level one = new Level(5, 6, null, new Venue("A", (short) 1), "erste", new byte[] {1});
    Level two = new Level(-7, 8, Side.BUY, new Venue("BB", (short) 2), "", new byte[0]);
    Messages.writer(Market.class, captured)
        .book("name", 3, List.of(one, two), new Level[] {two}, new UnsafeBuffer(new byte[9]));
    Path in = Files.write(folder.resolve("in"), captured.only());
    Path out = folder.resolve("out");
    assertEquals(
        "book 3 bid 5 6 erste bid -7 8  asks 1 name\n",
        run(program.toString(), in.toString(), out.toString()));
    Calls calls = new Calls();
    Captured.deliver(Messages.reader(Market.class, calls), 7, Files.readAllBytes(out));
    Level ask =
        new Level(1005000, 3, null, new Venue("XLON", (short) -1), "aus C", new byte[] {1, 2});
    assertEquals(List.of("book MILL -7 [ask " + Calls.text(ask) + "] [3]"), calls.seen);
  }

  private String run(String... command) throws IOException, InterruptedException {
    Path log = folder.resolve("log");
    Process process =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile()).start();
    int status = process.waitFor();
    assertEquals(0, status, Files.readString(log));
    return Files.readString(log);
  }
}
