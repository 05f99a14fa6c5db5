package io.millrace.perf.peer;

import io.millrace.perf.link.LinkPlace;
import io.millrace.perf.nativecall.Kernel;
import java.util.Map;

/** The other floor of waking somebody up: a {@link Line}, and a futex beside it. */
final class FutexLink extends LineLink {
  @Override
  public Map<String, Object> settings(LinkPlace place) {
    return Map.of("wait", "FUTEX_WAIT");
  }

  @Override
  Bell receiverBell(LinkPlace place, Line line) {
    return new Futex(line);
  }

  @Override
  Bell senderBell(LinkPlace place, Line line) {
    return new Futex(line);
  }

  private static final class Futex implements Bell {
    private final Line line;
    private final long address;

    /** What the word was when this end last waited for it, or made it. */
    private int word;

    Futex(Line line) {
      this.line = line;
      address = line.memory().addressOffset() + line.wordOffset();
    }

    @Override
    public void ring() {
      line.memory().putIntVolatile(line.wordOffset(), ++word);
      Kernel.futexWake(address);
    }

    @Override
    public void await() {
      int now = line.memory().getIntVolatile(line.wordOffset());
      while (now == word) {
        Kernel.futexWait(address, word);
        now = line.memory().getIntVolatile(line.wordOffset());
      }
      word = now;
    }

    @Override
    public void close() {
      // The line is not the futex's.
    }
  }
}
