package io.millrace.request;

import java.util.Objects;

/**
 * Why a call has no last reply. Immutable.
 *
 * @param reason what happened
 * @param error what kind of error a server reported, for {@link Reason#REFUSED}: the name of an
 *     exception's class, or what its handler said; empty otherwise
 * @param text what a server said of it, or what happened in words
 */
public record CallFailure(Reason reason, String error, String text) {
  /** What happened. */
  public enum Reason {
    /** A server answered with an error, or its handler threw. */
    REFUSED,
    /** A server's handler returned without an answer. */
    UNANSWERED,
    /** The time was over. A server may have begun with it, or even be still working on it. */
    EXPIRED,
    /** The call was cancelled. */
    CANCELLED,
    /** No server is there, and the call was not to wait for one. */
    NO_SERVER,
    /** The server that had taken it is gone; how far it came is not known. */
    SERVER_LOST,
    /** The server answered, and found no room for the answer although room was kept for it. */
    NO_ROOM,
    /** Servers died with it in their hands, again and again. */
    GIVEN_UP,
    /** What came as an answer makes no sense. */
    DAMAGED
  }

  /** Refuses null. */
  public CallFailure {
    Objects.requireNonNull(reason, "reason");
    Objects.requireNonNull(error, "error");
    Objects.requireNonNull(text, "text");
  }

  /** One without more to say. */
  static CallFailure of(Reason reason) {
    return new CallFailure(
        reason,
        "",
        switch (reason) {
          case REFUSED -> "the server refused it";
          case UNANSWERED -> "the server's handler returned without an answer";
          case EXPIRED -> "no answer came in time";
          case CANCELLED -> "the call was cancelled";
          case NO_SERVER -> "no server is there";
          case SERVER_LOST -> "the server that had taken the call is gone";
          case NO_ROOM -> "the answer found no room: other answers came more often than once";
          case GIVEN_UP -> "too many servers died with the call in their hands";
          case DAMAGED -> "the answer makes no sense: a server is broken or hostile";
        });
  }
}
