package io.millrace.perf.peer;

import io.aeron.archive.Archive;
import io.aeron.archive.ArchiveThreadingMode;
import io.aeron.driver.MediaDriver;
import io.aeron.driver.ThreadingMode;
import io.millrace.perf.harness.Parent;
import io.millrace.perf.harness.Role;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.agrona.concurrent.BackoffIdleStrategy;
import org.agrona.concurrent.IdleStrategy;

/** One of two hosts: a media driver, and an archive if that is asked for. */
public final class AeronHostRole implements Role {
  static final String ARCHIVES = "archives";
  private static final int PATIENCE_SECONDS = 60;

  @Override
  @SuppressWarnings("try") // What only has to be there.
  public void run(Parent parent) throws Exception {
    parent.say("here");
    parent.hear("open", PATIENCE_SECONDS);
    String host = parent.argument(TwoHosts.HOST);
    Path directory = Path.of(parent.argument("directory"), host);
    String driver = directory.resolve(AeronDriver.DIRECTORY).toString();
    MediaDriver.Context context =
        new MediaDriver.Context()
            .aeronDirectoryName(driver)
            .threadingMode(ThreadingMode.SHARED)
            .sharedIdleStrategy(idle())
            .dirDeleteOnShutdown(true);
    boolean archives = Boolean.parseBoolean(parent.argument(ARCHIVES));
    try (MediaDriver running = MediaDriver.launch(context);
        Archive archive = archives ? Archive.launch(archive(directory, driver, host)) : null) {
      parent.say("ready");
      parent.hear("end", (int) TimeUnit.DAYS.toSeconds(1));
    }
  }

  private static Archive.Context archive(Path directory, String driver, String host) {
    return new Archive.Context()
        .aeronDirectoryName(driver)
        .archiveDir(directory.resolve("archive").toFile())
        .controlChannel("aeron:udp?endpoint=" + TwoHosts.archive(host))
        .replicationChannel("aeron:udp?endpoint=localhost:0")
        .recordingEventsEnabled(false)
        .threadingMode(ArchiveThreadingMode.SHARED)
        .idleStrategySupplier(AeronHostRole::idle);
  }

  /** As the bridge's own drivers and archives idle. */
  private static IdleStrategy idle() {
    return new BackoffIdleStrategy(100, 10, 1_000, 100_000);
  }
}
