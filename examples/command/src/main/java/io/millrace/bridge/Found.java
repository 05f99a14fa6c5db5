package io.millrace.bridge;

import io.aeron.ChannelUri;
import io.aeron.CommonContext;
import io.aeron.archive.client.AeronArchive;

/** A recording of a bridge in an archive, which may have recordings of others. */
record Found(long recording, long startedAt, int initialTermId, int termLength, int mtu) {
  private static final String ALIAS = "millrace-bridge";

  /** The channel by which a bridge has its stream recorded, and by which it is known later. */
  static String toRecord(String channel, int session) {
    ChannelUri uri = ChannelUri.parse(channel);
    uri.put(CommonContext.SESSION_ID_PARAM_NAME, Integer.toString(session));
    uri.put(CommonContext.ALIAS_PARAM_NAME, ALIAS);
    return uri.toString();
  }

  private static boolean isOfABridge(String channel) {
    return ALIAS.equals(ChannelUri.parse(channel).get(CommonContext.ALIAS_PARAM_NAME));
  }

  /** The last recording of a bridge's stream, or null if there is none. */
  static Found newest(AeronArchive archive, int stream) {
    Found[] last = new Found[1];
    archive.listRecordingsForUri(
        0,
        Integer.MAX_VALUE,
        "",
        stream,
        (control,
            correlation,
            recording,
            startTime,
            stopTime,
            start,
            stop,
            initialTermId,
            segmentLength,
            termLength,
            mtu,
            session,
            streamId,
            stripped,
            original,
            identity) -> {
          if (isOfABridge(original)) {
            last[0] = new Found(recording, startTime, initialTermId, termLength, mtu);
          }
        });
    return last[0];
  }
}
