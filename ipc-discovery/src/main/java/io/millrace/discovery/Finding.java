package io.millrace.discovery;

/**
 * One thing that the {@link Doctor} looked at. Immutable.
 *
 * @param subject what
 * @param severity how good it is
 * @param detail what was found
 * @param consequence what follows from it, empty if it is fine
 * @param cure what helps, empty if it is fine
 */
public record Finding(
    String subject, Severity severity, String detail, String consequence, String cure) {
  /** How good something is. */
  public enum Severity {
    /** As it should be. */
    FINE,
    /** The library works, but in another way or with less room. */
    LIMITED,
    /** Something does not work at all. */
    MISSING
  }

  @Override
  public String toString() {
    return severity == Severity.FINE
        ? subject + ": " + detail
        : subject + ": " + severity + ", " + detail + "; so " + consequence + "; cure: " + cure;
  }
}
