package io.millrace.request;

import io.millrace.ClosedException;
import io.millrace.discovery.Publication;
import io.millrace.discovery.Registry;
import io.millrace.discovery.model.RootException;
import io.millrace.discovery.model.Service;
import io.millrace.os.Closing;
import io.millrace.os.Deadline;
import io.millrace.os.LifeCycle;
import io.millrace.peer.LookPace;
import io.millrace.peer.PeerLife;
import io.millrace.peer.PeerWait;
import io.millrace.peer.PolledRing;
import io.millrace.request.CallFailure.Reason;
import io.millrace.ring.Producer;
import io.millrace.ring.RecordSender;
import io.millrace.ring.WaitStrategy;
import io.millrace.ring.Waitable;
import java.time.Duration;
import java.util.Objects;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;

/**
 * Sends requests and receives the replies. Made by {@link Requests#client}.
 *
 * <p>{@link #call} sends one request and waits for its reply. {@link #send} and {@link #poll} are
 * for many calls at once, and for calls with many replies. Each call ends once: with a last reply,
 * or with a {@link CallFailure}.
 *
 * <p>A request whose server is killed while it handles it goes to another server; it may so be
 * served more than once, in part or whole. Where the server had said that it will answer later, its
 * death ends the call with {@link Reason#SERVER_LOST}, unless the call is {@linkplain
 * CallOptions#idempotent() idempotent}: then the request is sent again.
 *
 * <p>Used by one thread; another one may use it when that one has ended. Every method throws {@link
 * ClosedException} once it was closed, {@link io.millrace.ForeignThreadException} when a second
 * thread uses it while the first one lives, and {@link io.millrace.ring.DamagedRingException} when
 * the memory of its rings holds what no correct process writes. Any thread may {@linkplain #close()
 * close} it and {@linkplain #wakeup() wake} the thread that waits with it. A {@link ReplyHandler}
 * may use everything else; on this client it may only send and cancel, and everything else throws
 * {@link IllegalStateException}.
 *
 * <p>Nothing is allocated by a call that is answered by replies.
 */
public final class RequestClient implements AutoCloseable {
  /**
   * The request was not sent: so many calls are open that there is no room for another reply, or
   * the servers have so many requests to take that there is no room for another one.
   */
  public static final int BACK_PRESSURED = Producer.BACK_PRESSURED;

  /** The request was not sent: no server is there, and it was not to wait for one. */
  public static final int NO_SERVER = -2;

  private final PeerLife handle =
      new PeerLife("client", RequestClient.class, this::closing, this::release);
  private final LifeCycle life = handle.cycle();
  private final String service;
  private final ClientOptions options;
  private final PeerWait wait;
  private final ClientRings rings;
  private final Servers servers;
  private final Publication publication;
  private final OpenCalls calls;
  private final RequestOutbox outbox;
  private final ReplyInbox inbox;
  private final CallWait calling;
  private final LookPace pace = new LookPace();
  private long nextDue;

  RequestClient(Registry registry, String service, ClientOptions options) {
    this.service = service;
    this.options = options;
    int capacity =
        options.replyCapacity() == 0
            ? CallRoom.capacity(options.calls(), options.greatestReply())
            : options.replyCapacity();
    calls = new OpenCalls(options.calls(), options.greatestReply(), capacity);
    calling = new CallWait(options.greatestReply());
    ClosingList made = new ClosingList();
    try {
      wait = made.add(new PeerWait(handle, this::hasDue, this::nanosToNextLook));
      rings = made.add(new ClientRings(service, options, capacity));
      wait.setSources(new PolledRing[] {rings});
      // Servers first: one that takes a request of this client is known by then, or found.
      servers = made.add(new Servers(registry, service, rings.replyCounters));
      wait.watch(servers.descriptor());
      outbox = new RequestOutbox(rings, calls, servers, options.greatestReply());
      inbox = new ReplyInbox(rings, calls, servers, outbox, options.greatestReply());
      publication =
          made.add(
              registry.publish(
                  RequestRecord.client(
                      RequestRecord.CLIENTS.unique(service),
                      service,
                      rings.requestRing,
                      rings.replyRing,
                      rings.tableMemory)));
    } catch (RuntimeException | Error failure) {
      made.closeAfter(failure);
      throw failure;
    }
  }

  /**
   * Sends a request with default options; does not wait.
   *
   * @param type the request's type, 0 or more
   * @param buffer where the payload is
   * @param offset where it starts there
   * @param length its length in bytes, 0 to {@link #maxRequestLength()}
   * @return the number of the call, which is positive and never used again, or {@link
   *     #BACK_PRESSURED}
   * @throws IllegalArgumentException if length or type are out of range
   * @throws IndexOutOfBoundsException if the payload is not within the buffer
   */
  public long send(int type, DirectBuffer buffer, int offset, int length) {
    return send(type, buffer, offset, length, CallOptions.defaults());
  }

