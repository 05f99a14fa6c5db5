package io.millrace.perf.peer;

import io.millrace.perf.harness.Fork;
import io.millrace.perf.link.Link;
import io.millrace.perf.link.LinkPlace;
import io.millrace.perf.link.LinkPlace.Waits;
import io.millrace.perf.link.Receiver;
import io.millrace.perf.link.Sender;
import io.millrace.perf.link.Sink;
import io.millrace.perf.nativecall.Kernel;
import java.io.IOException;
import java.util.List;
import java.util.Map;

/** A pipe with a name, read and written with bare system calls. Several may send short messages. */
final class PipeLink implements Link {
  @Override
  public Map<String, Object> settings(LinkPlace place) {
    return Map.of(
        "wait",
        place.waits() == Waits.SPIN ? "O_NONBLOCK" : "blocking read",
        "capacity",
        place.capacity());
  }

  @Override
  public void prepare(Fork fork, List<LinkPlace> places) {
    places.forEach(place -> Kernel.makePipe(place.file()));
  }

  private static int open(LinkPlace place) {
    return Kernel.openPipe(place.file(), place.waits() == Waits.BLOCK, place.capacity());
  }

  @Override
  public Receiver receiver(LinkPlace place) {
    return new End(open(place), new Frames(place.length()));
  }

  @Override
  public Sender sender(LinkPlace place) {
    return new Start(open(place), place.length());
  }

  private static int check(String call, int result) throws IOException {
    if (result < 0 && result != Kernel.WOULD_BLOCK) {
      throw new IOException(call + " of a pipe failed with error number " + -result);
    }
    return result;
  }

  private record End(int descriptor, Frames frames) implements Receiver {
    @Override
    public int poll(Sink sink, int limit) throws IOException {
      int end = frames.bytes().limit();
      int room = frames.bytes().capacity() - end;
      int read = check("read", Kernel.read(descriptor, frames.address() + end, room));
      if (read <= 0) {
        return 0;
      }
      frames.bytes().limit(end + read);
      return frames.deliver(sink);
    }

    @Override
    public void close() {
      Kernel.close(descriptor);
    }
  }

  private static final class Start extends StreamSender {
    private final int descriptor;

    Start(int descriptor, int length) {
      super(length);
      this.descriptor = descriptor;
    }

    @Override
    void write(Frames from) throws IOException {
      int at = from.bytes().position();
      int written =
          check("write", Kernel.write(descriptor, from.address() + at, from.bytes().remaining()));
      from.bytes().position(at + Math.max(0, written));
    }

    @Override
    public void close() {
      Kernel.close(descriptor);
    }
  }
}
