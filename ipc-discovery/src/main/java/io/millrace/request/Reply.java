package io.millrace.request;

import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * The reply to a {@linkplain RequestClient#call call}: a copy, which belongs to the client and is
 * valid until its next call. Used by the thread of the client.
 */
public final class Reply {
  private final byte[] bytes;
  private final UnsafeBuffer buffer;
  private int type;
  private int length;

  Reply(int greatest) {
    bytes = new byte[greatest];
    buffer = new UnsafeBuffer(bytes);
  }

  void set(int newType, DirectBuffer source, int offset, int newLength) {
    source.getBytes(offset, bytes, 0, newLength);
    type = newType;
    length = newLength;
  }

  /**
   * The reply's type.
   *
   * @return as given by the server, 0 or more
   */
  public int type() {
    return type;
  }

  /**
   * Where the payload is, from index 0 on.
   *
   * @return the buffer
   */
  public DirectBuffer buffer() {
    return buffer;
  }

  /**
   * How long the payload is.
   *
   * @return bytes
   */
  public int length() {
    return length;
  }
}
