package io.millrace.discovery;

import io.millrace.discovery.codec.Answer;
import io.millrace.os.Descriptor;
import io.millrace.os.Directory;
import io.millrace.os.Epoll;
import io.millrace.os.EventFd;
import io.millrace.os.SystemCallException;
import io.millrace.os.UnixSocket;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.agrona.CloseHelper;
import org.agrona.ErrorHandler;

/**
 * The socket at which joiners ask for the descriptors of this process's services, and the daemon
 * thread that answers them.
 *
 * <p>No call of the thread blocks but the wait for something to do. A joiner has a second to ask;
 * when there are too many, the one that has been silent for longest goes. So nobody who connects
 * and is slow, silent or hostile keeps another one waiting.
 */
final class DescriptorServer implements AutoCloseable {
  private static final int BACKLOG = 128;
  private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(1);
  private static final int PAUSE_MILLIS = 50;
  private static final int SHARED_SOCKET = 0666;
  private static final long WAKE = 0;
  private static final long LISTENER = 1;

  private final Directory directory;
  private final String name;
  private final Descriptor alive;
  private final UnixSocket listener;
  private final Epoll epoll;
  private final EventFd wake;
  private final Map<Long, Offer> offers = new HashMap<>();
  private final Connections connections;
  private final ErrorHandler errors;
  private final Thread thread;
  private volatile boolean stopped;

  private record Offer(AccessRule access, Parcel parcel) {}

  private DescriptorServer(
      Directory directory,
      String name,
      Descriptor alive,
      UnixSocket listener,
      Epoll epoll,
      EventFd wake,
      RegistryOptions options) {
    this.directory = directory;
    this.name = name;
    this.alive = alive;
    this.listener = listener;
    this.epoll = epoll;
    this.wake = wake;
    this.connections = new Connections(epoll, options.connectionLimit(), PATIENCE_NANOS);
    this.errors = options.errorHandler();
    epoll.add(wake.descriptor().number(), Epoll.IN, WAKE);
    epoll.add(listener.descriptor().number(), Epoll.IN, LISTENER);
    thread = new Thread(this::run, "millrace-descriptor-server");
    thread.setDaemon(true);
    thread.start();
  }

  /**
   * Starts a server.
   *
   * @param directory where its two files go: the socket, and one whose lock tells that it lives
   * @param permissions of the latter
   * @param shared true if other users of the directory's group may connect
   * @param options how many joiners may be connected at once, and where errors go
   */
  static DescriptorServer start(
      Directory directory, int permissions, boolean shared, RegistryOptions options) {
    String name = HiddenNames.server(ThreadLocalRandom.current().nextLong());
    String socket = HiddenNames.socket(name);
    List<AutoCloseable> made = new ArrayList<>();
    DescriptorServer started = null;
    try (NewFile file = new NewFile(directory, permissions)) {
      if (!file.link(name)) {
        throw new DiscoveryException("server name " + name + " is taken: try again");
      }
      made.add(0, () -> directory.unlink(name));
      UnixSocket listener = kept(made, UnixSocket.listen(directory, socket, BACKLOG));
      made.add(0, () -> directory.unlink(socket));
      if (shared) {
        directory.setPermissions(socket, SHARED_SOCKET);
      }
      Epoll epoll = kept(made, new Epoll());
      EventFd wake = kept(made, EventFd.create());
      Descriptor alive = kept(made, file.take());
      started = new DescriptorServer(directory, name, alive, listener, epoll, wake, options);
      return started;
    } catch (SystemCallException failure) {
      throw Root.unwritable(directory, failure);
    } finally {
      if (started == null) {
        CloseHelper.closeAll(made);
      }
    }
  }

  private static <T extends AutoCloseable> T kept(List<AutoCloseable> made, T one) {
    made.add(0, one); // What was made last goes first.
    return one;
  }

  /** The name of the socket, for records. */
  String socket() {
    return HiddenNames.socket(name);
  }

  /** Starts to hand out the descriptors of a service. */
  void offer(long instance, AccessRule access, Parcel parcel) {
    synchronized (offers) {
      offers.put(instance, new Offer(access, parcel));
    }
  }

  /** Returns when the descriptors of the service are not being handed out any more. */
  void withdraw(long instance) {
    synchronized (offers) {
      offers.remove(instance);
    }
  }

  private void run() {
    try {
      while (!stopped) {
        int ready = epoll.await(connections.millisToNextDeadline());
        for (int i = 0; i < ready; i++) {
          handle(epoll.tag(i));
        }
        connections.closeExpired();
      }
    } finally {
      connections.closeAll();
    }
  }

  private void handle(long tag) {
    if (tag == LISTENER) {
      accept();
    } else if (tag != WAKE) {
      UnixSocket joiner = connections.remove(tag);
      if (joiner != null) {
        try (joiner) {
          serve(joiner);
        } catch (SystemCallException gone) {
          // It went away, sent what is no message, or does not read: nobody is left to be told.
          return;
        } catch (RuntimeException failure) {
          // Most likely from an access rule. The other services are still to be served.
          errors.onError(failure);
        }
      }
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
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(PAUSE_MILLIS));
    }
  }

  private void serve(UnixSocket joiner) {
    UnixSocket.Message message = joiner.receive(Requests.REQUEST_SIZE, 0);
    if (message == null) {
      return;
    }
    if (!Requests.isRequest(message.content())) {
      joiner.send(Requests.reply(Answer.MALFORMED));
      return;
    }
    UnixSocket.Peer peer = joiner.peer();
    // Under the lock, so that the parcel is not closed meanwhile.
    synchronized (offers) {
      Offer offer = offers.get(Requests.instance(message.content()));
      if (offer == null) {
        joiner.send(Requests.reply(Answer.UNKNOWN));
      } else if (!offer.access.allows(peer.uid(), peer.gid())) {
        joiner.send(Requests.reply(Answer.DENIED));
      } else {
        try (Descriptors content = offer.parcel.open()) {
          joiner.send(Requests.reply(Answer.GRANTED), content.numbers());
        }
      }
    }
  }

  /** Stops the thread and removes both files. */
  @Override
  public void close() {
    stopped = true;
    wake.signal();
    Threads.joinUninterruptibly(thread);
    listener.close();
    epoll.close();
    wake.close();
    directory.unlink(socket());
    directory.unlink(name);
    alive.close();
  }
}
