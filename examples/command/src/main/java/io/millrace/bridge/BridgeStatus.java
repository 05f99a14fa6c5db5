package io.millrace.bridge;

import io.millrace.discovery.model.Capabilities;
import io.millrace.discovery.model.Service;
import java.util.Locale;
import java.util.Optional;

/**
 * How one side of a bridge is doing, as it tells everybody by a service of its host: at least once
 * a second while something changes.
 *
 * @param side which one
 * @param pid of its process
 * @param channel what it sends to or receives from
 * @param stream the number of the stream in that channel
 * @param group the group that a sender reads; empty for a receiver
 * @param records how many it has sent, or received and published
 * @param again how many came again to a receiver and were not published again
 * @param position up to where the stream was sent or received, in bytes; below 0 if not yet
 * @param lag how much of what was sent the archive has not got yet, in bytes; 0 for a receiver
 * @param lostBytes what was gone from the rings of publishers before the sender was there
 * @param runs how many starts of the sender a receiver has seen; 1 for a sender
 * @param refusals how often something could not be carried
 * @param state in a few words
 */
public record BridgeStatus(
    Side side,
    int pid,
    String channel,
    int stream,
    String group,
    long records,
    long again,
    long position,
    long lag,
    long lostBytes,
    long runs,
    long refusals,
    String state) {
  /** The kind of the service by which a side of a bridge tells how it is doing. */
  public static final String SERVICE_KIND = "bridge";

  private static final String SIDE = "side";
  private static final String CHANNEL = "channel";
  private static final String STREAM = "stream";
  private static final String GROUP = "group";
  private static final String RECORDS = "records";
  private static final String AGAIN = "again";
  private static final String POSITION = "position";
  private static final String LAG = "lag";
  private static final String LOST = "lost";
  private static final String RUNS = "runs";
  private static final String REFUSALS = "refusals";
  private static final String STATE = "state";
  private static final int LONGEST_TEXT = 300;

  /** The sides of a bridge. */
  public enum Side {
    /** It sends. */
    SENDER,
    /** It receives. */
    RECEIVER
  }

  /**
   * Reads what a service tells.
   *
   * @param service any service
   * @return how that side is doing; empty if it is none
   */
  public static Optional<BridgeStatus> of(Service service) {
    Capabilities told = service.capabilities();
    String side = told.text(SIDE, "");
    if (!service.kind().equals(SERVICE_KIND) || !isSide(side)) {
      return Optional.empty();
    }
    return Optional.of(
        new BridgeStatus(
            Side.valueOf(side.toUpperCase(Locale.ROOT)),
            service.pid(),
            told.text(CHANNEL, ""),
            (int) told.number(STREAM, 0),
            told.text(GROUP, ""),
            told.number(RECORDS, 0),
            told.number(AGAIN, 0),
            told.number(POSITION, 0),
            told.number(LAG, 0),
            told.number(LOST, 0),
            told.number(RUNS, 0),
            told.number(REFUSALS, 0),
            told.text(STATE, "")));
  }

  private static boolean isSide(String text) {
    return text.equals(name(Side.SENDER)) || text.equals(name(Side.RECEIVER));
  }

  private static String name(Side side) {
    return side.name().toLowerCase(Locale.ROOT);
  }

  Capabilities told() {
    return Capabilities.none()
        .with(SIDE, name(side))
        .with(CHANNEL, shortened(channel))
        .with(STREAM, stream)
        .with(GROUP, group)
        .with(RECORDS, records)
        .with(AGAIN, again)
        .with(POSITION, position)
        .with(LAG, lag)
        .with(LOST, lostBytes)
        .with(RUNS, runs)
        .with(REFUSALS, refusals)
        .with(STATE, shortened(state));
  }

  private static String shortened(String text) {
    return text.length() <= LONGEST_TEXT ? text : text.substring(0, LONGEST_TEXT);
  }
}
