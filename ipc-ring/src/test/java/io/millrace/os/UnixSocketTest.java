package io.millrace.os;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.ClosedException;
import io.millrace.SystemCallException;
import io.millrace.testkit.ChildProcess;
import io.millrace.testkit.LeavesNothingOpen;
import io.millrace.testkit.OpenDescriptors;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

@ExtendWith(LeavesNothingOpen.class)
class UnixSocketTest {
  private static final Duration SOON = Duration.ofSeconds(60);
  private static final int LONG = 30_000;
  private static final int SHORT = 20;

  @TempDir Path temporary;
  private Directory directory;
  private UnixSocket listener;
  private UnixSocket client;
  private UnixSocket server;

  @BeforeEach
  void connect() {
    directory = Directory.open(temporary);
    listener = UnixSocket.listen(directory, "socket", 1);
    assertNull(listener.accept(LONG));
    client = UnixSocket.connect(directory, "socket", SHORT);
    server = listener.accept(SHORT);
  }

  @AfterEach
  void close() {
    server.close();
    client.close();
    listener.close();
    directory.close();
  }

  @Test
  void messagesKeepTheirBounds() {
    client.send(bytes("one"));
    client.send(bytes("second"));
    server.send(bytes("reply"));
    assertEquals("one", text(server.receive(100, 0)));
    assertEquals("second", text(server.receive(6, 0)));
    assertEquals("reply", text(client.receive(100, 0)));
  }

  @Test
  void descriptorsComeInOrderAndWork() {
    try (EventFd event = EventFd.create();
        Descriptor memfd = Memfd.create("sent", Mapping.PAGE_SIZE)) {
      client.send(bytes("both"), event.descriptor().number(), memfd.number());
      UnixSocket.Message message = server.receive(100, 2);
      assertEquals("both", text(message));
      try (EventFd received = EventFd.of(Descriptor.adopt(message.descriptors()[0], "received"));
          Descriptor memory = Descriptor.adopt(message.descriptors()[1], "received")) {
        event.signal();
        assertEquals(1, received.drain());
        assertTrue(memory.status().isSameFile(memfd.status()));
        assertTrue(Memfd.isSealed(memory));
      }
    }
  }

  @Test
  void aMessageCanBeLookedAtAgainAndAgainAlsoWhenItsSenderHasClosed() {
    UnixSocket[] pair = UnixSocket.pair("pair");
    try (UnixSocket waiting = pair[1];
        EventFd event = EventFd.create()) {
      Refused.with(Errno.EAGAIN, () -> UnixSocket.peek(waiting.descriptor(), 10, 1));
      pair[0].send(bytes("kept"), event.descriptor().number());
      pair[0].close();
      for (int i = 1; i < 4; i++) {
        UnixSocket.Message message = UnixSocket.peek(waiting.descriptor(), 10, 1);
        assertEquals("kept", text(message));
        try (EventFd copy = EventFd.of(Descriptor.adopt(message.descriptors()[0], "copy"))) {
          copy.signal();
        }
        assertEquals(1, event.drain());
      }
      OpenDescriptors.assertNoneLeftBy(
          () -> {
            Refused.with(Errno.EMSGSIZE, () -> UnixSocket.peek(waiting.descriptor(), 3, 1));
            Refused.with(Errno.EMSGSIZE, () -> UnixSocket.peek(waiting.descriptor(), 10, 0));
          });
      int notSocket = 88;
      Refused.with(notSocket, () -> UnixSocket.peek(event.descriptor(), 10, 1));
    }
  }

  @Test
  void asManyDescriptorsAsAllowedFitInOneMessage() {
    int[] numbers = new int[UnixSocket.MAX_DESCRIPTORS];
    Arrays.fill(numbers, directory.descriptor().number());
    client.send(bytes("many"), numbers);
    UnixSocket.Message message = server.receive(100, UnixSocket.MAX_DESCRIPTORS);
    assertEquals(UnixSocket.MAX_DESCRIPTORS, message.descriptors().length);
    for (int number : message.descriptors()) {
      try (Descriptor received = Descriptor.adopt(number, "received")) {
        assertTrue(received.status().isSameFile(directory.descriptor().status()));
      }
    }
    int[] tooMany = new int[UnixSocket.MAX_DESCRIPTORS + 1];
    assertThrows(IllegalArgumentException.class, () -> client.send(bytes("more"), tooMany));
  }