  /**
   * Sends a request; does not wait. What becomes of it is told by {@link #poll}. Also for handlers.
   *
   * @param type the request's type, 0 or more
   * @param buffer where the payload is
   * @param offset where it starts there
   * @param length its length in bytes, 0 to {@link #maxRequestLength()}
   * @param how how the call is made
   * @return the number of the call, which is positive and never used again, or {@link
   *     #BACK_PRESSURED} or {@link #NO_SERVER}
   * @throws IllegalArgumentException if length or type are out of range, or the window of the call
   *     has more replies than this client ever has room for
   * @throws IndexOutOfBoundsException if the payload is not within the buffer
   * @throws RootException if the call {@linkplain CallOptions#failFast() must not wait} for a
   *     server, none is known, and the registry's directory was removed, moved or replaced
   */
  public long send(int type, DirectBuffer buffer, int offset, int length, CallOptions how) {
    Objects.requireNonNull(how, "how");
    life.enter();
    try {
      return outbox.send(type, buffer, offset, length, how, Deadline.after(how.timeout()));
    } finally {
      life.exit();
    }
  }

  /**
   * Sends requests that are written in place, for {@link io.millrace.ring.TypedProducer} and the
   * like. One request can be claimed at a time, and nothing else can be sent meanwhile. Also for
   * handlers.
   *
   * @param how how the calls are made
   * @return a sender that sends through this client, by the same thread. Where there is no room a
   *     claim returns {@link #BACK_PRESSURED}, without a server perhaps {@link #NO_SERVER}; a
   *     commit returns the number of the call
   * @throws NullPointerException if the options are null
   */
  public RecordSender sender(CallOptions how) {
    life.requireOpen();
    return new RequestSender(this, Objects.requireNonNull(how, "how"));
  }

  int tryClaim(int type, int length, CallOptions how) {
    life.enter();
    try {
      return outbox.tryClaim(type, length, how);
    } finally {
      life.exit();
    }
  }

  MutableDirectBuffer claimBuffer() {
    return outbox.buffer();
  }

  long commit(int index) {
    enterWithClaim(index);
    try {
      return outbox.commit(index);
    } finally {
      life.exit();
    }
  }

  void abort(int index) {
    enterWithClaim(index);
    try {
      outbox.abort(index);
    } finally {
      life.exit();
    }
  }

  /** A close leaves the claim alone, and with it the ring: both end here. */
  private void enterWithClaim(int index) {
    try {
      life.enter();
    } catch (ClosedException closed) {
      outbox.abandon(index);
      throw closed;
    }
  }

  /**
   * Ends a call: nothing more is told of it. Servers that have not begun with it will not, and one
   * that answers it later is told. Its room is free again once a server has said so. Also for
   * handlers.
   *
   * @param call what {@link #send} returned
   * @return false if it has ended already
   */
  public boolean cancel(long call) {
    life.enter();
    try {
      OpenCall open = calls.find(call);
      if (open == null || !open.isWaitedFor()) {
        return false;
      }
      outbox.giveUp(open);
      return true;
    } finally {
      life.exit();
    }
  }

  /**
   * Tells what has become of calls by now; does not wait.
   *
   * @param handler is told
   * @param limit how many replies at most; less than 1 tells nothing. Calls that have ended without
   *     one, because a time is over or a server is gone, are all told
   * @return how many were told, 0 if there is none now
   * @throws RootException if the registry's directory was removed, moved or replaced: servers that
   *     come or go are not noticed any more. Told only when there is nothing else to tell
   * @throws io.millrace.ring.DamagedRingException if a server has damaged the reply ring
   * @throws NullPointerException if the handler is null
   */
  public int poll(ReplyHandler handler, int limit) {
    Objects.requireNonNull(handler, "handler");
    handle.enterDelivery();
    inbox.begin(handler);
    try {
      return limit < 1 ? 0 : deliver(limit);
    } catch (ClosedException closed) {
      life.requireOpen(); // What was closed is this client, and its handles with it.
      throw closed;
    } finally {
      inbox.end();
      handle.exitDelivery();
    }
  }

  private int deliver(int limit) {
    inbox.receive(limit);
    if (rings.damage() != null) {
      throw rings.damage();
    }
    boolean due = wait.takeCall() || pace.isDue();
    if (due) {
      try {
        look();
      } catch (RootException lost) {
        throwUnlessTold(lost);
      }
      inbox.receive(limit);
    }
    try {
      servers.findExpected(calls);
    } catch (RootException lost) {
      throwUnlessTold(lost);
    }
    inbox.settleGone();
    if (outbox.isToResend()) {
      outbox.resendAll();
    }
    if (due) {
      inbox.expire();
    }
    inbox.settleUndelivered();
    return inbox.told();
  }

