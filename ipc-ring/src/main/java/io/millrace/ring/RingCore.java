package io.millrace.ring;

import io.millrace.os.Closing;
import io.millrace.os.EventFd;
import io.millrace.os.LifeCycle;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/**
 * What a {@link Ring} and all its handles share: the memory, who is a member, how to wake and to
 * recover. It keeps account of the handles, which close with the ring; and the memory stays until
 * the last of them has left.
 */
final class RingCore {
  final LifeCycle life = new LifeCycle("the ring", this::release);
  final RingMemory memory;
  final EventFd[] events;
  final Membership membership;
  final Signals signals;
  final Recovery recovery;
  final ConsumerSlots slots;
  final Groups groups;
  final ProducerMembers producers;
  final ConsumerMembers consumers;

  private final RingResources resources;

  /** What was added and has not left, and how to close it. Guarded by itself. */
  private final Map<Object, AutoCloseable> handles = new IdentityHashMap<>();

  RingCore(RingResources resources) {
    this.resources = resources;
    memory = resources.memory;
    events = resources.events;
    membership = resources.membership;
    signals = new Signals(memory, events, membership);
    recovery = new Recovery(memory, membership);
    MemberEvents news = new MemberEvents(memory, signals);
    slots = new ConsumerSlots(memory, membership);
    groups = new Groups(memory, membership, signals, slots);
    producers = new ProducerMembers(memory, membership, news);
    consumers = new ConsumerMembers(memory, membership, groups, slots, signals, news);
  }

  /** The descriptors that another process needs to join. */
  int[] descriptors() {
    return resources.descriptors();
  }

  void attach(int descriptor) {
    resources.attach(descriptor);
  }

  int attachment() {
    return resources.attachment();
  }

  /** One handle more. The memory stays as long as it has not {@link #left}. */
  <T extends RingHandle> T added(T handle) {
    added(handle, handle::closeNow);
    return handle;
  }

  /** The same for what is no handle of the ring's own kind. */
  void added(Object handle, AutoCloseable closing) {
    resources.retain();
    synchronized (handles) {
      handles.put(handle, closing);
    }
  }

  /** One handle less: it leaves, and with the last one all goes. */
  void left(Object handle, AutoCloseable leaving) {
    synchronized (handles) {
      handles.remove(handle);
    }
    Closing.closeAll(leaving, resources::release);
  }

  /** Uses the memory from any thread, while no other one can unmap it. */
  <T> T whileOpen(Supplier<T> use) {
    life.enterAsGuest();
    try {
      return use.get();
    } finally {
      life.exitAsGuest();
    }
  }

  /** Closes all that was added, and waits for nobody. */
  void close() {
    if (life.close()) {
      Closing.closeAll(this::closeHandles, life::exitAsGuest);
    }
  }

  private void closeHandles() {
    List<AutoCloseable> open;
    synchronized (handles) {
      open = new ArrayList<>(handles.values());
    }
    Closing.closeAll(open);
  }

  /** Nobody is adding any more: what came behind the close is closed here. */
  private void release() {
    Closing.closeAll(this::closeHandles, resources::release);
  }
}
