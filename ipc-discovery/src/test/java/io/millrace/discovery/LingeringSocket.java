package io.millrace.discovery;

import io.millrace.testkit.Eventually;
import io.millrace.testkit.OpenDescriptors;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.Map;

/**
 * A TCP socket whose last close takes an hour, because what was written to it is not taken at the
 * other end; it is over at once when this is closed.
 */
final class LingeringSocket implements AutoCloseable {
  private static final int LINGER_SECONDS = 3600;

  private final ServerSocketChannel server;
  private final SocketChannel socket;
  private final SocketChannel other;
  private final int number;
  private Thread forgetting = new Thread();

  LingeringSocket() throws IOException {
    server = ServerSocketChannel.open();
    server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    Map<Integer, String> before = OpenDescriptors.now();
    socket = SocketChannel.open();
    number =
        OpenDescriptors.now().keySet().stream()
            .filter(open -> !before.containsKey(open))
            .findFirst()
            .orElseThrow();
    socket.connect(server.getLocalAddress());
    other = server.accept();
    socket.setOption(StandardSocketOptions.SO_LINGER, LINGER_SECONDS);
    socket.configureBlocking(false);
    ByteBuffer much = ByteBuffer.allocate(1 << 16);
    while (socket.write(much) > 0) {
      much.clear();
    }
  }

  int number() {
    return number;
  }

  /**
   * Gives up this process's own descriptor; the process that closes the last one lingers. That may
   * be this process, if the other one has been faster, so a thread does it.
   */
  void forget() {
    forgetting = new Thread(this::closeSocket, "forgetting");
    forgetting.start();
  }

  /** Tells whether this process has no part in it any more. */
  boolean isForgotten() {
    return !forgetting.isAlive();
  }

  private void closeSocket() {
    try {
      socket.close();
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  @Override
  public void close() throws IOException {
    other.setOption(StandardSocketOptions.SO_LINGER, 0);
    other.close();
    socket.close();
    Eventually.await("forgotten", Duration.ofSeconds(60), this::isForgotten);
    server.close();
  }
}
