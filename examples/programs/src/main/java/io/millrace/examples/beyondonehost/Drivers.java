package io.millrace.examples.beyondonehost;

import io.aeron.Aeron;
import io.aeron.driver.MediaDriver;
import io.aeron.driver.ThreadingMode;
import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.nio.file.Path;

/** Each side has an Aeron media driver of its own, in its process. */
final class Drivers {
  private Drivers() {}

  /** Starts one in a folder that the one of a killed process does not use. */
  static MediaDriver launch(String folder) {
    Path own = Path.of(folder, "aeron-" + ProcessHandle.current().pid());
    return MediaDriver.launch(
        new MediaDriver.Context()
            .aeronDirectoryName(own.toString())
            .threadingMode(ThreadingMode.SHARED)
            .dirDeleteOnShutdown(true));
  }

  static Aeron connect(MediaDriver driver) {
    return Aeron.connect(new Aeron.Context().aeronDirectoryName(driver.aeronDirectoryName()));
  }

  /** A port that nobody uses now. */
  static int freePort() throws IOException {
    try (DatagramSocket socket = new DatagramSocket(0, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }
}
