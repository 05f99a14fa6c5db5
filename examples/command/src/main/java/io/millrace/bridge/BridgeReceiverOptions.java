package io.millrace.bridge;

import java.nio.file.Path;
import java.util.Objects;

/**
 * The options of a receiver. Immutable; for example:
 *
 * <pre>{@code
 * BridgeReceiverOptions.listen("aeron:udp?endpoint=far:9000", "near:9001", "far", directory)
 * }</pre>
 *
 * @param channel the Aeron channel on which the sender's records come
 * @param stream the number of the stream in that channel
 * @param archive host and port of the sender's archive
 * @param host the name or address of this host, as the sender's host sees it: what comes from the
 *     archive comes to there
 * @param directory where it keeps what it has received up to; made if it does not exist
 * @param driver the directory of its own media driver, which it makes and removes; null for the
 *     usual place
 * @param isForeign true if the media driver runs already
 * @param capacity of the rings that it makes, in bytes
 * @param listener is told what becomes of the bridge
 */
public record BridgeReceiverOptions(
    String channel,
    int stream,
    String archive,
    String host,
    Path directory,
    Path driver,
    boolean isForeign,
    int capacity,
    BridgeListener listener) {
  private static final int CAPACITY = 8 << 20;

  /**
   * Checks them.
   *
   * @throws NullPointerException if something but the driver is null, or a foreign driver
   */
  public BridgeReceiverOptions {
    Objects.requireNonNull(channel, "channel");
    Objects.requireNonNull(archive, "archive");
    Objects.requireNonNull(host, "host");
    Objects.requireNonNull(directory, "directory");
    Objects.requireNonNull(listener, "listener");
    if (isForeign) {
      Objects.requireNonNull(driver, "driver");
    }
  }

  /**
   * With a media driver of its own, and rings of 8 MiB.
   *
   * @param channel where the records come
   * @param archive host and port of the sender's archive
   * @param host this one, as the sender's host sees it
   * @param directory where it keeps what it has received up to
   * @return the options
   */
  public static BridgeReceiverOptions listen(
      String channel, String archive, String host, Path directory) {
    return new BridgeReceiverOptions(
        channel,
        BridgeSenderOptions.STREAM,
        archive,
        host,
        directory,
        null,
        false,
        CAPACITY,
        BridgeListener.NONE);
  }

  /**
   * With another stream.
   *
   * @param number of the stream
   * @return new options
   */
  public BridgeReceiverOptions stream(int number) {
    return new BridgeReceiverOptions(
        channel, number, archive, host, directory, driver, isForeign, capacity, listener);
  }

  /**
   * With another directory for its own media driver, which must be on a file system in memory to be
   * fast; usually it is in {@code /dev/shm}.
   *
   * @param place of the driver
   * @return new options
   */
  public BridgeReceiverOptions driver(Path place) {
    return new BridgeReceiverOptions(
        channel, stream, archive, host, directory, place, false, capacity, listener);
  }

  /**
   * With a media driver that runs already.
   *
   * @param place of the driver
   * @return new options
   */
  public BridgeReceiverOptions foreignDriver(Path place) {
    return new BridgeReceiverOptions(
        channel, stream, archive, host, directory, place, true, capacity, listener);
  }

  /**
   * With rings of another size.
   *
   * @param bytes of records, a power of two from 64 KiB to 512 MiB
   * @return new options
   */
  public BridgeReceiverOptions capacity(int bytes) {
    return new BridgeReceiverOptions(
        channel, stream, archive, host, directory, driver, isForeign, bytes, listener);
  }

  /**
   * With a listener.
   *
   * @param news is told what becomes of the bridge
   * @return new options
   */
  public BridgeReceiverOptions listener(BridgeListener news) {
    return new BridgeReceiverOptions(
        channel, stream, archive, host, directory, driver, isForeign, capacity, news);
  }
}
