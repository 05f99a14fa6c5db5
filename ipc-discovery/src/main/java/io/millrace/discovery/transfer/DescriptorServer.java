package io.millrace.discovery.transfer;

import io.millrace.SystemCallException;
import io.millrace.discovery.codec.Answer;
import io.millrace.discovery.life.Callbacks;
import io.millrace.discovery.life.SpareThreads;
import io.millrace.discovery.model.AccessRule;
import io.millrace.discovery.model.DiscoveryException;
import io.millrace.discovery.record.NewFiles;
import io.millrace.discovery.root.HiddenNames;
import io.millrace.discovery.root.Root;
import io.millrace.os.Closing;
import io.millrace.os.Deadline;
import io.millrace.os.Descriptor;
import io.millrace.os.Directory;
import io.millrace.os.EndOfProcess;
import io.millrace.os.Epoll;
import io.millrace.os.EventFd;
import io.millrace.os.NewFile;
import io.millrace.os.UnixSocket;
import io.millrace.os.UserNamespace;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * The socket at which joiners ask for the descriptors of this process's services, and the daemon
 * thread that answers them.
 *
 * <p>No call of the thread blocks but the wait for something to do. A joiner has a second to ask;
 * when there are too many, the one that has been silent for longest goes. A joiner can send no
 * descriptors, whose last close would be here; where the kernel cannot keep them out, spare threads
 * receive and close. So nobody who connects and is slow, silent or hostile keeps another one
 * waiting.
 *
 * <p>Closing it waits for nobody, so that an access rule may do it as well: the thread closes what
 * it uses when it ends.
 */
public final class DescriptorServer implements AutoCloseable {
  private static final int BACKLOG = 128;
  private static final Duration PATIENCE = Duration.ofSeconds(1);
  private static final int PAUSE_MILLIS = 50;
  private static final int SHARED_SOCKET = 0666;
  private static final int PRIVATE_SOCKET = 0600;
  private static final long WAKE = 0;
  private static final long LISTENER = 1;

  private final Directory directory;
  private final String name;
  private final Descriptor alive;
  private final UnixSocket listener;
  private final Epoll epoll;
  private final EventFd wake;
  private final Map<Long, Offer> offers = new HashMap<>();
  private final Object asking = new Object();
  private final Connections connections;
  private final Callbacks callbacks;
  private final Executor touching;
  private final Thread thread;
  private final EndOfProcess.Action atEnd;
  private volatile boolean stopped;

  private record Offer(AccessRule access, DescriptorBundle bundle) {}

  private DescriptorServer(
      Directory directory,
      String name,
      Descriptor alive,
      UnixSocket listener,
      Epoll epoll,
      EventFd wake,
      int connectionLimit,
      Callbacks callbacks) {
    this.directory = directory;
    this.name = name;
    this.alive = alive;
    this.listener = listener;
    this.epoll = epoll;
    this.wake = wake;
    this.touching = listener.refuseDescriptors() ? Runnable::run : SpareThreads.executor();
    this.connections =
        new Connections(
            epoll, connectionLimit, PATIENCE, joiner -> touching.execute(joiner::close));
    this.callbacks = callbacks;
    epoll.add(wake.descriptor().number(), Epoll.IN, WAKE);
    epoll.add(listener.descriptor().number(), Epoll.IN, LISTENER);
    thread = new Thread(this::run, "millrace-descriptor-server");
    thread.setDaemon(true);
    atEnd = EndOfProcess.action(this::removeFiles);
  }

  /**
   * Starts a server.
   *
   * @param directory where its two files go: the socket, and one whose lock tells that it lives
   * @param permissions of the latter
   * @param shared true if other users of the directory's group may connect
   * @param connectionLimit how many joiners may be connected at once
   * @param callbacks what asks the access rules, and is told of errors
   */
  public static DescriptorServer start(
      Directory directory,
      int permissions,
      boolean shared,
      int connectionLimit,
      Callbacks callbacks) {
    String name = HiddenNames.server(ThreadLocalRandom.current().nextLong());
    String socket = HiddenNames.socket(name);
    List<AutoCloseable> made = new ArrayList<>();
    boolean isRunning = false;
    try (NewFile file = NewFiles.in(directory, permissions)) {
      if (!file.link(name)) {
        throw new DiscoveryException("server name " + name + " is taken: try again");
      }
      made.add(0, () -> directory.unlink(name));
      UnixSocket listener = kept(made, UnixSocket.listen(directory, socket, BACKLOG));
      made.add(0, () -> directory.unlink(socket));
      // Whatever the umask has left of them.
      directory.setPermissions(socket, shared ? SHARED_SOCKET : PRIVATE_SOCKET);
      Epoll epoll = kept(made, new Epoll());
      EventFd wake = kept(made, EventFd.create());
      Descriptor alive = kept(made, file.take());
      DescriptorServer server =
          new DescriptorServer(
              directory, name, alive, listener, epoll, wake, connectionLimit, callbacks);
      server.thread.start();
      isRunning = true; // From now on it closes what it uses.
      server.endWithProcess();
      return server;
    } catch (SystemCallException failure) {
      throw Root.unwritable(directory, failure);
    } finally {
      if (!isRunning) {
        Closing.closeAll(made);
      }
    }
  }

