package io.millrace.os;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.millrace.SystemCallException;
import io.millrace.testkit.ChildProcess;
import io.millrace.testkit.OpenDescriptors;
import io.millrace.testkit.Tools;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What happens to a process that may open no more descriptors. */
class ExhaustionTest {
  private static final Duration SOON = Duration.ofSeconds(60);

  @TempDir Path temporary;

  @Test
  void whoeverMayOpenNoMoreIsToldSoAndLeaksNothing() {
    Tools.assumeWorks("prlimit", "--nofile=100", "true");
    List<String> wrapper = List.of("prlimit", "--nofile=100");
    try (ChildProcess child =
        ChildProcess.startUnder(wrapper, List.of(), Opener.class, temporary.toString())) {
      child.expectLine("full", SOON);
      for (String call : Opener.calls(null, null, null).keySet()) {
        assertEquals("EMFILE, left []", child.expectLine(call + ": ", SOON), call);
      }
      assertEquals("EMFILE, left []", child.expectLine("two received into one place: ", SOON));
      assertEquals("fine", child.expectLine("afterwards ", SOON));
    }
  }

  /** Opens descriptors until no more can be had, then tries everything that needs one. */
  static final class Opener {
    public static void main(String[] arguments) {
      try (Directory directory = Directory.open(Path.of(arguments[0]));
          Descriptor file = directory.createFile("file", 0600);
          Descriptor self = PidFd.open(Credentials.pid());
          UnixSocket listener = UnixSocket.listen(directory, "socket", 8);
          UnixSocket client = UnixSocket.connect(directory, "socket", 1000);
          UnixSocket server = listener.accept(1000)) {
        Map<String, Runnable> calls = calls(directory, file, self);
        // Once with room, so that all classes are loaded, which takes descriptors too.
        calls.values().forEach(Runnable::run);
        client.send(new byte[1], file.number(), file.number());
        Refused.with(Errno.EMSGSIZE, () -> server.receive(1, 1));
        attempt("warming up", () -> PidFd.open(-1), fill(3));
        directory.unlink("made");
        directory.unlink("listening");

        Deque<Descriptor> filler = fill(Integer.MAX_VALUE);
        System.out.println("full " + filler.size());
        calls.forEach((call, attempt) -> attempt(call, attempt, filler));
        filler.pop().close();
        client.send(new byte[1], file.number(), file.number());
        attempt("two received into one place", () -> server.receive(1, 2), filler);
        filler.forEach(Descriptor::close);
        calls.values().forEach(Runnable::run);
        System.out.println("afterwards fine");
      }
    }

    static Map<String, Runnable> calls(Directory directory, Descriptor file, Descriptor self) {
      Map<String, Runnable> calls = new LinkedHashMap<>();
      calls.put("memfd", () -> Memfd.create("x", Mapping.PAGE_SIZE).close());
      calls.put("eventfd", () -> EventFd.create().close());
      calls.put("epoll", () -> new Epoll().close());
      calls.put("inotify", () -> new Inotify(directory, Inotify.CREATE).close());
      calls.put("pidfd", () -> PidFd.open(Credentials.pid()).close());
      calls.put("pidfd_getfd", () -> PidFd.copyDescriptor(self, 0, "x").close());
      calls.put("duplicate", () -> file.duplicate().close());
      calls.put("reopen", () -> file.reopen().close());
      calls.put("directory", () -> Directory.open(directory.path()).close());
      calls.put("open", () -> directory.openFile("file", false).close());
      calls.put("create", () -> make(directory));
      calls.put("nameless", () -> directory.createNamelessFile(0600).close());
      calls.put("listen", () -> listen(directory));
      calls.put("connect", () -> UnixSocket.connect(directory, "socket", 1000).close());
      calls.put("startTime", () -> Credentials.startTime(Credentials.pid()));
      return calls;
    }

    private static Map<Integer, String> look(Deque<Descriptor> filler) {
      filler.pop().close();
      filler.pop().close(); // Listing a directory takes two.
      Map<Integer, String> open = OpenDescriptors.now();
      filler.push(EventFd.create().descriptor());
      filler.push(EventFd.create().descriptor());
      return open;
    }

    private static void make(Directory directory) {
      directory.createFile("made", 0600).close();
      directory.unlink("made");
    }

    private static void listen(Directory directory) {
      UnixSocket.listen(directory, "listening", 1).close();
      directory.unlink("listening");
    }

    private static Deque<Descriptor> fill(int most) {
      Deque<Descriptor> filler = new ArrayDeque<>();
      try {
        while (filler.size() < most) {
          filler.push(EventFd.create().descriptor());
        }
      } catch (SystemCallException full) {
        System.out.println(full.getMessage());
      }
      return filler;
    }

    /** Tries with the table as it is, and looks what was left with room for a look. */
    private static void attempt(String call, Runnable attempt, Deque<Descriptor> filler) {
      Map<Integer, String> before = look(filler);
      String outcome = "nothing";
      try {
        attempt.run();
      } catch (SystemCallException failure) {
        outcome = Errno.name(failure.errno());
      }
      Map<Integer, String> left = look(filler);
      left.entrySet().removeAll(before.entrySet());
      System.out.println(call + ": " + outcome + ", left " + left.entrySet());
    }
  }
}
