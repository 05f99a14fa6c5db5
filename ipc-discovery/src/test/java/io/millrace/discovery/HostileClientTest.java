package io.millrace.discovery;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.discovery.codec.Answer;
import io.millrace.os.Credentials;
import io.millrace.os.SystemCallException;
import io.millrace.os.UnixSocket;
import io.millrace.testkit.Eventually;
import io.millrace.testkit.OpenDescriptors;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Both ends of the socket, when the other end means ill. */
class HostileClientTest {
  private static final Duration DEADLINE = Duration.ofSeconds(30);
  private static final int PATIENCE_MILLIS = 20_000;

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

  private Registry forced(Transfer way) {
    return Registry.open(new RegistryOptions().root(root).transfer(way));
  }

  @Test
  void silentSlowAndHostileClientsKeepNobodyWaiting() throws Exception {
    registry.publish(liar.spec());
    String socket = registry.find("x").orElseThrow().socket();
    List<UnixSocket> clients = new ArrayList<>();
    try (Registry joiner = forced(Transfer.SOCKET)) {
      for (int i = 0; i < 200; i++) {
        clients.add(UnixSocket.connect(liar.directory, socket, 100));
      }
      joiner.acquire("x").close();
      for (int i = 150; i < 200; i++) {
        sendJunk(clients.get(i), i);
      }
      joiner.acquire("x").close();
      int[] many = new int[100];
      Arrays.fill(many, liar.memory.number());
      try (UnixSocket smuggler = UnixSocket.connect(liar.directory, socket, 100)) {
        smuggler.send(Requests.request(1), many);
      }
      joiner.acquire("x").close();
    } finally {
      clients.forEach(UnixSocket::close);
    }
    Eventually.await(
        "nothing smuggled in",
        DEADLINE,
        () ->
            OpenDescriptors.now().values().stream().filter(one -> one.contains("hostile")).count()
                == 1);
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
    assertSocketRefused("not its publisher", 1);
  }

  /** Its pid means nothing here, so only the user can be compared. */
  @Test
  void aSocketOfAnotherUserInAnotherPidNamespaceIsNotAsked() {
    String name = ".server.00000000000000ab.sock";
    try (UnixSocket silent = UnixSocket.listen(liar.directory, name, 1);
        Liar.Lie told = liar.tell(honest -> Liar.fromElsewhere(honest, 4711, name));
        Registry joiner = forced(Transfer.SOCKET)) {
      TransferException refusal = assertThrows(TransferException.class, () -> joiner.acquire("x"));
      assertTrue(refusal.getMessage().contains("not its publisher"), refusal.getMessage());
      assertTrue(silent.descriptor().number() != told.locked().number(), "both are open still");
    }
  }

  @Test
  void whenTooManyAreConnectedTheOneThatCameFirstGoesAndTheOthersDoAfterASecond() {
    RegistryOptions options = new RegistryOptions().root(root).connectionLimit(2);
    try (Registry publisher = Registry.open(options)) {
      String socket = publisher.publish(liar.spec()).service().socket();
      List<UnixSocket> clients = new ArrayList<>();
      try {
        long start = System.nanoTime();
        for (int i = 0; i < 3; i++) {
          clients.add(UnixSocket.connect(liar.directory, socket, PATIENCE_MILLIS));
        }
        // Nothing comes from a connection but its end.
        assertNull(clients.get(0).receive(Requests.REPLY_SIZE, 0));
        assertNull(clients.get(1).receive(Requests.REPLY_SIZE, 0));
        assertTrue(System.nanoTime() - start >= TimeUnit.SECONDS.toNanos(1), "the second as well");
        assertNull(clients.get(2).receive(Requests.REPLY_SIZE, 0));
      } finally {
        clients.forEach(UnixSocket::close);
      }
    }
  }

  @Test
  void whatIsWithdrawnIsNotOfferedAnyMore() {
    Publication other = registry.publish(liar.spec());
    Service service = other.service();
    for (Answer expected : List.of(Answer.GRANTED, Answer.UNKNOWN)) {
      try (UnixSocket client =
          UnixSocket.connect(liar.directory, service.socket(), PATIENCE_MILLIS)) {
        client.send(Requests.request(service.instance()));
        UnixSocket.Message reply = client.receive(Requests.REPLY_SIZE, 2);
        assertEquals(expected, Requests.answer(reply.content()));
        Descriptors.adopt(reply.descriptors(), "granted").close();
      }
      other.close();
    }
  }

  @Test
  void aPublisherWhoseSocketIsSilentIsGivenUpInTime() {
    assertSocketRefused("EAGAIN", Credentials.pid());
  }

  private void assertSocketRefused(String words, int pid) {
    String name = ".server.00000000000000aa.sock";
    try (UnixSocket silent = UnixSocket.listen(liar.directory, name, 1);
        Liar.Lie told = liar.tell(honest -> Liar.withSocket(honest, pid, name));
        Registry joiner = forced(Transfer.SOCKET)) {
      TransferException refusal = assertThrows(TransferException.class, () -> joiner.acquire("x"));
      assertTrue(refusal.getMessage().contains(words), refusal.getMessage());
      assertTrue(silent.descriptor().number() != told.locked().number(), "both are open still");
    }
  }
}
