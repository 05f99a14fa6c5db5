package io.millrace.perf.peer;

import io.millrace.perf.harness.Fork;
import io.millrace.perf.link.Link;
import io.millrace.perf.link.LinkPlace;
import io.millrace.perf.link.Receiver;
import io.millrace.perf.link.Sender;
import io.millrace.perf.link.Sink;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.AtomicBuffer;
import org.agrona.concurrent.MessageHandler;
import org.agrona.concurrent.ringbuffer.ManyToOneRingBuffer;
import org.agrona.concurrent.ringbuffer.OneToOneRingBuffer;
import org.agrona.concurrent.ringbuffer.RingBuffer;
import org.agrona.concurrent.ringbuffer.RingBufferDescriptor;

/** Agrona's ring buffers, in a mapped file, as Aeron uses them between its processes. */
final class AgronaLink implements Link {
  private static final int TYPE = 1;

  private final boolean manyProducers;

  AgronaLink(boolean manyProducers) {
    this.manyProducers = manyProducers;
  }

  @Override
  public Map<String, Object> settings(LinkPlace place) {
    return Map.of("capacity", place.capacity(), "memory", "a mapped file in tmpfs");
  }

  @Override
  public void prepare(Fork fork, List<LinkPlace> places) throws IOException {
    for (LinkPlace place : places) {
      MappedFile.create(place.file(), place.capacity() + RingBufferDescriptor.TRAILER_LENGTH)
          .close();
    }
  }

  private RingBuffer ring(AtomicBuffer buffer) {
    return manyProducers ? new ManyToOneRingBuffer(buffer) : new OneToOneRingBuffer(buffer);
  }

  @Override
  public Receiver receiver(LinkPlace place) throws IOException {
    MappedFile file = MappedFile.open(place.file());
    return new End(file, ring(file.buffer()));
  }

  @Override
  public Sender sender(LinkPlace place) throws IOException {
    MappedFile file = MappedFile.open(place.file());
    return new Start(file, ring(file.buffer()));
  }

  private static final class End implements Receiver {
    private final MappedFile file;
    private final RingBuffer ring;
    private Sink sink;
    private final MessageHandler handler =
        (type, buffer, offset, length) -> sink.onMessage(buffer, offset, length);

    End(MappedFile file, RingBuffer ring) {
      this.file = file;
      this.ring = ring;
    }

    @Override
    public int poll(Sink messages, int limit) {
      sink = messages;
      return ring.read(handler, limit);
    }

    @Override
    public void close() {
      file.close();
    }
  }

  private record Start(MappedFile file, RingBuffer ring) implements Sender {
    @Override
    public boolean offer(DirectBuffer source, int offset, int length) {
      return ring.write(TYPE, source, offset, length);
    }

    @Override
    public void close() {
      file.close();
    }
  }
}
