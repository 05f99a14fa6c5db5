package io.millrace.request;

import io.millrace.discovery.Acquisition;
import io.millrace.discovery.model.Service;
import io.millrace.os.Closing;
import io.millrace.os.Descriptor;
import io.millrace.peer.PolledRing;
import io.millrace.ring.Consumer;
import io.millrace.ring.ControlledRecordHandler;
import io.millrace.ring.DamagedRingException;
import io.millrace.ring.Producer;
import io.millrace.ring.Ring;
import io.millrace.ring.Waitable;
import java.util.Arrays;

/** The rings of one client, as one server has them. Used by the server's thread. */
final class ServedClient extends PolledRing implements AutoCloseable {
  final Service service;
  final CallTable table;
  final Producer replies;
  private final Ring requestRing;
  private final Ring replyRing;
  private final Consumer requests;
  private final Waitable waitable;
  private boolean closed;

  /** How many of its calls are to be answered later. */
  int taken;

  /** What of its changes was looked at; what is being looked at. */
  long seenChanges;

  long lookedChanges;

  private ServedClient(Service service, Ring requestRing, Ring replyRing, CallTable table) {
    this.service = service;
    this.requestRing = requestRing;
    this.replyRing = replyRing;
    this.table = table;
    replies = replyRing.addProducer();
    requests = requestRing.addConsumer(RequestRecord.GROUP);
    waitable = requests.waitForRecords();
    if (table.greatestReply > replies.maxMessageLength() - CallLayout.REPLY_HEADER) {
      throw new DamagedCallsException("replies of " + table.greatestReply + " bytes");
    }
  }

  /** Joins, with descriptors that were handed over and stay the acquisition's. */
  static ServedClient join(Acquisition acquisition) {
    Service service = acquisition.service();
    int second = RequestRecord.replyRing(service);
    int[] numbers = acquisition.descriptors();
    int last = numbers.length - 1;
    ClosingList made = new ClosingList();
    try {
      CallTable table;
      try (Descriptor memory = Descriptor.duplicateOf(numbers[last], "memory of calls")) {
        table = made.add(CallTable.open(memory));
      }
      Ring requests = made.add(Ring.join(Arrays.copyOf(numbers, second)));
      Ring replies = made.add(Ring.join(Arrays.copyOfRange(numbers, second, last)));
      return new ServedClient(service, requests, replies, table);
    } catch (RuntimeException | Error failure) {
      made.closeAfter(failure);
      throw failure;
    }
  }

  boolean isSameMemory(Service other) {
    return isSameMemory(service, other);
  }

  boolean isServed() {
    return !closed;
  }

  /** What the handler throws it keeps to itself: what comes out of this is the ring's. */
  int poll(ControlledRecordHandler handler, int limit) {
    try {
      return requests.controlledPoll(handler, limit);
    } catch (DamagedRingException failure) {
      refuse(failure);
      return 0;
    }
  }

  /** Tells whether it is no use to try again. */
  static boolean isDamage(RuntimeException failure) {
    return failure instanceof DamagedRingException || failure instanceof DamagedCallsException;
  }

  /** Lets a delivery that is under way end behind its request. For any thread. */
  void endDelivery() {
    requests.close();
  }

  @Override
  protected Waitable waitable() {
    return waitable;
  }

  @Override
  protected boolean isShared() {
    return true;
  }

  @Override
  public void close() {
    closed = true;
    Closing.closeAll(requests, replies, requestRing, replyRing, table);
  }
}
