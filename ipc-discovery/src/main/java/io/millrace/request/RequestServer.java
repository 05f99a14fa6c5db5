package io.millrace.request;

import static io.millrace.request.CallLayout.*;

import io.millrace.ClosedException;
import io.millrace.discovery.Acquisition;
import io.millrace.discovery.Publication;
import io.millrace.discovery.Registry;
import io.millrace.discovery.model.Departure;
import io.millrace.discovery.model.RootException;
import io.millrace.discovery.model.Service;
import io.millrace.os.Closing;
import io.millrace.os.Deadline;
import io.millrace.os.LifeCycle;
import io.millrace.peer.Joiner;
import io.millrace.peer.LookPace;
import io.millrace.peer.PeerLife;
import io.millrace.peer.PeerWait;
import io.millrace.peer.Roster;
import io.millrace.request.CallFailure.Reason;
import io.millrace.ring.ControlledRecordHandler;
import io.millrace.ring.ControlledRecordHandler.Action;
import io.millrace.ring.WaitStrategy;
import io.millrace.ring.Waitable;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Queue;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Serves the requests of all clients of a service, beside any number of other servers. Made by
 * {@link Requests#server}.
 *
 * <p>It finds clients that come, and polls all of them fairly. Each request goes to one server. If
 * that is killed before it has answered, or said that it will answer {@linkplain Request#later()
 * later}, another one gets it.
 *
 * <p>Used by one thread; another one may use it when that one has ended. Every method throws {@link
 * ClosedException} once it was closed, and {@link io.millrace.ForeignThreadException} when a second
 * thread uses it while the first one lives. Any thread may {@linkplain #close() close} it and
 * {@linkplain #wakeup() wake} the thread that waits with it, as a thread does that has an answer
 * ready that is to be given later. A handler may use everything else; on this server it may only
 * answer calls by their tokens, and everything else throws {@link IllegalStateException}.
 *
 * <p>A server never waits for a client: room for an answer was kept before the request was sent.
 * Nothing is allocated by serving requests.
 */
public final class RequestServer implements AutoCloseable {
  /** How many requests of one client are served in a row. */
  private static final int LONGEST_TURN = 256;

  /** How often it turns to each client, until it looks at everything else. */
  private static final int MOST_TURNS = 16;

  private final PeerLife handle =
      new PeerLife("server", RequestServer.class, this::closing, this::release);
  private final LifeCycle life = handle.cycle();
  private final Registry registry;
  private final String service;
  private final ServerListener listener;
  private final PeerWait wait;
  private final Publication presence;
  private final Roster roster;
  private final long number;
  private final Map<String, ServedClient> clients = new HashMap<>();

  /** Of clients nothing is known but their names. */
  private final Joiner<Void> joiner;

  /** What the listener is to be told. */
  private final Queue<Runnable> news = new ArrayDeque<>();

  /** Replaced, never changed: a close ends their deliveries. */
  private volatile ServedClient[] active = {};

  private final TakenCalls taken = new TakenCalls();
  private final Request request = new Request(this);
  private final ControlledRecordHandler serving = this::serve;
  private final UnsafeBuffer record = new UnsafeBuffer(new byte[0]);

  /** The one that is being handled. */
  private ServedCall call = new ServedCall();

  /** The handler that serves, during a poll; the client whose requests are polled. */
  private RequestHandler handler;

  private ServedClient current;
  private boolean handling;

  /** What a handler threw that comes out of the poll behind the request. */
  private Error thrown;

  private int served;
  private int first;
  private final LookPace pace = new LookPace();
  private long nextDue;

  RequestServer(Registry registry, String service, ServerListener listener) {
    this.registry = registry;
    this.service = service;
    this.listener = Objects.requireNonNull(listener, "listener");
    joiner =
        new Joiner<>(
            life,
            (name, nothing) -> join(name),
            ServedClient::isDamage,
            (name, nothing, failure) -> news.add(() -> listener.onRefused(name, failure)));
    ClosingList made = new ClosingList();
    try {
      wait = made.add(new PeerWait(handle, this::hasDue, this::nanosToNextLook));
      String name = RequestRecord.SERVERS.unique(service);
      number = RequestRecord.SERVERS.id(service, name);
      // Before it takes any request: a client finds it then.
      presence = made.add(registry.publish(RequestRecord.server(name, service)));
      roster =
          made.add(
              new Roster(
                  registry,
                  RequestRecord.CLIENTS.all(service),
                  other -> false,
                  member -> RequestRecord.isOf(member, service)));
      wait.watch(roster.descriptor());
      made.add(() -> Closing.closeAll(clients.values()));
      takeChanges();
      nextDue = nextTask();
    } catch (RuntimeException | Error failure) {
      made.closeAfter(failure);
      throw failure;
    }
  }

  /**
   * Serves requests that are there, of one client after the other, and tells the listener what has
   * become of clients; returns without waiting.
   *
   * @param handler serves them
   * @param limit how many at most; less than 1 serves none
   * @return how many were served, 0 if there is none now
   * @throws RootException if the registry's directory was removed, moved or replaced: clients that
   *     come are not found any more. Told only when nothing is left to serve
   * @throws NullPointerException if the handler is null
   */
  public int poll(RequestHandler handler, int limit) {
    Objects.requireNonNull(handler, "handler");
    handle.enterDelivery();
    this.handler = handler;
    served = 0;
    try {
      return limit < 1 ? 0 : deliver(limit);
    } catch (ClosedException closed) {
      life.requireOpen(); // What was closed is this server, and its handles with it.
      throw closed;
    } finally {
      this.handler = null;
      handle.exitDelivery();
    }
  }

  private int deliver(int limit) {
    wait.collect();
    tellNews();
    pollAll(limit);
    if (taken.count() > 0) {
      lookAtTaken();
    }
    if (wait.takeCall() || pace.isDue()) {
      try {
        look();
      } catch (RootException lost) {
        if (served == 0) {
          throw lost;
        }
      }
      if (served == 0) {
        pollAll(limit);
      }
    }
    return served;
  }

  private void pollAll(int limit) {
    ServedClient[] all = active;
    if (all.length == 0) {
      return;
    }
    int found;
    int turns = 0;
    do {
      found = 0;
      int share = Math.clamp((limit - served) / all.length, 1, LONGEST_TURN);
      for (int i = 0; i < all.length && served < limit && all == active; i++) {
        first = first + 1 < all.length ? first + 1 : 0;
        found += poll(all[first], Math.min(share, limit - served));
      }
      turns++;
    } while (found > 0
        && turns < MOST_TURNS
        && served < limit
        && all == active
        && !life.isClosed());
  }

  private int poll(ServedClient client, int limit) {
    if (life.isClosed() || wait.sleepsOn(client) && client.damage() == null) {
      return 0;
    }
    current = client;
    int count = client.poll(serving, limit);
    if (count > 0) {
      wait.disarm(client);
    }
    if (thrown != null) {
      Error error = thrown;
      thrown = null;
      throw error;
    }
    if (client.damage() != null) {
      drop(client, client.damage());
    }
    return count;
  }

  /** Whatever happens, the record is done with: it comes again only if this process dies. */
  private Action serve(int type, DirectBuffer buffer, int offset, int length, boolean redelivered) {
    if (length < REQUEST_HEADER) {
      current.refuse(new DamagedCallsException("a request of " + length + " bytes"));
    } else if (begin(buffer, offset, redelivered)) {
      served++;
      handle(type, buffer, offset + REQUEST_HEADER, length - REQUEST_HEADER);
    }
    return thrown == null && current.damage() == null ? Action.CONTINUE : Action.BREAK;
  }

  /** Reads the header, once: a hostile client may change it. Returns false if nothing is to do. */
  private boolean begin(DirectBuffer buffer, int offset, boolean redelivered) {
    record.wrap(buffer, offset, REQUEST_HEADER);
    long correlation = record.getLong(REQUEST_CORRELATION);
    int attempt = record.getInt(REQUEST_ATTEMPT);
    if ((attempt & ANSWERED_FLAG) != 0) {
      return false; // By a server that died before it was out of its hand.
    }
    if (correlation <= 0) {
      current.refuse(new DamagedCallsException("a request of number " + correlation));
      return false;
    }
    int died = attempt & ~FLAGS;
    if (redelivered && !isSpent(died)) {
      record.putIntRelease(REQUEST_ATTEMPT, ++died | attempt & TAKEN_FLAG);
    }
    if (call.token != 0) {
      call = taken.spare();
    }
    int number = isSpent(died) ? died : died + 1;
    call.begin(current, correlation, number, record.getInt(REQUEST_LIMITS), redelivered);
    call.readWindow();
    if (call.window() < 0) {
      current.refuse(new DamagedCallsException("a window of " + call.window()));
      return false;
    }
    if (!call.isWanted()) {
      call.refuseIfGivenUp();
    } else if ((attempt & TAKEN_FLAG) != 0) {
      // By a server that died at it; whether the client was told of that server is not known.
      call.refuse(Reason.SERVER_LOST);
    } else if (isSpent(died)) {
      call.refuse(Reason.GIVEN_UP);
    } else if (call.isLate()) {
      call.refuse(Reason.EXPIRED);
    } else {
      return true;
    }
    return false;
  }

  /** Of one sending of the request. */
  private static boolean isSpent(int died) {
    return (died & ATTEMPTS - 1) == ATTEMPTS - 1;
  }

  private void handle(int type, DirectBuffer buffer, int offset, int length) {
    request.set(call);
    handling = true;
    try {
      handler.onRequest(request, type, buffer, offset, length);
    } catch (Throwable failure) {
      fail(failure);
    } finally {
      handling = false;
      request.set(null);
      if (call.token == 0) {
        call.refuse(Reason.UNANSWERED);
        markIfAnswered(call);
      }
    }
  }

  private void fail(Throwable failure) {
    fail(call, failure.getClass().getName(), messageOf(failure));
    if (call.token != 0 && call.isEnded()) {
      remove(call);
    }
    if (failure instanceof Error error) {
      thrown = error;
    } else if (failure instanceof Exception exception) {
      Service client = current.service;
      news.add(() -> listener.onError(client, exception));
    }
  }

  /** It is the application's own, and may throw, too. */
  private static String messageOf(Throwable failure) {
    try {
      return String.valueOf(failure.getMessage());
    } catch (RuntimeException another) {
      return another.getClass().getName();
    }
  }

  /** A server that gets the record after a death need not begin with it. */
  private void markIfAnswered(ServedCall one) {
    if (one.isEnded()) {
      record.putIntRelease(REQUEST_ATTEMPT, record.getInt(REQUEST_ATTEMPT) | ANSWERED_FLAG);
    }
  }

  long reply(ServedCall one, int type, DirectBuffer buffer, int offset, int length) {
    long result = one.reply(type, buffer, offset, length);
    markIfAnswered(one);
    return result;
  }

  long fail(ServedCall one, String error, String text) {
    long result = one.fail(error, text);
    markIfAnswered(one);
    return result;
  }

  void requireHandling() {
    life.requireOwner();
    if (!handling) {
      throw new IllegalStateException("a request can be used while its handler runs, only");
    }
  }

  /** In this order: a server that gets the record after a death must not begin with it. */
  long take(ServedCall one) {
    if (!one.isWanted()) {
      one.refuseIfGivenUp();
      return Request.CALL_OVER;
    }
    if (!taken.makeRoom() || one.client.taken >= one.client.table.slots) {
      return Request.BACK_PRESSURED; // No client has more calls open, unless it is hostile.
    }
    int attempt = record.getInt(REQUEST_ATTEMPT);
    record.putIntRelease(REQUEST_ATTEMPT, attempt | TAKEN_FLAG);
    if (!one.take(number)) {
      record.putIntRelease(REQUEST_ATTEMPT, attempt);
      return Request.BACK_PRESSURED;
    }
    request.set(null);
    return taken.add(one);
  }

  /**
   * Answers a request that was to be answered later, with the last reply. Also for handlers.
   *
   * @param token what {@link Request#later()} returned; it is over then, unless there was no room
   * @param type the reply's type, 0 or more
   * @param buffer where the payload is
   * @param offset where it starts there
   * @param length its length in bytes
   * @return 0 or more, or {@link Request#BACK_PRESSURED} or {@link Request#CALL_OVER}
   * @throws IllegalArgumentException if length or type are out of range
   * @throws IndexOutOfBoundsException if the payload is not within the buffer
   */
  public long reply(long token, int type, DirectBuffer buffer, int offset, int length) {
    life.enter();
    try {
      ServedCall one = taken.find(token);
      return one == null
          ? Request.CALL_OVER
          : removeIfEnded(one, one.reply(type, buffer, offset, length));
    } finally {
      life.exit();
    }
  }

  /**
   * Sends one of many replies to a request that is answered later. Also for handlers.
   *
   * @param token what {@link Request#later()} returned
   * @param type the reply's type, 0 or more
   * @param buffer where the payload is
   * @param offset where it starts there
   * @param length its length in bytes
   * @return 0 or more, or {@link Request#BACK_PRESSURED}, then {@link RequestHandler#onCredit} is
   *     told when there is room; or {@link Request#CALL_OVER}
   * @throws IllegalArgumentException if length or type are out of range
   * @throws IllegalStateException if the client waits for one reply only
   * @throws IndexOutOfBoundsException if the payload is not within the buffer
   */
  public long more(long token, int type, DirectBuffer buffer, int offset, int length) {
    life.enter();
    try {
      ServedCall one = taken.find(token);
      return one == null
          ? Request.CALL_OVER
          : removeIfEnded(one, one.more(type, buffer, offset, length));
    } finally {
      life.exit();
    }
  }

  /**
   * Answers a request that was to be answered later, with an error. Also for handlers.
   *
   * @param token what {@link Request#later()} returned; it is over then, unless there was no room
   * @param error what kind of error, in the words of the application
   * @param text what is to be said of it; cut if it is longer than a reply may be
   * @return 0 or more, or {@link Request#BACK_PRESSURED} or {@link Request#CALL_OVER}
   */
  public long fail(long token, String error, String text) {
    life.enter();
    try {
      ServedCall one = taken.find(token);
      return one == null ? Request.CALL_OVER : removeIfEnded(one, one.fail(error, text));
    } finally {
      life.exit();
    }
  }

  private long removeIfEnded(ServedCall one, long result) {
    if (one.isEnded()) {
      remove(one);
    }
    return result;
  }

  /** The one whose handler is running goes on being used for the next request. */
  private void remove(ServedCall one) {
    taken.remove(one);
    if (one != call) {
      taken.recycle(one);
    }
  }

  /**
   * Tells whether somebody still waits for the answer to a request that was to be answered later.
   * Also for handlers.
   *
   * @param token what {@link Request#later()} returned
   * @return false once it was answered or cancelled, or the client does not wait any longer, or is
   *     gone
   */
  public boolean isWanted(long token) {
    life.enter();
    try {
      ServedCall one = taken.find(token);
      return one != null && one.isWanted();
    } finally {
      life.exit();
    }
  }

  /** Calls whose clients have cancelled them, or made room for more. */
  private void lookAtTaken() {
    boolean changed = false;
    for (ServedClient client : active) {
      changed |= client.taken > 0 && client.table.changes() != client.seenChanges;
    }
    if (!changed) {
      return;
    }
    ServedClient[] all = active;
    for (ServedClient client : all) {
      client.lookedChanges = client.table.changes();
    }
    for (int i = 0; i < taken.bound(); i++) {
      ServedCall one = taken.get(i);
      if (one != null && !one.isWanted()) {
        cancel(one);
      } else if (one != null && one.isStarved() && one.hasCredit()) {
        one.feed();
        handler.onCredit(one.token);
      }
    }
    // Not before: what a handler throws must not keep the others from being told.
    for (ServedClient client : all) {
      client.seenChanges = client.lookedChanges;
    }
  }

  private void cancel(ServedCall one) {
    long token = one.token;
    one.refuseIfGivenUp();
    remove(one);
    handler.onCancelled(token);
  }

  /**
   * Serves requests, and waits for the first one if there is none. Meanwhile the listener is told
   * what becomes of clients. {@link #wakeup()} and an interrupt of the calling thread, also ones
   * that came before, end the wait at once; the interrupt's flag stays set.
   *
   * @param handler serves them
   * @param limit how many at most; less than 1 serves none and waits for nothing
   * @param strategy how to wait
   * @param timeoutNanos how long at most, in nanoseconds; 0 or less does not wait, {@link
   *     Waitable#FOREVER} waits without a limit
   * @return how many were served, 0 if none came in time or before the wait was ended
   * @throws RootException as for {@link #poll(RequestHandler, int)}
   * @throws NullPointerException if the handler or the strategy is null
   */
  public int poll(RequestHandler handler, int limit, WaitStrategy strategy, long timeoutNanos) {
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
   * What to wait for when there is no request: one descriptor for all clients, for {@link
   * io.millrace.ring.RingPoller} and event loops.
   *
   * @return something that is ready once {@link #poll} has something to do
   */
  public Waitable waitForRequests() {
    life.requireOpen();
    return wait.view();
  }

  /**
   * The clients that are served now.
   *
   * @return them, in no order
   */
  public List<Service> clients() {
    life.enterAsGuest();
    try {
      return Arrays.stream(active).map(client -> client.service).toList();
    } finally {
      life.exitAsGuest();
    }
  }

  /**
   * How many requests are to be answered later.
   *
   * @return the number of tokens that are not over
   */
  public int takenCalls() {
    life.requireOpen();
    life.requireOwner();
    return taken.count();
  }

  /**
   * The service by which clients find it.
   *
   * @return the service
   */
  public Service presence() {
    return presence.service();
  }

  private boolean hasDue() {
    if (!news.isEmpty() || System.nanoTime() - nextDue >= 0) {
      return true;
    }
    if (taken.count() > 0) {
      for (ServedClient client : active) {
        if (client.taken > 0 && client.table.changes() != client.seenChanges) {
          return true;
        }
      }
    }
    return false;
  }

  private long nanosToNextLook() {
    return Math.max(0, nextDue - System.nanoTime());
  }

  private void tellNews() {
    for (Runnable one = news.poll(); one != null; one = news.poll()) {
      one.run();
    }
  }

  /** Looks who came and went, and tries again what is due. */
  private void look() {
    long now = pace.begin();
    roster.look();
    takeChanges();
    joiner.tryAgain(now, false);
    nextDue = nextTask();
    tellNews();
  }

  private long nextTask() {
    long now = System.nanoTime();
    return joiner.next(now + roster.longestWaitNanos(), now);
  }

  private void takeChanges() {
    for (Roster.Change change = roster.next(); change != null; change = roster.next()) {
      if (change.refusal() != null) {
        String name = change.refusal().name();
        RuntimeException why = change.refusal().reason();
        news.add(() -> listener.onRefused(name, why));
      } else if (change.departure() == null) {
        onUp(change.service());
      } else {
        onDown(change.service(), change.departure());
      }
    }
  }

  private void onUp(Service client) {
    if (!clients.containsKey(client.name())) {
      joiner.begin(client.name(), null);
    }
  }

  private void onDown(Service client, Departure how) {
    joiner.forget(client.name());
    ServedClient known = clients.get(client.name());
    if (known != null && known.isSameMemory(client)) {
      leave(known);
      news.add(() -> listener.onGone(client, how));
    }
  }

  private void join(String name) {
    ServedClient client;
    try (Acquisition acquisition = registry.acquire(name)) {
      if (!RequestRecord.isOf(acquisition.service(), service)) {
        throw new DamagedCallsException(name + " is no client of " + service);
      }
      client = ServedClient.join(acquisition);
    }
    clients.put(name, client);
    setActive();
    news.add(() -> listener.onCame(client.service));
  }

  private void drop(ServedClient client, RuntimeException damage) {
    leave(client);
    listener.onRefused(client.service.name(), damage);
  }

  private void leave(ServedClient client) {
    clients.remove(client.service.name());
    wait.letGo(client);
    setActive();
    client.close();
    for (int i = 0; i < taken.bound() && client.taken > 0; i++) {
      ServedCall one = taken.get(i);
      if (one != null && one.client == client) {
        long token = one.token;
        remove(one);
        news.add(() -> handler.onCancelled(token));
      }
    }
  }

  private void setActive() {
    active = clients.values().toArray(ServedClient[]::new);
    wait.setSources(active);
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
   * Closes the server: its requests go to other servers, except those that it had taken to answer
   * later, whose clients are told that it is gone. Any thread may close: a wait that is under way
   * ends with an exception, a delivery ends after the request whose handler is running, and the
   * last thread out leaves. Closing again does nothing.
   *
   * @throws IllegalStateException if a handler closes what is delivering to it
   */
  @Override
  public void close() {
    handle.close();
  }

  private void closing() {
    wait.wakeup();
    for (ServedClient client : active) {
      client.endDelivery();
    }
  }

  private void release() {
    List<AutoCloseable> all = new ArrayList<>(clients.values());
    // Behind the rings: once it is seen to be gone, it writes nothing any more.
    all.addAll(List.of(presence, roster, wait));
    Closing.closeAll(all);
  }

  @Override
  public String toString() {
    return "server of " + service + " with " + active.length + " clients";
  }
}
