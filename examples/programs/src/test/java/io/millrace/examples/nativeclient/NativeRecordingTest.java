package io.millrace.examples.nativeclient;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.millrace.discovery.Publication;
import io.millrace.discovery.Registry;
import io.millrace.discovery.model.Capabilities;
import io.millrace.recording.Player;
import io.millrace.recording.PlayerOptions;
import io.millrace.recording.Recorder;
import io.millrace.recording.RecorderOptions;
import io.millrace.ring.Consumer;
import io.millrace.ring.GroupOptions;
import io.millrace.ring.Ring;
import io.millrace.ring.RingOptions;
import io.millrace.testkit.Eventually;
import io.millrace.testkit.Tools;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.agrona.DirectBuffer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a program in C has produced is kept and played again as it is. */
@SuppressWarnings("try") // What is only there for others to meet.
class NativeRecordingTest {
  private static final Duration DEADLINE = Duration.ofSeconds(60);
  private static final int COUNT = 1000;

  @TempDir private Path root;
  @TempDir private Path files;

  @BeforeAll
  static void tellWhereTheSourcesAre() {
    System.setProperty("millrace.home", Path.of("../..").toAbsolutePath().normalize().toString());
  }

  @AfterAll
  static void forget() {
    System.clearProperty("millrace.home");
  }

  private static String line(int type, DirectBuffer buffer, int offset, int length) {
    byte[] bytes = new byte[length];
    buffer.getBytes(offset, bytes);
    return type + " " + HexFormat.of().formatHex(bytes);
  }

  private static List<String> expected() {
    List<String> lines = new ArrayList<>();
    for (int i = 0; i < COUNT; i++) {
      lines.add(String.format("1 %02x%02x000000000000", i & 0xff, i >> 8));
    }
    return lines;
  }

  @Test
  void recordsOfAProgramInCAreRecordedAndPlayedByteForByte() throws Exception {
    if (System.getenv("CI") == null) { // There gcc must be.
      Tools.assumeWorks("gcc", "--version");
    }
    Path day = files.resolve("day");
    RingOptions small = RingOptions.capacity(1 << 16);
    try (Registry registry = Registry.open(root)) {
      try (Ring ring = Ring.create(small);
          Publication published = registry.publish("native", ring, Capabilities.none());
          Recorder recorder = Recorder.open(registry, RecorderOptions.to(day).leaveFree(0));
          ClientProgram client = ClientProgram.compile(root, "native")) {
        recorder.add("native");
        Process producer = client.start("produce", COUNT);
        Eventually.await(
            "recorded",
            DEADLINE,
            () -> {
              recorder.poll(COUNT, TimeUnit.MILLISECONDS.toNanos(10));
              return recorder.records() == COUNT;
            });
        ClientProgram.finish(producer, 0);
      }
      try (Ring ring = Ring.create(small);
          Publication published = registry.publish("again", ring, Capabilities.none());
          Consumer consumer = ring.addConsumer(GroupOptions.named("g"));
          Player player =
              Player.open(
                  registry,
                  PlayerOptions.of(day).into("again").speed(PlayerOptions.AS_FAST_AS_POSSIBLE))) {
        assertEquals(COUNT, player.play(progress -> {}).records());
        List<String> played = new ArrayList<>();
        consumer.poll(
            (type, buffer, offset, length) -> played.add(line(type, buffer, offset, length)),
            2 * COUNT);
        assertEquals(expected(), played);
      }
    }
  }
}
