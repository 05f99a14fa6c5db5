package io.millrace.request;

import io.millrace.ring.RecordSender;
import org.agrona.MutableDirectBuffer;

/** Sends requests that are written in place, all in the same way. */
final class RequestSender implements RecordSender {
  private final RequestClient client;
  private final CallOptions how;

  RequestSender(RequestClient client, CallOptions how) {
    this.client = client;
    this.how = how;
  }

  @Override
  public int tryClaim(int type, int length) {
    return client.tryClaim(type, length, how);
  }

  @Override
  public MutableDirectBuffer buffer() {
    return client.claimBuffer();
  }

  @Override
  public long commit(int index) {
    return client.commit(index);
  }

  @Override
  public void abort(int index) {
    client.abort(index);
  }

  @Override
  public int maxMessageLength() {
    return client.maxRequestLength();
  }
}
