package io.millrace.ring;

/** Layout. */
public final class RingLayout {
  private RingLayout() {}
}
