package io.millrace.bridge;

import io.aeron.Aeron;
import io.aeron.archive.client.AeronArchive;
import io.aeron.archive.client.PersistentSubscription;
import io.aeron.archive.client.PersistentSubscriptionException;
import io.aeron.archive.client.PersistentSubscriptionListener;
import io.aeron.exceptions.AeronException;
import io.aeron.logbuffer.ControlledFragmentHandler;
import io.millrace.os.Closing;
import java.util.concurrent.TimeUnit;

/**
 * The stream of the sender, from a position on: out of the archive first, then as it is sent, and
 * out of the archive again whenever something of it did not come. Aeron's persistent subscription
 * does all that; this finds the recording and begins again where that gives up.
 */
final class Inbound implements AutoCloseable, PersistentSubscriptionListener {
  private static final int REPLAY_STREAM = 1002;
  private static final long TIMEOUT_NANOS = TimeUnit.SECONDS.toNanos(2);
  private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

  private final Aeron aeron;
  private final BridgeReceiverOptions options;
  private final Progress progress;
  private final BridgeListener listener;
  private AeronArchive.AsyncConnect connecting;
  private PersistentSubscription subscription;
  private boolean isFound;
  private long notBefore = System.nanoTime();
  private String told = "";

  Inbound(Aeron aeron, BridgeReceiverOptions options, Progress progress) {
    this.aeron = aeron;
    this.options = options;
    this.progress = progress;
    listener = options.listener();
  }

  private AeronArchive.Context archive() {
    return new AeronArchive.Context()
        .aeron(aeron)
        .ownsAeronClient(false)
        .controlRequestChannel("aeron:udp?endpoint=" + options.archive())
        .controlResponseChannel("aeron:udp?endpoint=" + options.host() + ":0")
        .messageTimeoutNs(TIMEOUT_NANOS);
  }

  int poll(ControlledFragmentHandler handler, int limit) {
    if (System.nanoTime() - notBefore < 0) {
      return 0;
    }
    if (!isFound) {
      find();
      return 0;
    }
    if (subscription == null) {
      subscribe();
    }
    int work;
    try {
      work = subscription.controlledPoll(handler, limit);
    } catch (RuntimeException | Error failure) {
      end(); // It has passed over the frame that failed, which comes again this way.
      throw failure;
    }
    if (subscription.hasFailed()) {
      giveUp(subscription.failureReason());
    }
    return work;
  }

  /** Whether what is being handled comes out of the archive, and not as it is sent. */
  boolean isFromArchive() {
    return subscription.isReplaying();
  }

  /** Goes on from another position. */
  void goTo(long position) {
    progress.position = position;
    progress.safe = Math.min(progress.safe, position);
    end();
  }

  private void find() {
    try {
      if (connecting == null) {
        connecting = AeronArchive.asyncConnect(archive());
      }
      try (AeronArchive archive = connecting.poll()) {
        if (archive != null) {
          connecting = null;
          found(Found.newest(archive, options.stream()));
        }
      }
    } catch (AeronException failure) {
      Closing.closeAfter(failure, connecting);
      connecting = null;
      behind("no answer from the archive at " + options.archive() + ": " + failure.getMessage());
    }
  }

  private void found(Found recording) {
    if (recording == null) {
      behind("the archive at " + options.archive() + " has no stream " + options.stream());
      return;
    }
    if (recording.recording() != progress.recording
        || recording.startedAt() != progress.startedAt) {
      progress.recording = recording.recording();
      progress.startedAt = recording.startedAt();
      progress.position = PersistentSubscription.FROM_START;
      progress.safe = PersistentSubscription.FROM_START;
    }
    isFound = true;
  }

  private void subscribe() {
    subscription =
        PersistentSubscription.create(
            new PersistentSubscription.Context()
                .aeron(aeron)
                .ownsAeronClient(false)
                .aeronArchiveContext(archive())
                .recordingId(progress.recording)
                .startPosition(progress.position)
                .liveChannel(options.channel())
                .liveStreamId(options.stream())
                .replayChannel("aeron:udp?endpoint=" + options.host() + ":0")
                .replayStreamId(REPLAY_STREAM)
                .listener(this));
  }

  private void giveUp(Exception why) {
    boolean isBeyond =
        why instanceof PersistentSubscriptionException failure
            && failure.reason() == PersistentSubscriptionException.Reason.INVALID_START_POSITION;
    end();
    if (isBeyond && progress.position > progress.safe) {
      progress.position = progress.safe; // The sender was killed before all was in the archive.
    } else if (isBeyond) {
      progress.position = PersistentSubscription.FROM_START;
    }
    isFound = isBeyond;
    behind(String.valueOf(why.getMessage()));
  }

  private void behind(String why) {
    notBefore = System.nanoTime() + PAUSE_NANOS;
    if (!told.equals(why)) {
      told = why;
      listener.onBehind(why);
    }
  }

  private void end() {
    PersistentSubscription ending = subscription;
    subscription = null;
    if (ending != null) {
      ending.close();
    }
  }

  @Override
  public void onLiveJoined() {
    told = "";
    listener.onLive();
  }

  @Override
  public void onLiveLeft() {
    listener.onBehind("the sender is gone, or the link to it");
  }

  @Override
  public void onError(Exception failure) {
    String why = String.valueOf(failure.getMessage());
    if (!told.equals(why)) {
      told = why;
      listener.onBehind(why);
    }
  }

  @Override
  public void close() {
    Closing.closeAll(subscription, connecting);
  }
}
