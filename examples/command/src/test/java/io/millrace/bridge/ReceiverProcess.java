package io.millrace.bridge;

import io.millrace.discovery.Registry;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/** Receives until it is killed. Arguments: the folder, the channel, the archive. */
final class ReceiverProcess {
  private ReceiverProcess() {}

  public static void main(String[] arguments) {
    Path folder = Path.of(arguments[0]);
    try (Registry registry = Registry.open(folder.resolve("far"));
        BridgeReceiver receiver =
            BridgeReceiver.open(
                registry,
                Hosts.receiving(folder, arguments[1], arguments[2]).listener(new News()))) {
      System.out.println("ready");
      while (true) {
        receiver.poll(Integer.getInteger("batch", 50), TimeUnit.SECONDS.toNanos(1));
      }
    }
  }

  private static final class News implements BridgeListener {
    @Override
    public void onLive() {
      System.out.println("live");
    }

    @Override
    public void onBehind(String why) {
      System.out.println("behind");
    }
  }
}