  /** What was told comes first; the directory is still lost behind it. */
  private void throwUnlessTold(RootException lost) {
    if (inbox.told() == 0) {
      throw lost;
    }
  }

  private void look() {
    pace.begin();
    servers.look();
    nextDue = System.nanoTime() + servers.longestWaitNanos();
  }

  private boolean hasDue() {
    return System.nanoTime() - nextDue >= 0
        || servers.nanosToNextFind() == 0
        || outbox.nanosToResend() == 0
        || inbox.hasEnds();
  }

  private long nanosToNextLook() {
    long look = Math.max(0, nextDue - System.nanoTime());
    long wanted = Math.min(Math.min(look, outbox.nanosToResend()), servers.nanosToNextFind());
    return Math.min(wanted, Deadline.nanosLeft(calls.nearestDeadline()));
  }

  /**
   * Tells what has become of calls, and waits for the first news if there is none. {@link
   * #wakeup()} and an interrupt of the calling thread, also ones that came before, end the wait at
   * once; the interrupt's flag stays set.
   *
   * @param handler is told
   * @param limit how many replies at most; less than 1 tells nothing and waits for nothing. Calls
   *     that have ended without one are all told
   * @param strategy how to wait
   * @param timeoutNanos how long at most, in nanoseconds; 0 or less does not wait, {@link
   *     Waitable#FOREVER} waits without a limit
   * @return how many were told, 0 if there was none in time or before the wait was ended
   * @throws RootException as for {@link #poll(ReplyHandler, int)}
   * @throws NullPointerException if the handler or the strategy is null
   */
  public int poll(ReplyHandler handler, int limit, WaitStrategy strategy, long timeoutNanos) {
    Objects.requireNonNull(strategy, "strategy");
    int count = poll(handler, limit);
    long start = count == 0 ? System.nanoTime() : 0;
    long rest = limit < 1 ? 0 : timeoutNanos;
    while (count == 0 && rest > 0) {
      boolean goesOn = wait.await(strategy, rest);
      count = poll(handler, limit);
      rest = goesOn ? Deadline.left(timeoutNanos, start) : 0;
    }
    return count;
  }

  /**
   * Sends a request and waits for its only reply.
   *
   * @param type the request's type, 0 or more
   * @param buffer where the payload is
   * @param offset where it starts there
   * @param length its length in bytes, 0 to {@link #maxRequestLength()}
   * @param timeout how long all of it may take
   * @return the reply, valid until the next call
   * @throws CallException if there is no reply; it tells why
   * @throws IllegalArgumentException if length or type are out of range
   * @throws IndexOutOfBoundsException if the payload is not within the buffer
   * @throws IllegalStateException if other calls are open, of which a handler is to be told, or a
   *     handler calls this
   * @throws RootException if the registry's directory was removed, moved or replaced: servers that
   *     come or go are not noticed any more
   */
  public Reply call(int type, DirectBuffer buffer, int offset, int length, Duration timeout) {
    return call(type, buffer, offset, length, CallOptions.timeout(timeout));
  }

  /**
   * Sends a request and waits for its last reply. Earlier ones are passed over.
   *
   * @param type the request's type, 0 or more
   * @param buffer where the payload is
   * @param offset where it starts there
   * @param length its length in bytes, 0 to {@link #maxRequestLength()}
   * @param how how the call is made
   * @return the reply, valid until the next call
   * @throws CallException if there is no reply; it tells why. An interrupt of the calling thread,
   *     whose flag stays set, and {@link #wakeup()} cancel the call
   * @throws IllegalArgumentException if length or type are out of range, or the window is too great
   * @throws IndexOutOfBoundsException if the payload is not within the buffer
   * @throws IllegalStateException if other calls are open, of which a handler is to be told, or a
   *     handler calls this
   * @throws RootException if the registry's directory was removed, moved or replaced: servers that
   *     come or go are not noticed any more
   */
  public Reply call(int type, DirectBuffer buffer, int offset, int length, CallOptions how) {
    life.requireOpen();
    life.requireOwner();
    if (calls.waitedFor() > 0) {
      throw new IllegalStateException(
          "other calls are open: say with the call which handler is told of them");
    }
    return call(type, buffer, offset, length, how, calling);
  }

