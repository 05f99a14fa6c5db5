package io.millrace.perf.peer;

import io.aeron.driver.MediaDriver;
import io.aeron.driver.ThreadingMode;
import io.millrace.perf.harness.Parent;
import io.millrace.perf.harness.Role;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/** Aeron's media driver, in a process of its own. */
public final class AeronDriver implements Role {
  static final String DIRECTORY = "aeron";

  @Override
  public void run(Parent parent) throws Exception {
    MediaDriver.Context context =
        new MediaDriver.Context()
            .aeronDirectoryName(Path.of(parent.argument("directory"), DIRECTORY).toString())
            .threadingMode(ThreadingMode.SHARED)
            .dirDeleteOnStart(true)
            .dirDeleteOnShutdown(true);
    try (MediaDriver driver = MediaDriver.launch(context)) {
      parent.say("ready", driver.aeronDirectoryName());
      parent.hear("end", (int) TimeUnit.DAYS.toSeconds(1));
    }
  }
}
