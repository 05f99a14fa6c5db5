package io.millrace.request;

import static io.millrace.request.CallLayout.*;

import io.millrace.ClosedException;
import io.millrace.discovery.Publication;
import io.millrace.discovery.Registry;
import io.millrace.discovery.model.RootException;
import io.millrace.discovery.model.Service;
import io.millrace.os.Closing;
import io.millrace.os.Deadline;
import io.millrace.os.Descriptor;
import io.millrace.os.LifeCycle;
import io.millrace.peer.LookPace;
import io.millrace.peer.PeerLife;
import io.millrace.peer.PeerWait;
import io.millrace.peer.PolledRing;
import io.millrace.request.CallFailure.Reason;
import io.millrace.request.Servers.Gone;
import io.millrace.ring.Consumer;
import io.millrace.ring.ControlledRecordHandler;
import io.millrace.ring.ControlledRecordHandler.Action;
import io.millrace.ring.GroupOptions;
import io.millrace.ring.Producer;
import io.millrace.ring.RecordSender;
import io.millrace.ring.Ring;
import io.millrace.ring.RingCounters;
import io.millrace.ring.RingOptions;
import io.millrace.ring.WaitStrategy;
import io.millrace.ring.Waitable;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

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
 * ClosedException} once it was closed, and {@link io.millrace.ForeignThreadException} when a second
 * thread uses it while the first one lives. Any thread may {@linkplain #close() close} it and
 * {@linkplain #wakeup() wake} the thread that waits with it. A {@link ReplyHandler} may use
 * everything else; on this client it may only send and cancel, and everything else throws {@link
 * IllegalStateException}.
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

  /** As many consumers as a ring can have. */
  private static final int MOST_SERVERS = 63;

  /** How many replies one poll reads at most, told or not, before it looks at everything else. */
  private static final int MOST_READ = 4096;

  /** How long a call sleeps while there is no room for its request, which nobody announces. */
  private static final long ROOM_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

  private final PeerLife handle =
      new PeerLife("client", RequestClient.class, this::closing, this::release);
  private final LifeCycle life = handle.cycle();
  private final String service;
  private final ClientOptions options;
  private final PeerWait wait;
  private final Ring requestRing;
  private final Ring replyRing;
  private final RingCounters replyCounters;
  private final Producer requests;
  private final Consumer replies;
  private final ReplySource replySource;
  private final CallTable table;
  private final Descriptor tableMemory;
  private final ServerBell bell;
  private final Servers servers;
  private final Publication publication;
  private final OpenCalls calls;
  private final UnsafeBuffer header = new UnsafeBuffer(new byte[REQUEST_HEADER]);
  private final ControlledRecordHandler receiving = this::receive;
  private final CallWait calling;

  /** The handler that is told, during a poll. */
  private ReplyHandler handler;

  /** Whose request is being written in place; null if none is. */
  private OpenCall claimed;

  private int claimedIndex;
  private int claimedType;
  private int claimedLength;

  private int told;
  private final LookPace pace = new LookPace();
  private long nextDue;
  private long seenUndelivered;

  /** A server was forgotten, and calls that want one are not told yet. */
  private boolean isAnyForgotten;

  private long nextResend = System.nanoTime();
  private long lateReplies;

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
                  RingOptions.capacity(capacity)
                      .name("replies " + service)
                      .maxProducers(MOST_SERVERS)
                      .maxGroups(1)
                      .maxConsumers(1)
                      .maxWaiters(1)));
      requestRing.addGroup(RequestRecord.GROUP);
      requests = requestRing.addProducer();
      replies = replyRing.addConsumer(GroupOptions.named("client"));
      replyCounters = replyRing.counters();
      tableMemory = made.add(CallTable.create(service, options.calls(), options.greatestReply()));
      table = made.add(CallTable.open(tableMemory));
      bell = made.add(new ServerBell(requestRing));
      replySource = new ReplySource(replies);
      wait.setSources(new PolledRing[] {replySource});
      // Servers first: one that takes a request of this client is known by then, or found.
      servers = made.add(new Servers(registry, service, replyCounters));
      wait.watch(servers.descriptor());
      publication =
          made.add(
              registry.publish(
                  RequestRecord.client(
                      RequestRecord.CLIENTS.unique(service),
                      service,
                      requestRing,
                      replyRing,
                      tableMemory)));
    } catch (RuntimeException | Error failure) {
      made.closeAfter(failure);
      throw failure;
    }
  }

  /** The reply ring, as the sleep has it. */
  private static final class ReplySource extends PolledRing {
    private final Waitable waitable;

    ReplySource(Consumer replies) {
      waitable = replies.waitForRecords();
    }

    @Override
    protected Waitable waitable() {
      return waitable;
    }

    @Override
    protected boolean isShared() {
      return false;
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
   */
  public long send(int type, DirectBuffer buffer, int offset, int length, CallOptions how) {
    Objects.requireNonNull(how, "how");
    life.enter();
    try {
      return sendInside(type, buffer, offset, length, how, Deadline.after(how.timeout()));
    } finally {
      life.exit();
    }
  }

  private long sendInside(
      int type, DirectBuffer buffer, int offset, int length, CallOptions how, long deadline) {
    requireRequest(type, length);
    buffer.boundsCheck(offset, length);
    if (how.isFailFast() && !servers.areAny()) {
      return NO_SERVER;
    }
    OpenCall call = begin(how, deadline);
    if (call == null) {
      return BACK_PRESSURED;
    }
    boolean sent = false;
    calls.open(call);
    try {
      if (how.isIdempotent()) {
        call.keep(type, buffer, offset, length);
      }
      sent = offer(call, 0, type, buffer, offset, length);
    } finally {
      if (!sent) {
        end(call);
      }
    }
    return sent ? call.correlation : BACK_PRESSURED;
  }

  /** Returns null if there is no room for its replies now. */
  private OpenCall begin(CallOptions how, long deadline) {
    OpenCall call = calls.begin(how, deadline);
    if (call == null && !calls.canEverHold(how)) {
      throw new IllegalArgumentException(
          "a window of "
              + how.window()
              + " replies of up to "
              + options.greatestReply()
              + " bytes: there is no room for it, give ClientOptions.replyCapacity more");
    }
    return call;
  }

  private boolean offer(
      OpenCall call, int attempts, int type, DirectBuffer buffer, int offset, int length) {
    show(call, attempts, header, 0);
    return requests.offer(type, header, 0, REQUEST_HEADER, buffer, offset, length) >= 0;
  }

  private void show(OpenCall call, int attempts, MutableDirectBuffer to, int at) {
    table.open(call.correlation, CallLayout.credit(attempts + 1, call.options.window()));
    to.putLong(at + REQUEST_CORRELATION, call.correlation);
    to.putLong(at + REQUEST_DEADLINE, call.deadline);
    to.putInt(at + REQUEST_ATTEMPT, attempts);
    to.putInt(at + REQUEST_WINDOW, call.options.window());
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
      requireRequest(type, length);
      if (claimed != null) {
        throw new IllegalStateException("a request is claimed already: commit or abort it first");
      }
      if (how.isFailFast() && !servers.areAny()) {
        return NO_SERVER;
      }
      OpenCall call = begin(how, Deadline.after(how.timeout()));
      if (call == null) {
        return BACK_PRESSURED;
      }
      int index = BACK_PRESSURED;
      try {
        index = requests.tryClaim(type, REQUEST_HEADER + length);
      } finally {
        if (index < 0) {
          end(call);
        }
      }
      if (index < 0) {
        return BACK_PRESSURED;
      }
      claimed = call;
      claimedIndex = index + REQUEST_HEADER;
      claimedType = type;
      claimedLength = length;
      return claimedIndex;
    } finally {
      life.exit();
    }
  }

  MutableDirectBuffer claimBuffer() {
    return requests.buffer();
  }

  long commit(int index) {
    enterWithClaim(index);
    try {
      OpenCall call = requireClaimed(index);
      if (call.options.isIdempotent()) {
        call.keep(claimedType, requests.buffer(), index, claimedLength);
      }
      int at = index - REQUEST_HEADER;
      calls.open(call);
      show(call, 0, requests.buffer(), at);
      requests.commit(at);
      claimed = null;
      return call.correlation;
    } finally {
      life.exit();
    }
  }

  /** A close leaves the claim alone, and with it the ring: both end here. */
  private void enterWithClaim(int index) {
    try {
      life.enter();
    } catch (ClosedException closed) {
      if (claimed != null && index == claimedIndex) {
        claimed = null;
        requests.abort(index - REQUEST_HEADER);
      }
      throw closed;
    }
  }

  void abort(int index) {
    enterWithClaim(index);
    try {
      OpenCall call = requireClaimed(index);
      requests.abort(index - REQUEST_HEADER);
      claimed = null;
      end(call);
    } finally {
      life.exit();
    }
  }

  private OpenCall requireClaimed(int index) {
    if (claimed == null || index != claimedIndex) {
      throw new IllegalStateException("index " + index + " is not claimed");
    }
    return claimed;
  }

  private void requireRequest(int type, int length) {
    if (type < 0 || length < 0 || length > maxRequestLength()) {
      throw new IllegalArgumentException(
          "a request has a type of 0 or more and 0 to "
              + maxRequestLength()
              + " bytes, not type "
              + type
              + " and "
              + length
              + " bytes");
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
      giveUp(open);
      return true;
    } finally {
      life.exit();
    }
  }

  /** The application is done with it; the servers are not. */
  private void giveUp(OpenCall call) {
    if (call.state == OpenCall.State.RESENDING) {
      end(call); // The server that had taken it is gone.
      return;
    }
    calls.giveUp(call);
    table.giveUp(call.correlation);
    if (call.taker != 0) {
      tellServers();
    }
  }

  /** One of them has taken a call, and may be asleep. */
  private void tellServers() {
    table.change();
    bell.ring();
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
    this.handler = handler;
    told = 0;
    try {
      return limit < 1 ? 0 : deliver(limit);
    } catch (ClosedException closed) {
      life.requireOpen(); // What was closed is this client, and its handles with it.
      throw closed;
    } finally {
      this.handler = null;
      handle.exitDelivery();
    }
  }

  private int deliver(int limit) {
    receiveReplies(limit);
    if (replySource.damage() != null) {
      throw replySource.damage();
    }
    boolean due = wait.takeCall() || pace.isDue();
    if (due) {
      try {
        look();
      } catch (RootException lost) {
        if (told == 0) {
          throw lost;
        }
      }
      receiveReplies(limit);
    }
    findExpected();
    if (servers.areAnyGone() || isAnyForgotten) {
      settleGone();
    }
    if (calls.areAnyResending() && claimed == null) {
      resendAll();
    }
    if (due) {
      expire();
    }
    if (table.undelivered() != seenUndelivered) {
      settleUndelivered();
    }
    return told;
  }

  private void findExpected() {
    try {
      servers.findExpected(calls);
    } catch (RootException lost) {
      if (told == 0) {
        throw lost;
      }
    }
  }

  private void receiveReplies(int limit) {
    int rest = MOST_READ;
    int asked;
    int read;
    do {
      asked = Math.min(limit - told, rest);
      read = replies.controlledPoll(receiving, asked);
      rest -= read;
      // Fewer than asked are all that were there: to look again would keep the caller from them.
    } while (read == asked && rest > 0 && told < limit);
  }

  /** What is read is read once: a hostile server may change it meanwhile. */
  private Action receive(
      int type, DirectBuffer buffer, int offset, int length, boolean redelivered) {
    if (length < REPLY_HEADER) {
      return Action.CONTINUE; // No server writes that: somebody is hostile.
    }
    OpenCall call = calls.find(buffer.getLong(offset + REPLY_CORRELATION));
    int attempt = buffer.getInt(offset + REPLY_ATTEMPT);
    if (call == null || !call.mayComeFrom(attempt)) {
      lateReplies++;
      return Action.CONTINUE;
    }
    int kind = buffer.getInt(offset + REPLY_KIND);
    int sequence = buffer.getInt(offset + REPLY_SEQUENCE);
    if (attempt > call.attempt) {
      startAttempt(call, attempt);
    }
    int at = offset + REPLY_HEADER;
    int size = length - REPLY_HEADER;
    if (call.state == OpenCall.State.GIVEN_UP) {
      receiveUnwanted(call, kind, buffer, at, size);
    } else if (sequence != (int) call.sequence || size > options.greatestReply() && kind != TAKEN) {
      fail(call, CallFailure.of(Reason.DAMAGED));
    } else {
      receive(call, kind, type, buffer, at, size);
    }
    return Action.CONTINUE;
  }

  private void startAttempt(OpenCall call, int attempt) {
    call.startAttempt(attempt);
    if (table.grant(call.correlation, CallLayout.credit(attempt, call.granted))) {
      tellServers(); // The one that begins again had no credit for this attempt so far.
    }
  }

  private void receiveUnwanted(
      OpenCall call, int kind, DirectBuffer buffer, int offset, int length) {
    if (kind == END || kind == ERROR) {
      end(call);
    } else if (kind == TAKEN && take(call, buffer, offset, length)) {
      tellServers(); // It was given up before that.
    }
  }

  private void receive(
      OpenCall call, int kind, int type, DirectBuffer buffer, int offset, int length) {
    if (call.hasBegun) {
      handler.onRestart(call.correlation);
      call.hasBegun = false;
      if (!call.isWaitedFor()) { // The handler has cancelled it.
        receiveUnwanted(call, kind, buffer, offset, length);
        return;
      }
    }
    switch (kind) {
      case TAKEN -> {
        if (take(call, buffer, offset, length)) {
          call.sequence++;
        } else {
          fail(call, CallFailure.of(Reason.DAMAGED));
        }
      }
      case MORE -> {
        if (call.received >= call.granted) {
          fail(call, CallFailure.of(Reason.DAMAGED));
          return;
        }
        handler.onMore(call.correlation, type, buffer, offset, length);
        told++;
        call.sequence++;
        call.received++;
        grantMore(call);
      }
      case END -> {
        handler.onReply(call.correlation, type, buffer, offset, length);
        told++;
        end(call);
      }
      case ERROR -> receiveError(call, type, buffer, offset, length);
      default -> fail(call, CallFailure.of(Reason.DAMAGED));
    }
  }

  private void receiveError(OpenCall call, int code, DirectBuffer buffer, int offset, int length) {
    Reason reason = ErrorReply.reason(code);
    if (reason == Reason.SERVER_LOST && call.options.isIdempotent()) {
      sendAgain(call);
      return;
    }
    CallFailure failure =
        reason == Reason.REFUSED ? ErrorReply.read(buffer, offset, length) : CallFailure.of(reason);
    endTold(call, failure);
  }

  /** Half the window at a time: a grant is a fence. */
  private void grantMore(OpenCall call) {
    int window = call.options.window();
    if (call.state == OpenCall.State.OPEN && call.granted - call.received <= window / 2) {
      call.granted = call.received + window;
      if (table.grant(call.correlation, CallLayout.credit(call.attempt, call.granted))) {
        tellServers();
      }
    }
  }

  /** Returns false if no server says that: it tells who it is, once. */
  private boolean take(OpenCall call, DirectBuffer buffer, int offset, int length) {
    long server = length < Long.BYTES ? Servers.NONE : buffer.getLong(offset);
    if (server == Servers.NONE || call.taker != Servers.NONE) {
      return false;
    }
    call.taker = server;
    servers.expect(server);
    return true;
  }

  /** No answer can come that makes sense, or none that anybody waits for. */
  private void fail(OpenCall call, CallFailure failure) {
    long correlation = call.correlation;
    tell(call, failure);
    if (calls.find(correlation) == call && call.isWaitedFor()) {
      giveUp(call);
    }
  }

  /** Nothing of it can come any more. */
  private void endTold(OpenCall call, CallFailure failure) {
    long correlation = call.correlation;
    tell(call, failure);
    if (calls.find(correlation) == call) { // Or the handler cancelled it, and sent another one.
      end(call);
    }
  }

  private void tell(OpenCall call, CallFailure failure) {
    if (call.isWaitedFor()) {
      handler.onFailure(call.correlation, failure);
      told++;
    }
  }

  private void end(OpenCall call) {
    table.free(call.correlation);
    calls.free(call);
  }

  /** Servers that are gone, of which all that they wrote was read. */
  private void settleGone() {
    for (Gone server = servers.gone(replies); server != null; server = servers.gone(replies)) {
      for (OpenCall call : calls.all()) {
        if (call.isKnown() && call.taker == server.server()) {
          lose(call);
        }
      }
      servers.forget(server);
      isAnyForgotten = true;
    }
    if (servers.areAnyGone()) {
      return; // What it wrote is to be read first.
    }
    if (calls.areAnyFailFast() && !servers.areAny()) {
      for (OpenCall call : calls.all()) {
        // A handler that was told may have seen another one come, and sent to it.
        if (call.isWaitedFor() && call.options.isFailFast() && !servers.areAny()) {
          fail(call, CallFailure.of(Reason.NO_SERVER));
        }
      }
    }
    isAnyForgotten = false; // A handler that throws is told the same again.
  }

  private void lose(OpenCall call) {
    if (call.isWaitedFor() && call.options.isIdempotent()) {
      sendAgain(call);
    } else {
      endTold(call, CallFailure.of(Reason.SERVER_LOST));
    }
  }

  private void sendAgain(OpenCall call) {
    if (call.attempt >= ANSWERED_FLAG - 2 * ATTEMPTS) {
      endTold(call, CallFailure.of(Reason.GIVEN_UP));
      return;
    }
    // Whatever comes of the attempts that were made so far is late from here on.
    call.startAttempt((call.attempt | ATTEMPTS - 1) + 2);
    calls.resend(call);
  }

  private void resendAll() {
    nextResend = System.nanoTime() + ROOM_PAUSE_NANOS;
    for (OpenCall call : calls.all()) {
      if (call.state == OpenCall.State.RESENDING
          && offer(call, call.attempt - 1, call.type(), call.payload(), 0, call.length())) {
        calls.resent(call);
      }
    }
  }

  private void expire() {
    if (!Deadline.hasPassed(calls.nearestDeadline())) {
      return;
    }
    for (OpenCall call : calls.all()) {
      if (call.isWaitedFor() && Deadline.hasPassed(call.deadline)) {
        fail(call, CallFailure.of(Reason.EXPIRED));
      }
    }
    calls.findNearestDeadline();
  }

  private void settleUndelivered() {
    long now = table.undelivered();
    for (OpenCall call : calls.all()) {
      if (call.isKnown() && table.isUndelivered(call.correlation)) {
        endTold(call, CallFailure.of(Reason.NO_ROOM));
      }
    }
    seenUndelivered = now; // A handler that throws is told the same again.
  }

  private void look() {
    pace.begin();
    servers.look();
    nextDue = System.nanoTime() + servers.longestWaitNanos();
  }

  private boolean hasDue() {
    return System.nanoTime() - nextDue >= 0
        || Deadline.hasPassed(calls.nearestDeadline())
        || servers.gone(replies) != null
        || servers.nanosToNextFind() == 0
        || isAnyForgotten && !servers.areAnyGone()
        || isTimeToResend()
        || table.undelivered() != seenUndelivered;
  }

  private boolean isTimeToResend() {
    return calls.areAnyResending() && claimed == null && System.nanoTime() - nextResend >= 0;
  }

  private long nanosToNextLook() {
    long now = System.nanoTime();
    long look = nextDue - now;
    if (calls.areAnyResending() && claimed == null) {
      look = Math.min(look, nextResend - now);
    }
    long wanted = Math.min(look, servers.nanosToNextFind());
    return Math.max(0, Math.min(wanted, Deadline.nanosLeft(calls.nearestDeadline())));
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
        giveUp(left);
      }
      calling.end();
      life.exit();
    }
  }

  private long sendWaiting(
      int type, DirectBuffer buffer, int offset, int length, CallOptions how, long deadline) {
    long call = sendInside(type, buffer, offset, length, how, deadline);
    boolean goesOn = true;
    while (call == BACK_PRESSURED) {
      if (!goesOn) {
        throw new CallException(CallFailure.of(Reason.CANCELLED));
      }
      if (Deadline.hasPassed(deadline)) {
        throw new CallException(CallFailure.of(Reason.EXPIRED));
      }
      if (poll(calling, Integer.MAX_VALUE) == 0) {
        goesOn = wait.await(options.waiting(), ROOM_PAUSE_NANOS);
      }
      call = sendInside(type, buffer, offset, length, how, deadline);
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
    return lateReplies;
  }

  /**
   * The longest payload of a request.
   *
   * @return its length in bytes
   */
  public int maxRequestLength() {
    return requests.maxMessageLength() - REQUEST_HEADER;
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
    replies.close();
  }

  private void release() {
    Closing.closeAll(
        publication,
        servers,
        replies,
        requests,
        bell,
        wait,
        replyRing,
        requestRing,
        table,
        tableMemory);
  }

  @Override
  public String toString() {
    return "client of " + service + " with " + calls.waitedFor() + " open calls";
  }
}
