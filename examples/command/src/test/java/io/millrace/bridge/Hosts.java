package io.millrace.bridge;

import io.millrace.discovery.Registry;
import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.nio.file.Path;

/** Two registries that stand for two hosts, and what is between them. */
final class Hosts implements AutoCloseable {
  final Path folder;
  final Registry near;
  final Registry far;
  final String channel;
  final String archive;

  Hosts(Path folder) throws IOException {
    this.folder = folder;
    near = Registry.open(folder.resolve("near"));
    far = Registry.open(folder.resolve("far"));
    channel = "aeron:udp?endpoint=127.0.0.1:" + freePort() + "|term-length=256k";
    archive = "127.0.0.1:" + freePort();
  }

  private static int freePort() throws IOException {
    try (DatagramSocket socket = new DatagramSocket(0, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  BridgeSenderOptions sending() {
    return sending(folder, channel, archive);
  }

  BridgeReceiverOptions receiving() {
    return receiving(folder, channel, archive);
  }

  static BridgeSenderOptions sending(Path folder, String channel, String archive) {
    return BridgeSenderOptions.to(channel, folder.resolve("archive"), archive)
        .driver(folder.resolve("driver-near"))
        .startingAtOldest();
  }

  static BridgeReceiverOptions receiving(Path folder, String channel, String archive) {
    return BridgeReceiverOptions.listen(
            channel, archive, System.getProperty("host", "127.0.0.1"), folder.resolve("received"))
        .driver(folder.resolve("driver-far"))
        .capacity(1 << 16);
  }

  /** Two receivers of one sender, by Aeron's multi-destination-cast. */
  static final class Many {
    private final Hosts hosts;
    private final Path folder;
    private final String control = "control=127.0.0.1:" + freePort() + "|control-mode=dynamic";

    Many(Hosts hosts, Path folder) throws IOException {
      this.hosts = hosts;
      this.folder = folder;
    }

    BridgeSenderOptions sending() {
      return Hosts.sending(folder, "aeron:udp?term-length=64k|" + control, hosts.archive);
    }

    BridgeReceiverOptions receiving(int number) throws IOException {
      Path own = folder.resolve("receiver-" + number);
      String channel = "aeron:udp?endpoint=127.0.0.1:" + freePort() + "|" + control;
      return Hosts.receiving(own, channel, hosts.archive);
    }
  }

  @Override
  public void close() {
    near.close();
    far.close();
  }
}
