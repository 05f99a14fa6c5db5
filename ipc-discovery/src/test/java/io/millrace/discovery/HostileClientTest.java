package io.millrace.discovery;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.SystemCallException;
import io.millrace.discovery.codec.Answer;
import io.millrace.discovery.model.Service;
import io.millrace.discovery.model.Transfer;
import io.millrace.discovery.model.TransferException;
import io.millrace.discovery.transfer.Descriptors;
import io.millrace.discovery.transfer.TransferMessages;
import io.millrace.os.Credentials;
import io.millrace.os.Errno;
import io.millrace.os.UnixSocket;
import io.millrace.testkit.ChildProcess;
import io.millrace.testkit.Eventually;
import io.millrace.testkit.OpenDescriptors;
import io.millrace.testkit.Signals;
import io.millrace.testkit.Tools;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Both ends of the socket, when the other end means ill. */
class HostileClientTest {
  private static final Duration DEADLINE = Duration.ofSeconds(60);
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
    return Registry.open(RegistryOptions.defaults().root(root).transfer(way));
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
        smuggler.send(TransferMessages.request(1), many);
      } catch (SystemCallException keptOut) {
        assertEquals(Errno.EPERM, keptOut.errno(), "as from Linux 6.16 on");
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

  /** The server would close them, the last one to do so; so it must not get any, or not care. */
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void aJoinerThatSendsWhatCannotBeClosedKeepsNobodyWaiting(boolean olderKernel) throws Exception {
    Strace.require();
    List<String> wrapper =
        olderKernel ? Tools.injecting("setsockopt", "error=ENOPROTOOPT") : List.of();
    try (ChildProcess publisher =
            ChildProcess.startUnder(wrapper, List.of(), PublishingProcess.class, root.toString());
        Registry joiner = forced(Transfer.SOCKET)) {
      publisher.expectLine("ready", DEADLINE);
      publisher.send("publish y");
      publisher.expectLine("published", DEADLINE);
      Service service = joiner.find("y").orElseThrow();
      List<LingeringSocket> lingering = new ArrayList<>();
      List<UnixSocket> clients = new ArrayList<>();
      try {
        for (int i = 0; i < 3; i++) {
          LingeringSocket one = new LingeringSocket();
          lingering.add(one);
          clients.add(UnixSocket.connect(liar.directory, service.socket(), PATIENCE_MILLIS));
          // Stopped meanwhile, or it could be faster and leave the last close to this process.
          stop(publisher);
          boolean smuggled = smuggle(clients.get(i), service, one);
          if (smuggled) {
            one.forget();
            Eventually.await("forgotten", DEADLINE, one::isForgotten);
          }
          publisher.resume();
        }
        for (int i = 0; i < 5; i++) {
          joiner.acquire("y").close();
        }
        publisher.send("withdraw y");
        publisher.expectLine("withdrawn", DEADLINE);
      } finally {
        clients.forEach(UnixSocket::close);
        for (LingeringSocket one : lingering) {
          one.close();
        }
      }
    }
  }

  /** A thread that is traced as well as stopped has a letter of its own. */
  private static void stop(ChildProcess child) {
    Signals.send("STOP", child.pid());
    Eventually.await(
        "stopped",
        DEADLINE,
        () -> Signals.states(child.pid()).stream().allMatch("T"::equalsIgnoreCase));
  }

  private static boolean smuggle(UnixSocket client, Service service, LingeringSocket lingering) {
    try {
      client.send(TransferMessages.request(service.instance()), lingering.number());
      return true;
    } catch (SystemCallException keptOut) {
      assertEquals(Errno.EPERM, keptOut.errno());
      return false;
    }
  }

  @Test
  void aPublisherThatSendsWhatCannotBeClosedDoesNotHoldUpItsJoiner() throws Exception {
    String name = ".server.00000000000000ac.sock";
    List<String> overSocket = List.of("env", "MILLRACE_TRANSFER=socket");
    try (LingeringSocket lingering = new LingeringSocket();
        UnixSocket listener = UnixSocket.listen(liar.directory, name, 1);
        Liar.Lie told = liar.tell(honest -> Liar.withSocket(honest, Credentials.pid(), name));
        ChildProcess joiner =
            ChildProcess.startUnder(
                overSocket, List.of(), PublishingProcess.class, root.toString())) {
      joiner.expectLine("ready", DEADLINE);
      joiner.send("join x");
      UnixSocket[] accepted = new UnixSocket[1];
      Eventually.await(
          "the joiner", DEADLINE, () -> (accepted[0] = listener.accept(PATIENCE_MILLIS)) != null);
      try (UnixSocket asking = accepted[0]) {
        asking.receive(TransferMessages.REQUEST_SIZE, 0);
        stop(joiner);
        int event = liar.event.descriptor().number();
        asking.send(TransferMessages.reply(Answer.GRANTED), lingering.number(), event);
        lingering.forget();
        Eventually.await("forgotten", DEADLINE, lingering::isForgotten);
      }
      joiner.resume();
      joiner.expectLine("failed TransferException", DEADLINE);
      assertTrue(told.locked().number() >= 0);
    }
  }

  /** Two seconds in all, not for each step. */
  @Test
  void whatAStoppedPublisherCostsIsBounded() {
    String name = ".server.00000000000000ad.sock";
    try (UnixSocket listener = UnixSocket.listen(liar.directory, name, 0);
        UnixSocket filling = UnixSocket.connect(liar.directory, name, PATIENCE_MILLIS);
        Liar.Lie told = liar.tell(honest -> Liar.withSocket(honest, Credentials.pid(), name));
        Registry joiner = forced(Transfer.SOCKET)) {
      TransferException refusal = assertThrows(TransferException.class, () -> joiner.acquire("x"));
      assertTrue(refusal.getMessage().contains("resume or kill"), refusal.getMessage());
      assertTrue(
          listener.descriptor().number() != filling.descriptor().number()
              && told.locked().number() >= 0,
          "all are open still");
    }
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

  /** Its pid means nothing here, so only the user can be compared: the one whose the record is. */
  @Test
  void aSocketOfAnotherUserInAnotherPidNamespaceIsNotAsked() throws Exception {
    Assumptions.assumeTrue(Credentials.uid() == 0, "only the superuser can give a file away");
    String name = ".server.00000000000000ab.sock";
    try (UnixSocket silent = UnixSocket.listen(liar.directory, name, 1);
        Liar.Lie told = liar.tell(honest -> Liar.fromElsewhere(honest, Credentials.uid(), name));
        Registry joiner = forced(Transfer.SOCKET)) {
      Files.setAttribute(root.resolve("x"), "unix:uid", 4711);
      TransferException refusal = assertThrows(TransferException.class, () -> joiner.acquire("x"));
      assertTrue(refusal.getMessage().contains("not its publisher"), refusal.getMessage());
      assertTrue(silent.descriptor().number() != told.locked().number(), "both are open still");
    }
  }

  @Test
  void whenTooManyAreConnectedTheOneThatCameFirstGoesAndTheOthersDoAfterASecond() {
    RegistryOptions options = RegistryOptions.defaults().root(root).connectionLimit(2);
    try (Registry publisher = Registry.open(options)) {
      String socket = publisher.publish(liar.spec()).service().socket();
      List<UnixSocket> clients = new ArrayList<>();
      try {
        long start = System.nanoTime();
        for (int i = 0; i < 3; i++) {
          clients.add(UnixSocket.connect(liar.directory, socket, PATIENCE_MILLIS));
        }
        // Nothing comes from a connection but its end.
        assertNull(clients.get(0).receive(TransferMessages.REPLY_SIZE, 0));
        assertNull(clients.get(1).receive(TransferMessages.REPLY_SIZE, 0));
        assertTrue(System.nanoTime() - start >= TimeUnit.SECONDS.toNanos(1), "the second as well");
        assertNull(clients.get(2).receive(TransferMessages.REPLY_SIZE, 0));
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
        client.send(TransferMessages.request(service.instance()));
        UnixSocket.Message reply = client.receive(TransferMessages.REPLY_SIZE, 2);
        assertEquals(expected, TransferMessages.answer(reply.content()));
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
