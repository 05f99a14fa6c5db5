package io.millrace.request;

import io.millrace.os.Closing;
import io.millrace.os.Descriptor;
import io.millrace.peer.PolledRing;
import io.millrace.ring.Consumer;
import io.millrace.ring.GroupOptions;
import io.millrace.ring.Producer;
import io.millrace.ring.Ring;
import io.millrace.ring.RingCounters;
import io.millrace.ring.RingOptions;
import io.millrace.ring.Waitable;

/**
 * The memory that a client owns: a ring for its requests, one for the replies, which it sleeps
 * with, and what it says of its calls. Used by the client's thread.
 */
final class ClientRings extends PolledRing implements AutoCloseable {
  /** As many consumers as a ring can have. */
  private static final int MOST_SERVERS = 63;

  final Ring requestRing;
  final Ring replyRing;
  final Producer requests;
  final Consumer replies;
  final RingCounters replyCounters;
  final CallTable table;
  final Descriptor tableMemory;
  final ServerBell bell;

  private final Waitable waitable;

  ClientRings(String service, ClientOptions options, int replyCapacity) {
    ClosingList made = new ClosingList();
    try {
      requestRing =
          made.add(
              Ring.create(
                  RingOptions.capacity(options.requestCapacity())
                      .name("requests " + service)
                      .maxGroups(1)
                      .maxConsumers(MOST_SERVERS)
                      .maxWaiters(options.sleepers())
                      .forSingleProducer()));
      replyRing =
          made.add(
              Ring.create(
                  RingOptions.capacity(replyCapacity)
                      .name("replies " + service)
                      .maxProducers(MOST_SERVERS)
                      .maxGroups(1)
                      .maxConsumers(1)
                      .maxWaiters(1)));
      requestRing.addGroup(RequestRecord.GROUP);
      requests = requestRing.addProducer();
      replies = replyRing.addConsumer(GroupOptions.named("client"));
      replyCounters = replyRing.counters();
      waitable = replies.waitForRecords();
      tableMemory = made.add(CallTable.create(service, options.calls(), options.greatestReply()));
      table = made.add(CallTable.open(tableMemory));
      bell = made.add(new ServerBell(requestRing));
    } catch (RuntimeException | Error failure) {
      made.closeAfter(failure);
      throw failure;
    }
  }

  @Override
  protected Waitable waitable() {
    return waitable;
  }

  @Override
  protected boolean isShared() {
    return false;
  }

  @Override
  public void close() {
    Closing.closeAll(replies, requests, bell, replyRing, requestRing, table, tableMemory);
  }
}
