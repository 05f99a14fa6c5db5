package io.millrace.os;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.testkit.ChildProcess;
import io.millrace.testkit.Tools;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Every call that Linux may end early because of a signal is made to end so once. */
class InterruptedCallsTest {
  private static final Duration SOON = Duration.ofSeconds(60);
  private static final String FILE_CALLS = "openat,pread64,pwrite64,fcntl";
  private static final String EVENT_CALLS = "read,write";
  private static final String MEMORY_CALLS = "ftruncate,fallocate";
  private static final String SOCKET_CALLS = "sendmsg,recvmsg,connect,accept4";

  @TempDir Path temporary;

  @Test
  void callsOnFilesAreMadeAgain() throws IOException {
    Path file = Files.createFile(temporary.resolve("file"));
    expect(FILE_CALLS, List.of("-P", file.toString(), "-P", "file"));
  }

  @Test
  void callsOnEventsAreMadeAgain() throws IOException {
    expect(EVENT_CALLS, List.of("-P", "anon_inode:[eventfd]"));
  }

  @Test
  void callsOnMemoryAreMadeAgain() throws IOException {
    expect(MEMORY_CALLS, List.of());
  }

  @Test
  void callsOnSocketsAreMadeAgain() throws IOException {
    expect(SOCKET_CALLS, List.of());
  }

  private void expect(String calls, List<String> filter) throws IOException {
    Tools.assumeWorks("strace", "-f", "-e", "trace=none", "true");
    Path log = temporary.resolve("log");
    List<String> wrapper =
        new ArrayList<>(
            List.of(
                "strace",
                "-f",
                "-D",
                "-qq",
                "-e",
                "signal=none",
                "-o",
                log.toString(),
                "-e",
                "trace=" + calls,
                "-e",
                "inject=" + calls + ":error=EINTR:when=1"));
    wrapper.addAll(filter);
    try (ChildProcess child =
        ChildProcess.startUnder(wrapper, List.of(), Caller.class, calls, temporary.toString())) {
      assertEquals("", child.expectLine("done", SOON), () -> "" + child.printed());
      child.awaitExit(SOON);
    }
    String traced = Files.readString(log);
    for (String call : calls.split(",")) {
      assertTrue(traced.matches("(?s).*\\b" + call + "\\(.*EINTR.*"), call + " in " + traced);
    }
  }

  /** Makes one group of calls. */
  static final class Caller {
    public static void main(String[] arguments) {
      try (Directory directory = Directory.open(Path.of(arguments[1]))) {
        switch (arguments[0]) {
          case FILE_CALLS -> files(directory);
          case EVENT_CALLS -> events();
          case MEMORY_CALLS -> Memfd.create("x", Mapping.PAGE_SIZE).close();
          default -> sockets(directory);
        }
        System.out.println("done");
      }
    }

    private static void files(Directory directory) {
      try (Descriptor file = directory.openFile("file", true)) {
        check(OfdLock.tryLock(file, 0));
        FileContent.write(file, new byte[] {4, 5});
        check(FileContent.read(file, 100).length == 2);
      }
    }

    private static void events() {
      try (EventFd event = EventFd.create()) {
        event.signal();
        check(event.drain() == 1);
      }
    }

    private static void sockets(Directory directory) {
      try (UnixSocket listener = UnixSocket.listen(directory, "socket", 1);
          UnixSocket client = UnixSocket.connect(directory, "socket", 1000);
          UnixSocket server = listener.accept(1000)) {
        client.send(new byte[] {6});
        check(server.receive(1, 0).content()[0] == 6);
      }
    }

    private static void check(boolean expected) {
      if (!expected) {
        throw new AssertionError("a call that was interrupted went wrong");
      }
    }
  }
}
