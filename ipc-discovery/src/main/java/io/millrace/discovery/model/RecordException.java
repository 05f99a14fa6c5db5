package io.millrace.discovery.model;

import io.millrace.DamagedException;

/** Thrown when a record cannot be trusted; it was not used. */
public final class RecordException extends DamagedException {
  private static final long serialVersionUID = 1L;

  /** The service's name. */
  private final String name;

  /** What is wrong. */
  private final Flaw flaw;

  /** What is wrong with a record. */
  public enum Flaw {
    /** It is a directory, a link, a pipe or the like. */
    NOT_A_FILE("is not a regular file"),
    /** It may not be read by this user. */
    NOT_READABLE("may not be read by this user"),
    /** It cannot be read, now or ever, for another reason. */
    UNREADABLE("cannot be read"),
    /** It ends too early. */
    CUT_SHORT("is cut short"),
    /** It is larger than any record. */
    OVERSIZED("is larger than any record"),
    /** It does not start as records do. */
    NOT_A_RECORD("is no record"),
    /** A newer version of the library wrote it. */
    NEWER_VERSION("was written by a newer version of the library"),
    /** Its checksum is wrong. */
    BAD_CHECKSUM("fails its checksum"),
    /** Its checksum is right but its content is not. */
    MALFORMED("is malformed"),
    /** It stands under a name that is not its own. */
    OTHER_NAME("carries another name");

    private final String words;

    Flaw(String words) {
      this.words = words;
    }
  }

  /**
   * Describes the refusal.
   *
   * @param name the name of the file
   * @param flaw what is wrong with it
   * @param detail more of it, the end of the sentence
   */
  public RecordException(String name, Flaw flaw, String detail) {
    this(name, flaw, detail, null);
  }

  /**
   * Describes the refusal.
   *
   * @param name the name of the file
   * @param flaw what is wrong with it
   * @param detail more of it, the end of the sentence
   * @param cause what it came from
   */
  public RecordException(String name, Flaw flaw, String detail, Throwable cause) {
    super("record " + name + " is refused: it " + flaw.words + detail, cause);
    this.name = name;
    this.flaw = flaw;
  }

  /**
   * Tells whether what has the name is not Millrace's at all.
   *
   * @return true if it is somebody's file, or no file
   */
  public boolean isForeign() {
    return flaw == Flaw.NOT_A_RECORD || flaw == Flaw.NOT_A_FILE;
  }

  /**
   * The file that was refused.
   *
   * @return its name in the registry's directory
   */
  public String name() {
    return name;
  }

  /**
   * Why it was refused.
   *
   * @return the flaw
   */
  public Flaw flaw() {
    return flaw;
  }
}
