package io.millrace.bridge;

import static io.millrace.bridge.FrameLayout.*;

import io.aeron.logbuffer.ControlledFragmentHandler;
import io.aeron.logbuffer.Header;
import io.millrace.MillraceException;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.agrona.DirectBuffer;
import org.agrona.collections.LongArrayList;

/** Takes the frames of a sender: puts their records into rings, and follows what they tell. */
final class Frames implements ControlledFragmentHandler {
  private final BridgeReceiverOptions options;
  private final BridgeListener listener;
  private final Progress progress;
  private final Inlets inlets;
  private final Inbound inbound;

  /** The runs of the sender that were seen, in their order. */
  private final LongArrayList runs = new LongArrayList();

  /** Sources with names that there cannot be, which no sender sends. */
  private final LongArrayList impossible = new LongArrayList();

  private boolean goesBack;
  private long goBackTo;

  /** The run for which it went back last: what came before that is known when it comes again. */
  private long awaited;

  private String told = "";

  /** Something was taken that is not noted yet. */
  boolean changed;

  long published;

  /** How many came again. */
  long again;

  Frames(BridgeReceiverOptions options, Progress progress, Inlets inlets, Inbound inbound) {
    this.options = options;
    listener = options.listener();
    this.progress = progress;
    this.inlets = inlets;
    this.inbound = inbound;
    if (progress.run != 0) {
      runs.addLong(progress.run);
    }
  }

  int runs() {
    return runs.size();
  }

  /** Behind a poll: where a place that was read already has other records now, they are read. */
  void goBackIfWanted() {
    if (goesBack) {
      goesBack = false;
      inbound.goTo(goBackTo);
    }
  }

  @Override
  public Action onFragment(DirectBuffer buffer, int at, int length, Header header) {
    if (length < PAYLOAD) {
      throw new BridgeException(
          "what comes on " + options.channel() + " is from no bridge: give each its own stream");
    }
    long run = buffer.getLong(at + RUN, ByteOrder.LITTLE_ENDIAN);
    if (!runs.containsLong(run)) {
      long start = buffer.getLong(at + RUN_START, ByteOrder.LITTLE_ENDIAN);
      if (!runs.isEmpty() && run != awaited && progress.position > Math.min(start, progress.safe)) {
        // A sender before was killed, perhaps before the archive had all that it had sent. In a
        // place that was read already there may be other records now, also of runs in between.
        awaited = run;
        goesBack = true;
        goBackTo = Math.min(start, progress.safe);
        return Action.ABORT;
      }
      runs.addLong(run);
    }
    progress.run = run;
    progress.safe = Math.max(progress.safe, buffer.getLong(at + RECORDED, ByteOrder.LITTLE_ENDIAN));
    if (!take(run, buffer, at, length)) {
      return Action.ABORT;
    }
    progress.position = header.position();
    if (inbound.isFromArchive()) {
      progress.safe = Math.max(progress.safe, progress.position);
    }
    changed = true;
    return Action.CONTINUE;
  }

  /** Returns false if that is not possible now. */
  private boolean take(long run, DirectBuffer buffer, int at, int length) {
    long id = buffer.getLong(at + SOURCE_ID, ByteOrder.LITTLE_ENDIAN);
    int type = buffer.getInt(at + TYPE, ByteOrder.LITTLE_ENDIAN);
    boolean isOfOldRun = runs.getLong(runs.size() - 1) != run;
    switch (type) {
      case SOURCE:
        int kind = buffer.getInt(at + DETAIL, ByteOrder.LITTLE_ENDIAN);
        String name = name(buffer, at, length);
        if (!BridgedSource.canBe(kind, name)) {
          refuse("a frame", new BridgeException("no ring and no topic is called \"" + name + '"'));
          impossible.addLong(id);
          return true;
        }
        BridgedSource source = new BridgedSource(id, BridgedSource.kind(kind), name);
        if (!describe(source, run)) {
          return false;
        }
        if (source.kind() == BridgedSource.Kind.RING && !isOfOldRun) {
          endOthers(source.kind(), name, run); // The sender does not find them any more.
        }
        return true;
      case ENDED:
        if (!isOfOldRun) {
          end(progress.sources.get(id));
        }
        return true;
      case ALL:
        if (!isOfOldRun) {
          endOthers(BridgedSource.Kind.PUBLISHER, name(buffer, at, length), run);
        }
        return true;
      default:
        if (type < 0) {
          refuse("a frame", new BridgeException("it is of the unknown kind " + type));
          return true;
        }
        long position = buffer.getLong(at + POSITION, ByteOrder.LITTLE_ENDIAN);
        return publish(id, position, type, buffer, at + PAYLOAD, length - PAYLOAD);
    }
  }

  private static String name(DirectBuffer buffer, int at, int length) {
    byte[] bytes = new byte[length - PAYLOAD];
    buffer.getBytes(at + PAYLOAD, bytes);
    return new String(bytes, StandardCharsets.UTF_8);
  }

  private boolean describe(BridgedSource source, long run) {
    Incoming known = progress.sources.getOrDefault(source.id(), new Incoming(source));
    if (known.inlet == null) {
      try {
        known.inlet = inlets.open(known);
      } catch (MillraceException | IllegalArgumentException refusal) {
        refuse(source.name(), refusal);
        return false;
      }
      progress.sources.put(source.id(), known);
      known.hasEnded = false;
      progress.note(); // Before a record goes there, so that the next receiver looks there for it.
      listener.onSource(source);
    }
    known.run = run;
    return true;
  }

  private void refuse(String name, RuntimeException why) {
    String cause = name + why.getMessage();
    if (!told.equals(cause)) {
      told = cause;
      listener.onRefused(name, why);
    }
  }

  private void end(Incoming ended) {
    if (ended != null && ended.inlet != null) {
      ended.noteInlet();
      inlets.end(ended);
      ended.inlet = null;
      progress.ended(ended);
      listener.onEnded(ended.source);
    }
  }

  /** Those that ended while no sender was there. */
  private void endOthers(BridgedSource.Kind kind, String name, long run) {
    for (Incoming one : List.copyOf(progress.sources.values())) {
      if (one.source.kind() == kind && one.source.name().equals(name) && one.run != run) {
        end(one);
      }
    }
  }

  private boolean publish(
      long source, long position, int type, DirectBuffer buffer, int at, int length) {
    Incoming from = progress.sources.get(source);
    if (impossible.containsLong(source)) {
      return true;
    }
    if (from == null) {
      throw new BridgeException(
          "a record came of a ring or publisher that was not described: remove "
              + options.directory().resolve(Progress.NOTES)
              + ", and everything that the archive has comes again");
    }
    if (from.inlet == null || position <= from.last) {
      again++; // Of one that has ended, or here already.
      return true;
    }
    Inlet inlet = from.inlet;
    if (inlet.skip > 0) {
      inlet.skip--; // A receiver was killed between the ring and the note.
      again++;
    } else {
      if (length > inlet.maxMessageLength()) {
        throw new BridgeException(
            "a record of "
                + length
                + " bytes is too long for the ring of "
                + from.source.name()
                + ": receive into rings of "
                + Math.max(2L * length, 2L * inlet.maxMessageLength())
                + " bytes or more");
      }
      long end = inlet.offer(type, buffer, at, length);
      if (end < 0) {
        return false;
      }
      inlet.end = end;
      published++;
      Steps.reached(Steps.Step.RECORD_PUBLISHED);
    }
    from.last = position;
    inlets.touched(inlet);
    return true;
  }
}
