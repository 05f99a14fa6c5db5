package io.millrace.perf.peer;

import io.aeron.Aeron;
import io.aeron.ChannelUri;
import io.aeron.ExclusivePublication;
import io.aeron.archive.client.AeronArchive;
import io.aeron.archive.codecs.SourceLocation;
import io.millrace.perf.harness.Fork;
import io.millrace.perf.link.Link;
import io.millrace.perf.link.LinkPlace;
import io.millrace.perf.link.Receiver;
import io.millrace.perf.link.Sender;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.agrona.CloseHelper;
import org.agrona.DirectBuffer;

/**
 * Aeron from one host to another one, with a media driver on each that is set up as those of the
 * bridge are; with its archive, which keeps what is sent, or without.
 */
final class AeronUdpLink implements Link {
  private static final int STREAM = 1001;
  private static final int HOSTS = 2;

  /** Where it keeps everything. */
  private static final long MOST_BYTES = 1 << 27;

  private final boolean archives;

  AeronUdpLink(boolean archives) {
    this.archives = archives;
  }

  @Override
  public Map<String, Object> settings(LinkPlace place) {
    Map<String, Object> settings = new LinkedHashMap<>();
    settings.put("termLength", "8m");
    settings.put("publication", "exclusive");
    settings.put("driver", "one on each host, as the bridge's");
    settings.put("archive", archives ? "on the sending host, in tmpfs" : "none");
    return settings;
  }

  @Override
  public void prepare(Fork fork, List<LinkPlace> places) throws Exception {
    TwoHosts.start(fork, AeronHostRole.class, Map.of(AeronHostRole.ARCHIVES, archives));
  }

  @Override
  public int helpers() {
    return HOSTS;
  }

  @Override
  public long mostBytes() {
    return archives ? MOST_BYTES : Long.MAX_VALUE;
  }

  private static Aeron connect(LinkPlace place, String host) {
    String directory = TwoHosts.directory(place, host).resolve(AeronDriver.DIRECTORY).toString();
    return Aeron.connect(new Aeron.Context().aeronDirectoryName(directory));
  }

  @Override
  public Receiver receiver(LinkPlace place) {
    Aeron aeron = connect(place, TwoHosts.receivingHost(place));
    return new AeronLink.End(aeron, aeron.addSubscription(TwoHosts.channel(place), STREAM));
  }

  @Override
  public Sender sender(LinkPlace place) {
    Aeron aeron = connect(place, TwoHosts.sendingHost(place));
    String channel = TwoHosts.channel(place);
    ExclusivePublication publication = aeron.addExclusivePublication(channel, STREAM);
    AeronArchive archive = archives ? record(aeron, publication) : null;
    AeronLink.awaitSubscriber(publication);
    return new Start(archive, new AeronLink.Start(aeron, publication));
  }

  private static AeronArchive record(Aeron aeron, ExclusivePublication publication) {
    AeronArchive archive =
        AeronArchive.connect(
            new AeronArchive.Context()
                .aeron(aeron)
                .controlRequestChannel(AeronArchive.Configuration.localControlChannel())
                .controlRequestStreamId(AeronArchive.Configuration.localControlStreamId())
                .controlResponseChannel("aeron:ipc"));
    archive.startRecording(
        ChannelUri.addSessionId(publication.channel(), publication.sessionId()),
        STREAM,
        SourceLocation.LOCAL);
    return archive;
  }

  private record Start(AeronArchive archive, AeronLink.Start sender) implements Sender {
    @Override
    public boolean offer(DirectBuffer source, int offset, int length) {
      return sender.offer(source, offset, length);
    }

    @Override
    public void close() {
      CloseHelper.closeAll(archive, sender);
    }
  }
}
