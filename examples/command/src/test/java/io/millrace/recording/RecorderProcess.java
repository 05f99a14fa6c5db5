package io.millrace.recording;

import io.millrace.discovery.Registry;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/**
 * Records names until it is killed. Arguments: the registry's directory, the recording's, names.
 */
final class RecorderProcess {
  private RecorderProcess() {}

  public static void main(String[] arguments) {
    RecorderOptions options =
        RecorderOptions.to(Path.of(arguments[1])).leaveFree(0).startingAtOldest();
    try (Registry registry = Registry.open(Path.of(arguments[0]));
        Recorder recorder = Recorder.open(registry, options)) {
      for (int i = 2; i < arguments.length; i++) {
        recorder.add(arguments[i]);
      }
      System.out.println("ready");
      while (true) {
        // One at a time, so that each step is followed by the next one of the same record.
        recorder.poll(1, TimeUnit.SECONDS.toNanos(1));
      }
    }
  }
}