  private void endWithProcess() {
    try {
      atEnd.add();
    } catch (RuntimeException | Error failure) {
      Closing.closeAfter(failure, this);
      throw failure;
    }
  }

  private static <T extends AutoCloseable> T kept(List<AutoCloseable> made, T one) {
    made.add(0, one); // What was made last goes first.
    return one;
  }

  /** The name of the socket, for records. */
  public String socket() {
    return HiddenNames.socket(name);
  }

  /** Starts to hand out the descriptors of a service. */
  public void offer(long instance, AccessRule access, DescriptorBundle bundle) {
    synchronized (offers) {
      offers.put(instance, new Offer(access, bundle));
    }
  }

  /** Returns when the descriptors of the service are not being handed out any more. */
  public void withdraw(long instance) {
    synchronized (offers) {
      offers.remove(instance);
    }
  }

  private void run() {
    while (!stopped) {
      try {
        work();
      } catch (RuntimeException | Error failure) {
        // Perhaps there was no memory or thread. There are others to be served; whatever it
        // was may still be so, therefore not at once.
        callbacks.report(failure);
        pause();
      }
    }
    callbacks.run(this::release);
  }

  private void work() {
    int ready = epoll.await(Deadline.millisLeft(connections.nextDeadline()));
    for (int i = 0; i < ready && !stopped; i++) {
      handle(epoll.tag(i));
    }
    connections.closeExpired();
  }

  private static void pause() {
    LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(PAUSE_MILLIS));
  }

  private void handle(long tag) {
    if (tag == LISTENER) {
      accept();
    } else if (tag != WAKE) {
      UnixSocket joiner = connections.remove(tag);
      if (joiner != null) {
        boolean handed = false;
        try {
          touching.execute(() -> serveAndClose(joiner));
          handed = true;
        } finally {
          if (!handed) {
            joiner.close();
          }
        }
      }
    }
  }

  private void serveAndClose(UnixSocket joiner) {
    try (joiner) {
      serve(joiner);
    } catch (SystemCallException gone) {
      // It went away, sent what is no message, or does not read: nobody is left to be told.
      return;
    } catch (RuntimeException | Error failure) {
      callbacks.report(failure);
    } finally {
      // It may be the server's own thread: what a rule has left behind must not end its pauses.
      Thread.interrupted();
    }
  }

  private void accept() {
    try {
      UnixSocket joiner = listener.acceptNonBlocking();
      if (joiner != null) {
        connections.add(joiner);
      }
    } catch (SystemCallException failure) {
      // Most likely out of descriptors. The listener stays ready, so do not look again at once:
      // room comes when a connection expires or the application closes something.
      connections.closeOldest();
      pause();
    }
  }

  private void serve(UnixSocket joiner) {
    UnixSocket.Message message = joiner.receive(TransferMessages.REQUEST_SIZE, 0);
    if (message == null) {
      return;
    }
    if (!TransferMessages.isRequest(message.content())) {
      joiner.send(TransferMessages.reply(Answer.MALFORMED));
      return;
    }
    long instance = TransferMessages.instance(message.content());
    Offer offer = offerOf(instance);
    if (offer == null) {
      joiner.send(TransferMessages.reply(Answer.UNKNOWN));
    } else if (!isAllowed(offer, joiner.peer())) {
      joiner.send(TransferMessages.reply(Answer.DENIED));
    } else {
      grant(joiner, instance);
    }
  }

  private Offer offerOf(long instance) {
    synchronized (offers) {
      return offers.get(instance);
    }
  }

  /**
   * One at a time, and without the lock: a rule that takes long must not hold up a withdrawal. One
   * that throws allows nothing.
   */
  private boolean isAllowed(Offer offer, UnixSocket.Peer peer) {
    if (!UserNamespace.isKnown(peer.uid())) {
      return false; // Its number stands for many users, and a rule knows one by that number.
    }
    synchronized (asking) {
      return callbacks.ask(() -> offer.access.allows(peer.uid(), peer.gid()));
    }
  }

  private void grant(UnixSocket joiner, long instance) {
    // Under the lock, so that the bundle is not closed meanwhile.
    synchronized (offers) {
      Offer offer = offers.get(instance);
      if (offer == null) {
        joiner.send(TransferMessages.reply(Answer.UNKNOWN));
        return;
      }
      try (Descriptors content = offer.bundle.open()) {
        joiner.send(TransferMessages.reply(Answer.GRANTED), content.numbers());
      }
    }
  }

  /** Their names are never used again, so this may be done more than once. */
  private synchronized void removeFiles() {
    if (!alive.isClosed()) {
      Closing.closeAll(() -> directory.unlink(socket()), () -> directory.unlink(name));
    }
  }

  /** Removes both files and lets the thread end; it need not have ended when this returns. */
  @Override
  public synchronized void close() {
    stopped = true;
    Closing.closeAll(atEnd::cancel, this::removeFiles, alive, this::wake);
  }

  private void wake() {
    synchronized (wake) {
      if (!wake.isClosed()) {
        wake.signal();
      }
    }
  }

  /** By the thread that has used it, at its end. */
  private void release() {
    Closing.closeAll(
        connections::closeAll,
        () -> touching.execute(listener::close),
        epoll,
        () -> {
          synchronized (wake) {
            wake.close();
          }
        });
  }
}
