package io.millrace.examples.telemetry;

import io.millrace.examples.telemetry.codec.MessageHeaderEncoder;
import io.millrace.examples.telemetry.codec.NetworkSampleEncoder;
import java.nio.file.Path;

/**
 * Samples {@code /proc/net/dev}: the interfaces of this process's network namespace. Traffic that
 * passes a bridge or a bond is counted by each interface on its way, as the kernel does.
 */
final class NetworkSampler extends ProcSampler {
  private static final byte[] LOOPBACK = {'l', 'o', ':'};

  private final ProcFile dev;
  private final NetworkSampleEncoder encoder = new NetworkSampleEncoder();
  private final InterfaceTotals loopback = new InterfaceTotals();
  private final InterfaceTotals others = new InterfaceTotals();

  NetworkSampler(Path proc) {
    super(NetworkSampleEncoder.TEMPLATE_ID, NetworkSampleEncoder.BLOCK_LENGTH);
    encoder.wrapAndApplyHeader(image(), 0, new MessageHeaderEncoder());
    dev = open(proc.resolve("net/dev"));
  }

  @Override
  void sample() {
    ProcText text = dev.read();
    loopback.clear();
    others.clear();
    while (text.nextLine()) {
      text.skipBlanks();
      InterfaceTotals totals = text.startsWith(LOOPBACK) ? loopback : others;
      // The two lines of headings have no colon.
      if (text.skipPast((byte) ':')) {
        totals.add(text);
      }
    }
    encoder
        .receivedBytes(others.receivedBytes)
        .receivedPackets(others.receivedPackets)
        .receiveFaults(others.receiveFaults)
        .sentBytes(others.sentBytes)
        .sentPackets(others.sentPackets)
        .sendFaults(others.sendFaults)
        .loopbackBytes(loopback.receivedBytes)
        .loopbackPackets(loopback.receivedPackets)
        .interfaces(others.interfaces);
  }
}
