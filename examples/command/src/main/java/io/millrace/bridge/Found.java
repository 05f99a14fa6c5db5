package io.millrace.bridge;

import io.aeron.archive.client.AeronArchive;

/** A recording in an archive. */
record Found(long recording, long startedAt, int initialTermId, int termLength, int mtu) {
  /** The last recording of a stream, or null if there is none. */
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
            identity) -> last[0] = new Found(recording, startTime, initialTermId, termLength, mtu));
    return last[0];
  }
}
