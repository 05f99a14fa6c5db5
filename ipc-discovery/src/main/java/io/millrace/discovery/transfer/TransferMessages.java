package io.millrace.discovery.transfer;

import io.millrace.discovery.codec.AcquireReplyDecoder;
import io.millrace.discovery.codec.AcquireReplyEncoder;
import io.millrace.discovery.codec.AcquireRequestDecoder;
import io.millrace.discovery.codec.AcquireRequestEncoder;
import io.millrace.discovery.codec.Answer;
import io.millrace.discovery.codec.MessageHeaderDecoder;
import io.millrace.discovery.codec.MessageHeaderEncoder;
import org.agrona.concurrent.UnsafeBuffer;

/** The two messages that joiner and publisher exchange over the socket. */
public final class TransferMessages {
  public static final int REQUEST_SIZE =
      MessageHeaderEncoder.ENCODED_LENGTH + AcquireRequestEncoder.BLOCK_LENGTH;
  public static final int REPLY_SIZE =
      MessageHeaderEncoder.ENCODED_LENGTH + AcquireReplyEncoder.BLOCK_LENGTH;

  private TransferMessages() {}

  public static byte[] request(long instance) {
    byte[] message = new byte[REQUEST_SIZE];
    new AcquireRequestEncoder()
        .wrapAndApplyHeader(new UnsafeBuffer(message), 0, new MessageHeaderEncoder())
        .instance(instance);
    return message;
  }

  /** Tells whether a message, which may be anything, is a request. */
  public static boolean isRequest(byte[] message) {
    return message.length == REQUEST_SIZE && isMessage(message, AcquireRequestDecoder.TEMPLATE_ID);
  }

  public static long instance(byte[] request) {
    return new AcquireRequestDecoder()
        .wrapAndApplyHeader(new UnsafeBuffer(request), 0, new MessageHeaderDecoder())
        .instance();
  }

  public static byte[] reply(Answer answer) {
    byte[] message = new byte[REPLY_SIZE];
    new AcquireReplyEncoder()
        .wrapAndApplyHeader(new UnsafeBuffer(message), 0, new MessageHeaderEncoder())
        .answer(answer);
    return message;
  }

  /** The answer in a message, which may be anything; MALFORMED if there is none. */
  public static Answer answer(byte[] message) {
    if (message.length != REPLY_SIZE || !isMessage(message, AcquireReplyDecoder.TEMPLATE_ID)) {
      return Answer.MALFORMED;
    }
    short raw = (short) (message[MessageHeaderDecoder.ENCODED_LENGTH] & 0xff);
    for (Answer known : Answer.values()) {
      if (known.value() == raw) {
        return known;
      }
    }
    return Answer.MALFORMED;
  }

  private static boolean isMessage(byte[] message, int template) {
    MessageHeaderDecoder header = new MessageHeaderDecoder().wrap(new UnsafeBuffer(message), 0);
    return header.schemaId() == MessageHeaderDecoder.SCHEMA_ID
        && header.templateId() == template
        && header.blockLength() == message.length - MessageHeaderDecoder.ENCODED_LENGTH;
  }
}
