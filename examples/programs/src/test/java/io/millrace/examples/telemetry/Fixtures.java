package io.millrace.examples.telemetry;

import io.millrace.examples.telemetry.codec.MessageHeaderDecoder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.agrona.concurrent.UnsafeBuffer;

/** Texts of {@code /proc} and messages made from them. */
final class Fixtures {
  static final Path LIVE = Path.of("/proc");

  private Fixtures() {}

  /**
   * What a virtual machine with two processors, one disk and one network card said at one moment:
   * {@code first}, or {@code second}, 7 seconds of hard work later.
   */
  static Path recorded(String moment) {
    try {
      return Path.of(Fixtures.class.getResource("/proc/" + moment).toURI());
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Writes a file of a made-up {@code /proc}. */
  static void write(Path proc, String name, String text) {
    try {
      Path file = proc.resolve(name);
      Files.createDirectories(file.getParent());
      Files.writeString(file, text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A cursor before the first line of this text. */
  static ProcText text(String text) {
    return new ProcText().wrap(ByteBuffer.wrap(text.getBytes(StandardCharsets.US_ASCII)));
  }

  /** One sample as a message at the start of a buffer of its size; closes the sampler. */
  static UnsafeBuffer message(ProcSampler sampler) {
    try (sampler) {
      UnsafeBuffer buffer = new UnsafeBuffer(new byte[sampler.encodedLength()]);
      sampler.refresh(0);
      sampler.encode(buffer, 0, 0, 0, 0);
      return buffer;
    }
  }

  static MessageHeaderDecoder header() {
    return new MessageHeaderDecoder();
  }
}
