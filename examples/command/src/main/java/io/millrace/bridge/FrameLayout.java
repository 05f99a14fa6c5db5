package io.millrace.bridge;

/**
 * What goes over the wire and into the archive, little-endian. The Aeron stream gives each frame
 * its length and its place.
 *
 * <pre>
 *  0 run        which start of the sender this is from: a random number
 *  8 recorded   the archive had the stream up to this position when the frame was sent
 * 16 source     ring id, or instance of the publisher
 * 24 position   of the record, in the stream of its source
 * 32 type       of the record, or what the frame says, below 0
 * 36 detail     SOURCE: its kind
 * 40 start      where in the stream the run began
 * 48 payload    SOURCE, ALL: the name
 * </pre>
 */
final class FrameLayout {
  static final int RUN = 0;
  static final int RECORDED = 8;
  static final int SOURCE_ID = 16;
  static final int POSITION = 24;
  static final int TYPE = 32;
  static final int DETAIL = 36;
  static final int RUN_START = 40;
  static final int PAYLOAD = 48;

  /** Describes a source. Comes before its first record, in every run of the sender. */
  static final int SOURCE = -1;

  /** The source has ended. */
  static final int ENDED = -2;

  /** All sources of that name that there are have been described in this run. */
  static final int ALL = -3;

  /** What a source's name can be at most, in bytes. */
  static final int LONGEST_NAME = 255;

  private FrameLayout() {}
}
