package io.millrace.discovery;

import io.millrace.discovery.codec.Answer;
import io.millrace.os.Directory;
import io.millrace.os.UnixSocket;

/** Asks a publisher for descriptors over its socket. */
final class SocketClient {
  private static final int PATIENCE_MILLIS = 2000;

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
   * @throws RefusedException with the second half of a sentence
   */
  static Descriptors receive(Directory directory, Service service) throws RefusedException {
    if (service.descriptors().isEmpty()) {
      return Descriptors.none();
    }
    try (UnixSocket socket = UnixSocket.connect(directory, service.socket(), PATIENCE_MILLIS)) {
      requirePublisher(socket, service);
      socket.send(Requests.request(service.instance()));
      UnixSocket.Message reply = socket.receive(Requests.REPLY_SIZE, UnixSocket.MAX_DESCRIPTORS);
      if (reply == null) {
        throw new RefusedException(
            "its publisher closed the connection, because too many others were connected, because"
                + " this process was stopped for too long, or because it has no descriptor left");
      }
      Descriptors received =
          Descriptors.adopt(reply.descriptors(), "descriptor of service " + service.name());
      try {
        requireGranted(Requests.answer(reply.content()));
        return received;
      } catch (RefusedException | RuntimeException | Error refusal) {
        received.close();
        throw refusal;
      }
    }
  }

  /**
   * Whoever listens there must be the user, and where that can be known the process, that
   * published.
   */
  private static void requirePublisher(UnixSocket socket, Service service) throws RefusedException {
    UnixSocket.Peer peer = socket.peer();
    boolean sameNamespace = service.pidNamespace() == Identity.self().pidNamespace();
    if (peer.uid() != service.uid() || sameNamespace && peer.pid() != service.pid()) {
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
