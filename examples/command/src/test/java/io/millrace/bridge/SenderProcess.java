package io.millrace.bridge;

import io.millrace.discovery.Registry;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/** Sends until it is killed. Arguments: the folder, the channel, the archive, names. */
final class SenderProcess {
  private SenderProcess() {}

  public static void main(String[] arguments) {
    Path folder = Path.of(arguments[0]);
    try (Registry registry = Registry.open(folder.resolve("near"));
        BridgeSender sender =
            BridgeSender.open(registry, Hosts.sending(folder, arguments[1], arguments[2]))) {
      for (int i = 3; i < arguments.length; i++) {
        sender.add(arguments[i]);
      }
      System.out.println("ready");
      while (true) {
        sender.poll(Integer.getInteger("batch", 50), TimeUnit.SECONDS.toNanos(1));
      }
    }
  }
}
