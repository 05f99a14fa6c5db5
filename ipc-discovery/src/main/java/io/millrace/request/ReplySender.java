package io.millrace.request;

import io.millrace.ring.RecordSender;
import org.agrona.ExpandableArrayBuffer;
import org.agrona.MutableDirectBuffer;

/**
 * Takes the last reply to a request in memory of its own, from which it is copied: a claim in the
 * ring that is given up would use the room that is kept for the answer.
 */
final class ReplySender implements RecordSender {
  private static final int NONE = -1;

  private final Request request;
  private final ExpandableArrayBuffer buffer = new ExpandableArrayBuffer();
  private int claimed = NONE;
  private int type;

  ReplySender(Request request) {
    this.request = request;
  }

  /** For another request. */
  void reset() {
    claimed = NONE;
  }

  @Override
  public int tryClaim(int recordType, int length) {
    request.requireReply(recordType, length);
    if (claimed != NONE) {
      throw new IllegalStateException("a reply is claimed already: commit or abort it first");
    }
    if (!request.isWanted()) {
      return Request.CALL_OVER;
    }
    buffer.checkLimit(length);
    claimed = length;
    type = recordType;
    return 0;
  }

  @Override
  public MutableDirectBuffer buffer() {
    return buffer;
  }

  @Override
  public long commit(int index) {
    int length = end(index);
    return request.reply(type, buffer, 0, length);
  }

  @Override
  public void abort(int index) {
    end(index);
  }

  private int end(int index) {
    if (index != 0 || claimed == NONE) {
      throw new IllegalStateException("index " + index + " is not claimed");
    }
    int length = claimed;
    claimed = NONE;
    return length;
  }

  @Override
  public int maxMessageLength() {
    return request.maxReplyLength();
  }
}