  @Test
  void aMessageAboveTheLimitFailsAndLeavesNothingOpen() {
    int[] sent = new int[3];
    Arrays.fill(sent, directory.descriptor().number());
    for (int count = 1; count <= sent.length; count++) {
      for (int allowed = 0; allowed <= count; allowed++) {
        client.send(bytes("four"), Arrays.copyOf(sent, count));
        int limit = allowed < count ? 100 : 3; // Either too many descriptors or too long.
        int descriptorLimit = allowed;
        OpenDescriptors.assertNoneLeftBy(
            () -> Refused.with(Errno.EMSGSIZE, () -> server.receive(limit, descriptorLimit)));
      }
    }
    client.send(bytes("next"));
    assertEquals("next", text(server.receive(4, 0)), "the connection goes on");
  }

  @Test
  void aMessageThatIsTooLargeForTheSocketOrEmptyIsNotSent() {
    Refused.with(Errno.EMSGSIZE, () -> client.send(new byte[64 << 20]));
    assertThrows(IllegalArgumentException.class, () -> client.send(new byte[0]));
    Refused.with(Errno.EBADF, () -> client.send(bytes("bad"), 987_654));
    Refused.with(Errno.EAGAIN, () -> server.receive(10, 0));
  }

  @Test
  void aPeerThatIsSilentOrDoesNotReadCostsTheTimeoutOnly() {
    Refused.with(Errno.EAGAIN, () -> client.receive(10, 0));
    byte[] bulk = new byte[100_000];
    Refused.with(
        Errno.EAGAIN,
        () -> {
          while (true) {
            client.send(bulk);
          }
        });
  }

  @Test
  void aConnectionThatMustNotBlockDoesNot() {
    assertNull(listener.acceptNonBlocking());
    try (UnixSocket other = UnixSocket.connect(directory, "socket", LONG);
        UnixSocket connection = listener.acceptNonBlocking()) {
      Refused.with(Errno.EAGAIN, () -> connection.receive(10, 0));
      other.send(bytes("now"));
      assertEquals("now", text(connection.receive(10, 0)));
    }
  }

  @Test
  void aPeerThatIsGoneIsToldFromAnError() {
    client.close();
    assertNull(server.receive(10, 1));
    Refused.with(Errno.EPIPE, () -> server.send(bytes("late")));
  }

  @Test
  void whatWasSentBeforeTheCloseStillArrives() {
    client.send(bytes("last"));
    client.close();
    assertEquals("last", text(server.receive(10, 1)));
    assertNull(server.receive(10, 1));
  }

  @Test
  void descriptorsThatNobodyFetchesAreClosedWithTheConnection() {
    try (Descriptor memfd = Memfd.create("lost", Mapping.PAGE_SIZE)) {
      Descriptor owner = memfd.reopen();
      assertTrue(OfdLock.tryLock(owner, 0));
      client.send(bytes("unread"), owner.number());
      owner.close();
      assertTrue(OfdLock.isHeldByAnother(memfd, 0), "it is under way");
      server.close();
      assertFalse(OfdLock.isHeldByAnother(memfd, 0));
    }
  }

  @Test
  void aListenerThatAcceptsNobodyCostsTheTimeoutOnly() {
    try (UnixSocket deaf = UnixSocket.listen(directory, "deaf", 0);
        UnixSocket waiting = UnixSocket.connect(directory, "deaf", SHORT)) {
      Refused.with(Errno.EAGAIN, () -> UnixSocket.connect(directory, "deaf", SHORT).close());
      assertTrue(waiting.descriptor().number() > 0);
      assertTrue(deaf.descriptor().number() > 0);
    }
  }

  @Test
  void whereNobodyListensTheConnectionIsRefused() {
    listener.close();
    SystemCallException failure =
        Refused.with(
            Errno.ECONNREFUSED, () -> UnixSocket.connect(directory, "socket", LONG).close());
    assertTrue(failure.getMessage().contains(temporary.resolve("socket").toString()));
    Refused.with(Errno.ENOENT, () -> UnixSocket.connect(directory, "absent", LONG).close());
    assertTrue(directory.unlink("socket"));
  }

