package io.millrace.bridge;

import io.millrace.MillraceException;
import io.millrace.discovery.Publication;
import io.millrace.discovery.Registry;
import io.millrace.discovery.model.ServiceSpec;
import io.millrace.os.Closing;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * The service by which one side of a bridge tells how it is doing. It hears what its listener is
 * told.
 */
final class Presence implements BridgeListener, AutoCloseable {
  private static final long PAUSE_NANOS = TimeUnit.SECONDS.toNanos(1);

  private final BridgeListener listener;
  private final Supplier<BridgeStatus> status;
  private Publication publication;
  private BridgeStatus told;
  private long toldAt = System.nanoTime();

  /** Whether it could not be told; that is news once. */
  private boolean hasFailed;

  // What the status has.
  String state;
  long refusals;
  long lostBytes;

  Presence(BridgeListener listener, String state, Supplier<BridgeStatus> status) {
    this.listener = listener;
    this.state = state;
    this.status = status;
  }

  /** Begins to tell, once there is a status. */
  void open(Registry registry) {
    told = status.get();
    publication =
        registry.publish(
            ServiceSpec.named(String.format("bridge.%016x", ThreadLocalRandom.current().nextLong()))
                .kind(BridgeStatus.SERVICE_KIND)
                .capabilities(told.told()));
  }

  /** Tells, if it is time and something is new. What it cannot tell costs the bridge nothing. */
  void tellIfDue() {
    long now = System.nanoTime();
    if (now - toldAt < PAUSE_NANOS) {
      return;
    }
    toldAt = now;
    BridgeStatus current = status.get();
    if (!current.equals(told)) {
      told = current;
      tell(current);
    }
  }

  private void tell(BridgeStatus current) {
    try {
      publication.update(current.told());
      hasFailed = false;
    } catch (MillraceException failure) {
      if (!hasFailed) {
        hasFailed = true;
        listener.onRefused("the status of the bridge", failure);
      }
    }
  }

  @Override
  public void onSource(BridgedSource source) {
    listener.onSource(source);
  }

  @Override
  public void onEnded(BridgedSource source) {
    listener.onEnded(source);
  }

  @Override
  public void onRefused(String name, RuntimeException why) {
    refusals++;
    listener.onRefused(name, why);
  }

  @Override
  public void onLost(String name, long bytes) {
    lostBytes += bytes;
    listener.onLost(name, bytes);
  }

  @Override
  public void onLive() {
    state = "live";
    listener.onLive();
  }

  @Override
  public void onBehind(String why) {
    state = "behind: " + why;
    listener.onBehind(why);
  }

  @Override
  public void close() {
    Closing.closeAll(publication);
  }
}
