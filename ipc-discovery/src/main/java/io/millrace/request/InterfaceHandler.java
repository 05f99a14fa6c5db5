package io.millrace.request;

import io.millrace.message.MessageAnswerer;
import org.agrona.DirectBuffer;

/** Answers requests by calling an implementation of an interface. */
final class InterfaceHandler implements RequestHandler {
  private final MessageAnswerer answerer;

  InterfaceHandler(MessageAnswerer answerer) {
    this.answerer = answerer;
  }

  @Override
  public void onRequest(Request request, int type, DirectBuffer buffer, int offset, int length) {
    if (!answerer.answer(type, buffer, offset, length, request.sender())) {
      request.fail(
          Requests.UNKNOWN_METHOD,
          "a request of type "
              + type
              + " is for no method of "
              + answerer.schema()
              + ": its server is older than its client, or serves another interface");
    }
  }
}