  @Test
  void aTakenNameIsNotListenedOn() {
    Refused.with(Errno.EADDRINUSE, () -> UnixSocket.listen(directory, "socket", 1).close());
    UnixSocket.connect(directory, "socket", LONG).close();
  }

  @Test
  void theLengthOfTheDirectorysPathDoesNotMatter() throws IOException {
    Path deep = temporary;
    for (int i = 0; i < 5; i++) {
      deep = Files.createDirectory(deep.resolve("d".repeat(100)));
    }
    String name = "s".repeat(80);
    try (Directory far = Directory.open(deep);
        UnixSocket there = UnixSocket.listen(far, name, 1);
        UnixSocket one = UnixSocket.connect(far, name, LONG);
        UnixSocket other = there.accept(LONG)) {
      one.send(bytes("far"));
      assertEquals("far", text(other.receive(10, 0)));
      IllegalArgumentException refusal =
          assertThrows(
              IllegalArgumentException.class, () -> UnixSocket.listen(far, "s".repeat(100), 1));
      assertTrue(refusal.getMessage().contains("too long by "), refusal.getMessage());
    }
  }

  @Test
  void thePeerIsWhoTheKernelSays() {
    UnixSocket.Peer self =
        new UnixSocket.Peer(Credentials.pid(), Credentials.uid(), Credentials.gid());
    assertEquals(self, client.peer());
    assertEquals(self, server.peer());
    try (ChildProcess child = ChildProcess.start(Caller.class, temporary.toString());
        Epoll epoll = new Epoll()) {
      epoll.add(listener.descriptor().number(), Epoll.IN, 1);
      assertEquals(1, epoll.await(LONG));
      try (UnixSocket connection = listener.accept(LONG)) {
        assertEquals(child.pid(), connection.peer().pid());
        assertEquals(Credentials.uid(), connection.peer().uid());
        connection.send(bytes("hello"), directory.descriptor().number());
        assertEquals("hello", child.expectLine("received ", SOON));
        assertEquals(temporary.toString(), child.expectLine("with ", SOON));
        child.kill();
        assertNull(connection.receive(10, 0), "its death closes the connection");
      }
    }
  }

  @Test
  void aCallThatASignalInterruptsIsMadeAgain() {
    try (ChildProcess child = ChildProcess.start(Caller.class, temporary.toString());
        Epoll epoll = new Epoll()) {
      epoll.add(listener.descriptor().number(), Epoll.IN, 1);
      assertEquals(1, epoll.await(LONG));
      try (UnixSocket connection = listener.accept(LONG)) {
        child.expectLine("connected", SOON);
        for (int i = 0; i < 10; i++) { // A stop ends a receive with a timeout by EINTR.
          child.stop();
          child.resume();
        }
        connection.send(bytes("hello"), directory.descriptor().number());
        assertEquals("hello", child.expectLine("received ", SOON));
      }
    }
  }

  @Test
  void aTimeoutThatWouldMeanForEverIsRefused() {
    assertThrows(IllegalArgumentException.class, () -> UnixSocket.connect(directory, "socket", 0));
    UnixSocket waiting = UnixSocket.connect(directory, "socket", LONG);
    assertThrows(IllegalArgumentException.class, () -> listener.accept(-1));
    waiting.close();
  }

  @Test
  void aClosedSocketIsRefused() {
    client.close();
    listener.close();
    assertThrows(ClosedException.class, () -> client.send(bytes("x")));
    assertThrows(ClosedException.class, () -> client.receive(10, 1));
    assertThrows(ClosedException.class, client::peer);
    assertThrows(ClosedException.class, () -> listener.accept(LONG));
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  private static String text(UnixSocket.Message message) {
    return new String(message.content(), StandardCharsets.US_ASCII);
  }

  /** Connects, tells what it receives, and waits for more. */
  static final class Caller {
    public static void main(String[] arguments) {
      try (Directory directory = Directory.open(Path.of(arguments[0]));
          UnixSocket socket = UnixSocket.connect(directory, "socket", LONG)) {
        System.out.println("connected");
        UnixSocket.Message message = socket.receive(100, 1);
        try (Descriptor received = Descriptor.adopt(message.descriptors()[0], "received")) {
          System.out.println("received " + text(message));
          System.out.println("with " + received.target());
          socket.receive(100, 1);
        }
      }
    }
  }
}
