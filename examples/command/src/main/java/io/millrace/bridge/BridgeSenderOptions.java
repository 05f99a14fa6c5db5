package io.millrace.bridge;

import java.nio.file.Path;
import java.util.Objects;

/**
 * The options of a sender. Immutable; for example:
 *
 * <pre>{@code
 * BridgeSenderOptions.to("aeron:udp?endpoint=far:9000", Path.of("/var/lib/desk/bridge"), "near:9001")
 * }</pre>
 *
 * @param channel the Aeron channel that it sends on: of one receiver, multicast, or with {@code
 *     control-mode=dynamic} for many
 * @param stream the number of the stream in that channel
 * @param archive the directory of the archive; null for the archive of a foreign driver
 * @param control host and port where receivers reach the archive; null for a foreign one
 * @param driver the directory of the media driver; of its own one, which it makes and removes, or
 *     of a foreign one, which runs already and has an archive
 * @param group the retained group that it reads in every ring
 * @param isStartingAtOldest true to begin, where it sends for the first time, with what the ring
 *     still holds for others
 * @param listener is told what becomes of the bridge
 */
public record BridgeSenderOptions(
    String channel,
    int stream,
    Path archive,
    String control,
    Path driver,
    String group,
    boolean isStartingAtOldest,
    BridgeListener listener) {
  /** The stream that senders and receivers use without another one. */
  public static final int STREAM = 1001;

  private static final String GROUP = "bridge";

  /**
   * Checks them.
   *
   * @throws NullPointerException if the channel, the group or the listener is null, one of archive
   *     and control without the other, or the driver's directory without an archive
   */
  public BridgeSenderOptions {
    Objects.requireNonNull(channel, "channel");
    Objects.requireNonNull(group, "group");
    Objects.requireNonNull(listener, "listener");
    if (archive != null) {
      Objects.requireNonNull(control, "control");
    } else {
      Objects.requireNonNull(driver, "driver");
    }
  }

  /**
   * With a media driver and an archive of its own: reads the group {@code bridge}.
   *
   * @param channel where to send
   * @param archive the directory of the archive; made if it does not exist, gone on with if it does
   * @param control host and port of this host where receivers reach the archive
   * @return the options
   */
  public static BridgeSenderOptions to(String channel, Path archive, String control) {
    return new BridgeSenderOptions(
        channel, STREAM, archive, control, null, GROUP, false, BridgeListener.NONE);
  }

  /**
   * With a media driver and an archive that run already.
   *
   * @param channel where to send
   * @param driver the directory of the media driver
   * @return the options
   */
  public static BridgeSenderOptions through(String channel, Path driver) {
    return new BridgeSenderOptions(
        channel, STREAM, null, null, driver, GROUP, false, BridgeListener.NONE);
  }

  /**
   * With another stream. Two bridges with one archive need two.
   *
   * @param number of the stream
   * @return new options
   */
  public BridgeSenderOptions stream(int number) {
    return new BridgeSenderOptions(
        channel, number, archive, control, driver, group, isStartingAtOldest, listener);
  }

  /**
   * With another directory for its own media driver, which must be on a file system in memory to be
   * fast; usually it is in {@code /dev/shm}.
   *
   * @param directory of the driver
   * @return new options
   */
  public BridgeSenderOptions driver(Path directory) {
    return new BridgeSenderOptions(
        channel, stream, archive, control, directory, group, isStartingAtOldest, listener);
  }

  /**
   * With another group. Two bridges from one ring need two.
   *
   * @param name its name
   * @return new options
   */
  public BridgeSenderOptions group(String name) {
    return new BridgeSenderOptions(
        channel, stream, archive, control, driver, name, isStartingAtOldest, listener);
  }

  /**
   * Beginning with what a ring still holds for others, where it is sent for the first time.
   *
   * @return new options
   */
  public BridgeSenderOptions startingAtOldest() {
    return new BridgeSenderOptions(
        channel, stream, archive, control, driver, group, true, listener);
  }

  /**
   * With a listener.
   *
   * @param news is told what becomes of the bridge
   * @return new options
   */
  public BridgeSenderOptions listener(BridgeListener news) {
    return new BridgeSenderOptions(
        channel, stream, archive, control, driver, group, isStartingAtOldest, news);
  }
}
