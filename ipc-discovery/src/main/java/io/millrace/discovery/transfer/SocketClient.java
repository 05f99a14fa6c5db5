package io.millrace.discovery.transfer;

import io.millrace.discovery.codec.Answer;
import io.millrace.discovery.life.Guests;
import io.millrace.discovery.model.Service;
import io.millrace.discovery.record.Identity;
import io.millrace.os.CallResult;
import io.millrace.os.Deadline;
import io.millrace.os.Directory;
import io.millrace.os.Errno;
import io.millrace.os.Patience;
import io.millrace.os.UnixSocket;
import io.millrace.os.UserNamespace;
import java.time.Duration;

/** Asks a publisher for descriptors over its socket. */
final class SocketClient {
  private SocketClient() {}

  /** The publisher said no, or something is wrong with it. */
  static final class RefusedException extends Exception {
    private static final long serialVersionUID = 1L;

    RefusedException(String message) {
      super(message);
    }
  }

  /**
   * Receives all descriptors of a service.
   *
   * @param owner whose the record is, in this process's user namespace
   * @param guests whose close ends it
   * @param deadline until when all of it may take
   * @throws RefusedException with the second half of a sentence
   */
  static Descriptors receive(
      Directory directory, Service service, int owner, Guests guests, long deadline)
      throws RefusedException {
    if (service.descriptors().isEmpty()) {
      return Descriptors.none();
    }
    try (UnixSocket socket = connect(directory, service, guests, deadline)) {
      requirePublisher(socket, service, owner);
      socket.send(TransferMessages.request(service.instance()));
      awaitReply(socket, guests, deadline);
      UnixSocket.Message reply =
          socket.receive(TransferMessages.REPLY_SIZE, UnixSocket.MAX_DESCRIPTORS);
      if (reply == null) {
        throw new RefusedException(
            "its publisher closed the connection, because too many others were connected, because"
                + " this process was stopped for too long, or because it has no descriptor left");
      }
      Descriptors received =
          Descriptors.adopt(reply.descriptors(), "descriptor of service " + service.name());
      try {
        requireGranted(TransferMessages.answer(reply.content()));
        return received;
      } catch (RefusedException | RuntimeException | Error refusal) {
        received.refuse(deadline);
        throw refusal;
      }
    }
  }

  private static UnixSocket connect(
      Directory directory, Service service, Guests guests, long deadline) {
    Patience patience = Patience.of(Duration.ofNanos(Deadline.nanosLeft(deadline)));
    while (true) {
      guests.requireOpen();
      UnixSocket socket = UnixSocket.tryConnect(directory, service.socket());
      if (socket != null) {
        return socket;
      }
      if (!patience.pause()) {
        throw CallResult.failure("connect", Errno.EAGAIN, service.socket());
      }
    }
  }

  /** An interrupt does not end it and is kept. */
  private static void awaitReply(UnixSocket socket, Guests guests, long deadline) {
    Guests.Wait wait = guests.waiting(socket::endConnection);
    boolean interrupted = false;
    try {
      while (!socket.awaitMessage(Deadline.millisLeft(deadline))) {
        if (Deadline.hasPassed(deadline)) {
          throw CallResult.failure("poll", Errno.EAGAIN, socket.toString());
        }
        interrupted |= Thread.interrupted();
      }
    } finally {
      wait.close();
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /**
   * The listener there must be the user, and where that can be known the process, that published.
   * The number of the user in the record is one of the publisher's user namespace, so the owners of
   * the record and of the socket are compared, both as this process sees them.
   */
  private static void requirePublisher(UnixSocket socket, Service service, int owner)
      throws RefusedException {
    UnixSocket.Peer peer = socket.peer();
    if (!UserNamespace.isKnown(owner) || !UserNamespace.isKnown(peer.uid())) {
      throw new RefusedException(
          "its publisher's user has no number in this process's user namespace (uid_map "
              + UserNamespace.map()
              + "), so nobody can tell whether its socket is its own: map that user, or run both in"
              + " one user namespace");
    }
    boolean sameNamespace = service.pidNamespace() == Identity.self().pidNamespace();
    if (peer.uid() != owner || sameNamespace && peer.pid() != service.pid()) {
      throw new RefusedException(
          "its socket belongs to process "
              + peer.pid()
              + " of uid "
              + peer.uid()
              + ", which is not its publisher");
    }
  }

  private static void requireGranted(Answer answer) throws RefusedException {
    switch (answer) {
      case GRANTED:
        return;
      case DENIED:
        throw new RefusedException("its publisher's access rule does not allow this user");
      case UNKNOWN:
        throw new RefusedException("its publisher does not offer them any more");
      default:
        throw new RefusedException("its publisher's answer makes no sense");
    }
  }
}
