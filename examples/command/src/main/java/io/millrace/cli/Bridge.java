package io.millrace.cli;

import io.millrace.bridge.BridgeListener;
import io.millrace.bridge.BridgeReceiver;
import io.millrace.bridge.BridgeReceiverOptions;
import io.millrace.bridge.BridgeSender;
import io.millrace.bridge.BridgeSenderOptions;
import io.millrace.bridge.BridgedSource;
import io.millrace.discovery.Registry;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Carries rings and topics to other hosts, or receives them. */
@Command(
    name = "bridge",
    description = {
      "Carries rings and topics to other hosts over Aeron, until it is interrupted: with --to on"
          + " the host where they are, with --listen on the others.",
      "The sender keeps what it sends in an Aeron archive, from which receivers get what they"
          + " missed. Either side may be killed and started again at any time, in any order."
    })
final class Bridge implements Callable<Integer> {
  private static final int BATCH = 1024;
  private static final Duration WAIT = Duration.ofMillis(500);

  @CommandLine.Spec private CommandLine.Model.CommandSpec spec;
  @Mixin private RegistryChoice registry;
  @Mixin private Output output;

  @Option(
      names = "--to",
      paramLabel = "CHANNEL",
      description =
          "Send to that Aeron channel, as aeron:udp?endpoint=far:9000; for many receivers"
              + " aeron:udp?control=near:9000|control-mode=dynamic.")
  private String to;

  @Option(
      names = "--from",
      paramLabel = "NAME",
      description = "With --to: the rings and topics; neither need be there yet.")
  private List<String> names = List.of();

  @Option(
      names = "--listen",
      paramLabel = "CHANNEL",
      description =
          "Receive from that Aeron channel, as aeron:udp?endpoint=far:9000; one of many receivers"
              + " aeron:udp?endpoint=far:9000|control=near:9000|control-mode=dynamic.")
  private String listen;

  @Option(
      names = "--archive",
      required = true,
      paramLabel = "HOST:PORT",
      description = "Where the sender's archive is reached, on the sender's host.")
  private String archive;

  @Option(
      names = "--dir",
      required = true,
      paramLabel = "DIR",
      description =
          "With --to: the directory of the archive. With --listen: where is kept how far it has"
              + " come. One that is there is gone on with.")
  private Path directory;

  @Option(
      names = "--host",
      paramLabel = "HOST",
      description = "With --listen: this host, as the sender's host sees it.")
  private String host;

  @Option(
      names = "--group",
      paramLabel = "NAME",
      defaultValue = "bridge",
      description =
          "With --to: the group that is read (default: ${DEFAULT-VALUE}); two bridges from one ring"
              + " need two.")
  private String group;

  @Option(
      names = "--from-oldest",
      description =
          "With --to: begin with what a ring still holds for others, where it is sent first.")
  private boolean fromOldest;

  @Option(
      names = "--capacity",
      paramLabel = "BYTES",
      defaultValue = "8m",
      description =
          "With --listen: the size of the rings that it makes (default: ${DEFAULT-VALUE}).")
  private ByteSize capacity;

  @Option(
      names = "--stream",
      paramLabel = "NUMBER",
      defaultValue = "1001",
      description = "The number of the stream in the channel (default: ${DEFAULT-VALUE}).")
  private int stream;

  @Option(
      names = "--driver",
      paramLabel = "DIR",
      description = "The directory of its own media driver; without, in /dev/shm.")
  private Path driver;

  @Override
  public Integer call() {
    require((to == null) != (listen == null), "give --to or --listen, one of the two");
    require(to == null || !names.isEmpty(), "--to needs --from");
    require(listen == null || names.isEmpty(), "--listen takes what comes, without --from");
    require(listen == null || host != null, "--listen needs --host");
    try (UntilInterrupted running = new UntilInterrupted();
        Registry opened = Registry.open(registry.options())) {
      return to != null ? send(opened, running) : receive(opened, running);
    }
  }

  private void require(boolean isSo, String message) {
    if (!isSo) {
      throw new CommandLine.ParameterException(spec.commandLine(), message);
    }
  }

  private int send(Registry opened, UntilInterrupted running) {
    BridgeSenderOptions options =
        BridgeSenderOptions.to(to, directory, archive).stream(stream)
            .driver(driver)
            .group(group)
            .listener(new News("sending"));
    options = fromOldest ? options.startingAtOldest() : options;
    try (BridgeSender sender = BridgeSender.open(opened, options)) {
      running.onEnd(sender::wakeup);
      names.forEach(sender::add);
      while (running.goesOn()) {
        sender.poll(BATCH, WAIT.toNanos());
      }
      summary("sent", sender.records());
    }
    return 0;
  }

  private int receive(Registry opened, UntilInterrupted running) {
    BridgeReceiverOptions options =
        BridgeReceiverOptions.listen(listen, archive, host, directory).stream(stream)
            .driver(driver)
            .capacity(capacity.bytes())
            .listener(new News("receiving"));
    try (BridgeReceiver receiver = BridgeReceiver.open(opened, options)) {
      running.onEnd(receiver::wakeup);
      while (running.goesOn()) {
        receiver.poll(BATCH, WAIT.toNanos());
      }
      summary("received", receiver.records());
    }
    return 0;
  }

  private void summary(String what, long records) {
    output.print(Map.of("records", records), () -> what + " " + Units.count(records) + " records");
    output.flush();
  }

  /** Says on standard error what happens. */
  private final class News implements BridgeListener {
    private final String what;

    News(String what) {
      this.what = what;
    }

    @Override
    public void onSource(BridgedSource source) {
      output.note(what + " " + describe(source));
    }

    @Override
    public void onEnded(BridgedSource source) {
      output.note("ended " + describe(source));
    }

    @Override
    public void onRefused(String name, RuntimeException why) {
      output.note(Text.printable(name + ": " + Failures.sentence(why)));
    }

    @Override
    public void onLost(String name, long bytes) {
      output.note(
          Text.printable(
              name
                  + ": "
                  + Units.count(bytes)
                  + " bytes of a publisher's stream came before the bridge was there"));
    }

    @Override
    public void onLive() {
      output.note("live");
    }

    @Override
    public void onBehind(String why) {
      output.note(Text.printable("behind: " + why));
    }

    private static String describe(BridgedSource source) {
      return Text.printable(
          source.kind() == BridgedSource.Kind.RING
              ? "ring " + source.name()
              : "topic " + source.name() + String.format(", publisher %016x", source.id()));
    }
  }
}
