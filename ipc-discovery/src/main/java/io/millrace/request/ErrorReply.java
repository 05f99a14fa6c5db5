package io.millrace.request;

import io.millrace.request.CallFailure.Reason;
import java.nio.charset.StandardCharsets;
import org.agrona.DirectBuffer;

/** What an error reply says: a code as its type, and for some a text. */
final class ErrorReply {
  private static final Reason[] CODES = {
    Reason.REFUSED,
    Reason.UNANSWERED,
    Reason.EXPIRED,
    Reason.CANCELLED,
    Reason.SERVER_LOST,
    Reason.GIVEN_UP
  };

  private ErrorReply() {}

  static int code(Reason reason) {
    for (int i = 0; i < CODES.length; i++) {
      if (CODES[i] == reason) {
        return i;
      }
    }
    throw new IllegalArgumentException("no server says " + reason);
  }

  /** Whatever a server has written. */
  static Reason reason(int code) {
    return code >= 0 && code < CODES.length ? CODES[code] : Reason.DAMAGED;
  }

  /** The kind of error, a line end, and what is to be said of it, cut where a character begins. */
  static byte[] encode(String error, String text, int longest) {
    byte[] all = (error + "\n" + text).getBytes(StandardCharsets.UTF_8);
    int length = Math.min(all.length, longest);
    while (length > 0 && length < all.length && (all[length] & 0xc0) == 0x80) {
      length--;
    }
    return length == all.length ? all : java.util.Arrays.copyOf(all, length);
  }

  static CallFailure read(DirectBuffer buffer, int offset, int length) {
    byte[] bytes = new byte[length];
    buffer.getBytes(offset, bytes);
    String all = new String(bytes, StandardCharsets.UTF_8);
    int end = all.indexOf('\n');
    return end < 0
        ? new CallFailure(Reason.REFUSED, all, "")
        : new CallFailure(Reason.REFUSED, all.substring(0, end), all.substring(end + 1));
  }
}
