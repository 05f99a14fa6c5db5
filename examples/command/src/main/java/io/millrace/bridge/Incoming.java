package io.millrace.bridge;

/** A ring or a publisher of the other host, as far as it was received. */
final class Incoming {
  static final long NOTHING = -1;

  final BridgedSource source;

  /** The position of the last record that is published here. */
  long last = NOTHING;

  /** The run that described it last. */
  long run;

  boolean hasEnded;

  /** Where it goes; null once it has ended. */
  Inlet inlet;

  // Where it went when that was noted last, perhaps by the receiver before this one.
  long noted;
  long notedRing;
  long notedSkip;
  String notedService = "";

  Incoming(BridgedSource source) {
    this.source = source;
  }

  void noteInlet() {
    if (inlet != null) {
      noted = inlet.end;
      notedRing = inlet.ringId();
      notedSkip = inlet.skip;
      notedService = inlet.service();
    }
  }
}