  /**
   * Sends a request and waits for its last reply, while other calls are open.
   *
   * @param type the request's type, 0 or more
   * @param buffer where the payload is
   * @param offset where it starts there
   * @param length its length in bytes, 0 to {@link #maxRequestLength()}
   * @param how how the call is made
   * @param others is told of other calls meanwhile, and of earlier replies to this one
   * @return the reply, valid until the next call
   * @throws CallException if there is no reply; it tells why. An interrupt of the calling thread,
   *     whose flag stays set, and {@link #wakeup()} cancel the call
   * @throws IllegalArgumentException if length or type are out of range, or the window is too great
   * @throws IndexOutOfBoundsException if the payload is not within the buffer
   * @throws IllegalStateException if a handler calls this
   * @throws RootException if the registry's directory was removed, moved or replaced: servers that
   *     come or go are not noticed any more
   */
  public Reply call(
      int type, DirectBuffer buffer, int offset, int length, CallOptions how, ReplyHandler others) {
    Objects.requireNonNull(others, "others");
    handle.enterOutsideHandlers();
    long call = 0;
    try {
      calling.begin(others == calling ? null : others);
      call = sendWaiting(type, buffer, offset, length, how, Deadline.after(how.timeout()));
      calling.call = call;
      boolean goesOn = true;
      while (calling.isWaiting()) {
        if (poll(calling, Integer.MAX_VALUE) == 0) {
          if (!goesOn) {
            throw new CallException(CallFailure.of(Reason.CANCELLED));
          }
          goesOn = wait.await(options.waiting(), Waitable.FOREVER);
        }
      }
      return calling.take();
    } finally {
      OpenCall left = calls.find(call);
      if (left != null && left.isWaitedFor() && !life.isClosed()) {
        outbox.giveUp(left);
      }
      calling.end();
      life.exit();
    }
  }

  private long sendWaiting(
      int type, DirectBuffer buffer, int offset, int length, CallOptions how, long deadline) {
    long call = outbox.send(type, buffer, offset, length, how, deadline);
    boolean goesOn = true;
    while (call == BACK_PRESSURED) {
      if (!goesOn) {
        throw new CallException(CallFailure.of(Reason.CANCELLED));
      }
      if (Deadline.hasPassed(deadline)) {
        throw new CallException(CallFailure.of(Reason.EXPIRED));
      }
      if (poll(calling, Integer.MAX_VALUE) == 0) {
        goesOn = wait.await(options.waiting(), RequestOutbox.ROOM_PAUSE_NANOS);
      }
      call = outbox.send(type, buffer, offset, length, how, deadline);
    }
    if (call == NO_SERVER) {
      throw new CallException(CallFailure.of(Reason.NO_SERVER));
    }
    return call;
  }

  /**
   * What to wait for when there is nothing to tell: one descriptor for replies, servers and time
   * limits, for {@link io.millrace.ring.RingPoller} and event loops.
   *
   * @return something that is ready once {@link #poll} has something to do
   */
  public Waitable waitForReplies() {
    life.requireOpen();
    return wait.view();
  }

  /**
   * How many calls are open: sent, and their end not told yet.
   *
   * @return the number
   */
  public int openCalls() {
    life.requireOpen();
    life.requireOwner();
    return calls.waitedFor();
  }

  /**
   * How many replies came that nobody waited for: to calls that had ended, or of an attempt that is
   * over.
   *
   * @return the number since the client was made
   */
  public long lateReplies() {
    life.requireOpen();
    life.requireOwner();
    return inbox.lateReplies();
  }

  /**
   * The longest payload of a request.
   *
   * @return its length in bytes
   */
  public int maxRequestLength() {
    return outbox.maxLength();
  }

  /**
   * The service by which servers find it.
   *
   * @return the service
   */
  public Service service() {
    return publication.service();
  }

  /**
   * Ends the wait that is under way, or else the next one at once. Many calls before a wait count
   * as one. Does nothing once it is closed. Any thread may call it at any time.
   */
  public void wakeup() {
    wait.wakeup();
  }

  /**
   * Tells whether this was closed. Any thread may ask.
   *
   * @return true if it was
   */
  public boolean isClosed() {
    return life.isClosed();
  }

  /**
   * Closes the client, and ends its open calls: servers drop what they have not answered. Any
   * thread may close: a wait that is under way ends with an exception, and the last thread out
   * leaves. Closing again does nothing.
   *
   * @throws IllegalStateException if a handler closes what is delivering to it
   */
  @Override
  public void close() {
    handle.close();
  }

  private void closing() {
    wait.wakeup();
    rings.replies.close();
  }

  private void release() {
    Closing.closeAll(publication, servers, rings, wait);
  }

  @Override
  public String toString() {
    return "client of " + service + " with " + calls.waitedFor() + " open calls";
  }
}
