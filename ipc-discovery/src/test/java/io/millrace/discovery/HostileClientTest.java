package io.millrace.discovery;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

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
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Both ends of the socket, when the other end means ill. */
class HostileClientTest {
  private static final Duration DEADLINE = Duration.ofSeconds(30);

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
