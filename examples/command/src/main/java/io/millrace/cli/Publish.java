package io.millrace.cli;

import io.millrace.discovery.Publication;
import io.millrace.discovery.Registry;
import io.millrace.discovery.model.Capabilities;
import io.millrace.ring.Producer;
import io.millrace.ring.Ring;
import io.millrace.ring.RingOptions;
import io.millrace.ring.WaitStrategy;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.Callable;
import org.agrona.concurrent.UnsafeBuffer;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Writes lines into a ring. */
@Command(
    name = "publish",
    description = {
      "Writes each line of standard input into a ring, as a record.",
      "Takes a producer's place in the ring until the input ends, and like every producer waits"
          + " for the slowest group."
    })
final class Publish implements Callable<Integer> {
  @Mixin private RegistryChoice registry;
  @Mixin private TypedBytes typed;
  @Mixin private Output output;

  @Option(
      names = {"-t", "--type"},
      paramLabel = "N",
      description = "The type of the records, 0 or more (default: ${DEFAULT-VALUE}).")
  private int type = 1;

  @Option(
      names = "--timeout",
      paramLabel = "TIME",
      defaultValue = "10s",
      description = "How long to wait for room before giving up (default: ${DEFAULT-VALUE}).")
  private Duration timeout;

  @Option(
      names = "--create",
      paramLabel = "BYTES",
      description =
          "Make the ring, of 64k to 512m, and publish it until the input ends. To try things out.")
  private ByteSize create;

  @Parameters(paramLabel = "NAME", description = "The service of the ring.")
  private String name;

  private long line;

  @Override
  public Integer call() throws IOException {
    if (create == null) {
      try (Ring ring = registry.ring(name)) {
        publishInto(ring);
      }
    } else {
      try (Registry own = Registry.open(registry.options());
          Ring ring = Ring.create(RingOptions.capacity(create.bytes()).name(name));
          Publication publication = own.publish(name, ring, Capabilities.none())) {
        output.note("published " + publication.service().name() + " in " + own.root());
        publishInto(ring);
      }
    }
    output.print(
        Map.of("ring", name, "records", line), () -> "published " + Units.count(line) + " records");
    return 0;
  }

  private void publishInto(Ring ring) throws IOException {
    // Standard input is not closed: this process did not open it.
    BufferedReader input =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    try (Producer producer = ring.addProducer()) {
      for (String text = input.readLine(); text != null; text = input.readLine()) {
        offer(producer, typed.of(text, "line " + (line + 1)));
        line++;
      }
    }
  }

  private void offer(Producer producer, byte[] bytes) {
    long end =
        producer.offer(
            type,
            new UnsafeBuffer(bytes),
            0,
            bytes.length,
            WaitStrategy.blocking(),
            timeout.toNanos());
    if (end < 0) {
      throw new IllegalStateException(
          "no room in ring "
              + name
              + " for "
              + timeout.toMillis()
              + " ms, after "
              + line
              + " records: 'millrace stat "
              + name
              + "' shows which group is behind");
    }
  }
}
