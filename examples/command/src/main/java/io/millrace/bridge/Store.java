package io.millrace.bridge;

import io.aeron.Aeron;
import io.aeron.ChannelUri;
import io.aeron.ChannelUriStringBuilder;
import io.aeron.CommonContext;
import io.aeron.ExclusivePublication;
import io.aeron.Publication;
import io.aeron.archive.client.AeronArchive;
import io.aeron.archive.codecs.SourceLocation;
import io.aeron.archive.status.RecordingPos;
import io.aeron.exceptions.AeronException;
import io.millrace.os.Closing;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.status.CountersReader;

/** The stream that a sender writes, and its recording in the archive, which every run extends. */
final class Store implements AutoCloseable {
  private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(15);
  private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

  /** Records of up to an eighth of it. */
  private static final int TERM_LENGTH = 8 << 20;

  private final AeronArchive archive;
  private final ExclusivePublication publication;
  private final CountersReader counters;
  private final long recording;
  private final int counter;

  private Store(
      AeronArchive archive, ExclusivePublication publication, long recording, int counter) {
    this.archive = archive;
    this.publication = publication;
    this.recording = recording;
    this.counter = counter;
    counters = archive.context().aeron().countersReader();
  }

  static Store open(AeronHost host, String channel, int stream) {
    AeronArchive archive = null;
    ExclusivePublication publication = null;
    try {
      archive = connect(host.aeron());
      ChannelUriStringBuilder uri = new ChannelUriStringBuilder(withOurs(channel));
      Found last = Found.newest(archive, stream);
      if (last != null) {
        archive.tryStopRecordingByIdentity(last.recording());
        long stop = awaitStop(archive, last.recording());
        uri.initialPosition(stop, last.initialTermId(), last.termLength()).mtu(last.mtu());
      }
      publication = host.aeron().addExclusivePublication(uri.build(), stream);
      String recorded = Found.toRecord(channel, publication.sessionId());
      if (last == null) {
        archive.startRecording(recorded, stream, SourceLocation.LOCAL);
      } else {
        archive.extendRecording(last.recording(), recorded, stream, SourceLocation.LOCAL);
      }
      int counter = awaitCounter(host.counters(), publication.sessionId(), archive.archiveId());
      long recording = RecordingPos.getRecordingId(host.counters(), counter);
      return new Store(archive, publication, recording, counter);
    } catch (AeronException | IllegalArgumentException failure) {
      Closing.closeAfter(failure, publication, archive);
      throw new BridgeException(
          "cannot record what goes to " + channel + ": " + failure.getMessage(), failure);
    } catch (RuntimeException | Error failure) {
      Closing.closeAfter(failure, publication, archive);
      throw failure;
    }
  }

  static AeronArchive connect(Aeron aeron) {
    return AeronArchive.connect(
        new AeronArchive.Context()
            .aeron(aeron)
            .controlRequestChannel(AeronArchive.Configuration.localControlChannel())
            .controlRequestStreamId(AeronArchive.Configuration.localControlStreamId())
            .controlResponseChannel("aeron:ipc"));
  }

  /** What the channel does not say itself. */
  private static String withOurs(String channel) {
    ChannelUri uri = ChannelUri.parse(channel);
    // Also without any receiver the stream goes on, into the archive.
    uri.put(CommonContext.SPIES_SIMULATE_CONNECTION_PARAM_NAME, "true");
    if (!uri.containsKey(CommonContext.TERM_LENGTH_PARAM_NAME)) {
      uri.put(CommonContext.TERM_LENGTH_PARAM_NAME, Integer.toString(TERM_LENGTH));
    }
    if (!uri.containsKey(CommonContext.FLOW_CONTROL_PARAM_NAME) && hasManyReceivers(uri)) {
      uri.put(CommonContext.FLOW_CONTROL_PARAM_NAME, "min"); // Waits for the slowest.
    }
    return uri.toString();
  }

  private static boolean hasManyReceivers(ChannelUri uri) {
    String endpoint = uri.get(CommonContext.ENDPOINT_PARAM_NAME);
    if (uri.containsKey(CommonContext.MDC_CONTROL_MODE_PARAM_NAME) || endpoint == null) {
      return true;
    }
    try {
      String host = endpoint.substring(0, Math.max(0, endpoint.lastIndexOf(':')));
      return InetAddress.getByName(host.replaceAll("[\\[\\]]", "")).isMulticastAddress();
    } catch (UnknownHostException unknown) {
      return false; // The driver says so, better than this could.
    }
  }

  /** One that a killed sender has left in a foreign archive ends now. */
  private static long awaitStop(AeronArchive archive, long recording) {
    long start = System.nanoTime();
    long stop = archive.getStopPosition(recording);
    while (stop == AeronArchive.NULL_POSITION) {
      requirePatience(start, "recording " + recording + " does not stop");
      stop = archive.getStopPosition(recording);
    }
    return stop;
  }

  private static int awaitCounter(CountersReader counters, int session, long archiveId) {
    long start = System.nanoTime();
    int counter = RecordingPos.findCounterIdBySession(counters, session, archiveId);
    while (counter == CountersReader.NULL_COUNTER_ID) {
      requirePatience(start, "the archive does not begin to record");
      counter = RecordingPos.findCounterIdBySession(counters, session, archiveId);
    }
    return counter;
  }

  private static void requirePatience(long start, String what) {
    if (System.nanoTime() - start > PATIENCE_NANOS) {
      throw new BridgeException(
          what + ": look for its error with Aeron's ArchiveTool and ErrorStat");
    }
    LockSupport.parkNanos(PAUSE_NANOS);
  }

  /**
   * Sends.
   *
   * @return the position behind it, or less than 0 if there is no room now
   * @throws BridgeException if there never will be
   */
  long offer(DirectBuffer front, int frontLength, DirectBuffer buffer, int offset, int length) {
    if (frontLength + length > publication.maxMessageLength()) {
      throw new BridgeException(
          "a record of "
              + length
              + " bytes is too long for this channel, which takes "
              + (publication.maxMessageLength() - frontLength)
              + ": give it a longer term-length, and a new archive");
    }
    long position = publication.offer(front, 0, frontLength, buffer, offset, length);
    if (position == Publication.CLOSED || position == Publication.MAX_POSITION_EXCEEDED) {
      throw new BridgeException(
          "the stream is at its end, " + Publication.errorString(position) + ": start again");
    }
    return position;
  }

  /**
   * How far the archive has the stream.
   *
   * @throws BridgeException if it does not record any more
   */
  long recorded() {
    long position = counters.getCounterValue(counter);
    if (!RecordingPos.isActive(counters, counter, recording)) {
      throw new BridgeException(
          "the archive does not record any more: look whether its disk is full, and start again");
    }
    return position;
  }

  long position() {
    return publication.position();
  }

  @Override
  public void close() {
    Closing.closeAll(publication, archive);
  }
}
