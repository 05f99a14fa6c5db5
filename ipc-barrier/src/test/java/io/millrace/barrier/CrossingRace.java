package io.millrace.barrier;

import io.millrace.os.CpuAffinity;
import io.millrace.os.Credentials;
import io.millrace.os.Descriptor;
import io.millrace.os.Mapping;
import io.millrace.os.Memfd;
import io.millrace.os.PidFd;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * How long a crossing takes, by hand: this barrier against {@code pthread_barrier_wait} on a
 * PROCESS_SHARED barrier, and, for two pinned processes, against a bare cache line that goes back
 * and forth. The kinds take turns in the same processes, so what else the machine does hits all of
 * them.
 *
 * <p>Arguments: number of processes, crossings a turn, turns, "pinned" or "free". The figures are
 * nanoseconds a crossing, one line a kind: median, tenth and third quartile of the turns, and the
 * ratio to pthread of the medians.
 */
final class CrossingRace {
  private static final int PTHREAD_OFFSET = 0;
  private static final int LINE_OFFSET = 512;
  private static final int PTHREAD_PROCESS_SHARED = 1;

  /** Which kinds take part, by their numbers: pthread, millrace, blocking, cache line. */
  private static final String KINDS = System.getProperty("kinds", "0123");

  private static final MethodHandle WAIT =
      bind("pthread_barrier_wait", 1); // The result tells one of them apart; unused.

  private interface Crossing {
    void cross() throws Exception;
  }

  private CrossingRace() {}

  public static void main(String[] arguments) throws Exception {
    if (arguments[0].equals("child")) {
      child(arguments);
    } else {
      parent(arguments);
    }
  }

  private static void parent(String[] arguments) throws Exception {
    int parties = Integer.parseInt(arguments[0]);
    try (Barrier barrier = Barrier.create(parties);
        Descriptor shared = Memfd.create("race", Mapping.PAGE_SIZE);
        Mapping mapping = Mapping.of(shared, 0, Mapping.PAGE_SIZE, true)) {
      initPthread(mapping.address() + PTHREAD_OFFSET, parties);
      List<Process> children = new ArrayList<>();
      for (int i = 1; i < parties; i++) {
        children.add(
            start(
                "child",
                String.valueOf(Credentials.pid()),
                String.valueOf(barrier.descriptors()[0]),
                String.valueOf(barrier.descriptors()[1]),
                String.valueOf(shared.number()),
                String.valueOf(i),
                arguments[0],
                arguments[1],
                arguments[2],
                arguments[3]));
      }
      run(barrier, mapping, 0, arguments);
      for (Process child : children) {
        child.waitFor();
      }
    }
  }

  private static void child(String[] arguments) throws Exception {
    int parent = Integer.parseInt(arguments[1]);
    try (Descriptor process = PidFd.open(parent);
        Descriptor memory = copy(process, arguments[2]);
        Descriptor event = copy(process, arguments[3]);
        Descriptor shared = copy(process, arguments[4]);
        Mapping mapping = Mapping.of(shared, 0, Mapping.PAGE_SIZE, true);
        Barrier barrier = Barrier.join(memory.number(), event.number())) {
      run(
          barrier,
          mapping,
          Integer.parseInt(arguments[5]),
          Arrays.copyOfRange(arguments, 6, arguments.length));
    }
  }

  private static void run(Barrier barrier, Mapping mapping, int me, String[] arguments)
      throws Exception {
    int parties = Integer.parseInt(arguments[0]);
    int crossings = Integer.parseInt(arguments[1]);
    int turns = Integer.parseInt(arguments[2]);
    if (arguments[3].equals("pinned")) {
      BitSet cpu = new BitSet();
      cpu.set(me % Runtime.getRuntime().availableProcessors());
      CpuAffinity.set(cpu);
    }
    long address = mapping.address() + PTHREAD_OFFSET;
    List<String> names = new ArrayList<>(List.of("pthread", "millrace", "millrace blocking"));
    List<Crossing> kinds =
        new ArrayList<>(List.of(() -> pthreadWait(address), barrier::await, barrier::await));
    if (parties == 2) {
      UnsafeBuffer line = new UnsafeBuffer(mapping.address() + LINE_OFFSET, 128);
      long[] count = {me};
      names.add("cache line");
      kinds.add(() -> roundTrip(line, count, me));
    }
    long[][] nanos = new long[kinds.size()][turns];
    for (int turn = -3; turn < turns; turn++) { // The first three warm up.
      for (int kind = 0; kind < kinds.size(); kind++) {
        if (!KINDS.contains(String.valueOf(kind))) {
          continue;
        }
        barrier.spin(kind == 2 ? Duration.ZERO : spin());
        barrier.await();
        long start = System.nanoTime();
        Crossing crossing = kinds.get(kind);
        for (int i = 0; i < crossings; i++) {
          crossing.cross();
        }
        if (turn >= 0) {
          nanos[kind][turn] = System.nanoTime() - start;
        }
      }
    }
    barrier.await();
    barrier.leave();
    if (me == 0) {
      report(names, nanos, crossings);
    }
  }

  private static Duration spin() {
    return Duration.ofNanos(Long.getLong("spin", Barrier.DEFAULT_SPIN.toNanos()));
  }

  /** Each side waits for the other's number and answers with the next one. */
  private static void roundTrip(UnsafeBuffer line, long[] count, int me) {
    if (me == 0) {
      line.putLongVolatile(0, count[0] + 1);
      while (line.getLongVolatile(0) != count[0] + 2) {
        Thread.onSpinWait();
      }
    } else {
      while (line.getLongVolatile(0) != count[0]) {
        Thread.onSpinWait();
      }
      line.putLongVolatile(0, count[0] + 1);
    }
    count[0] += 2;
  }

  private static void report(List<String> names, long[][] nanos, int crossings) {
    double reference = 0;
    for (int kind = 0; kind < nanos.length; kind++) {
      Arrays.sort(nanos[kind]);
      int n = nanos[kind].length;
      double median = (double) nanos[kind][n / 2] / crossings;
      reference = kind == 0 ? median : reference;
      System.out.printf(
          "%-18s %8.0f ns (%.0f to %.0f)  %.2f of pthread%n",
          names.get(kind),
          median,
          (double) nanos[kind][n / 10] / crossings,
          (double) nanos[kind][n * 3 / 4] / crossings,
          median / reference);
    }
  }

  private static void pthreadWait(long address) {
    try {
      int result = (int) WAIT.invokeExact(address);
      if (result > 0) {
        throw new IllegalStateException("pthread_barrier_wait: " + result);
      }
    } catch (Throwable thrown) {
      throw new AssertionError(thrown);
    }
  }

  private static void initPthread(long address, int parties) throws Exception {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment attribute = arena.allocate(16, 8);
      call(bind("pthread_barrierattr_init", 1), attribute.address());
      call(bind("pthread_barrierattr_setpshared", 2), attribute.address(), PTHREAD_PROCESS_SHARED);
      call(bind("pthread_barrier_init", 3), address, attribute.address(), parties);
    }
  }

  private static void call(MethodHandle function, Object... arguments) {
    try {
      Object result = function.invokeWithArguments(arguments);
      if ((int) result != 0) {
        throw new IllegalStateException("a pthread function returned " + result);
      }
    } catch (Throwable thrown) {
      throw new AssertionError(thrown);
    }
  }

  /** All of them take addresses, and an int at the end if there are several arguments. */
  private static MethodHandle bind(String name, int arguments) {
    Linker linker = Linker.nativeLinker();
    ValueLayout[] layouts = new ValueLayout[arguments];
    Arrays.fill(layouts, ValueLayout.JAVA_LONG);
    if (arguments > 1) {
      layouts[arguments - 1] = ValueLayout.JAVA_INT;
    }
    return linker.downcallHandle(
        linker.defaultLookup().find(name).orElseThrow(),
        FunctionDescriptor.of(ValueLayout.JAVA_INT, layouts));
  }

  private static Descriptor copy(Descriptor process, String number) {
    return PidFd.copyDescriptor(process, Integer.parseInt(number), "handed over");
  }

  private static Process start(String... arguments) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(System.getProperty("java.home") + "/bin/java");
    ProcessHandle.current().info().arguments().stream()
        .flatMap(Arrays::stream)
        .takeWhile(argument -> !argument.equals(CrossingRace.class.getName()))
        .forEach(command::add);
    command.add(CrossingRace.class.getName());
    command.addAll(List.of(arguments));
    return new ProcessBuilder(command).inheritIO().start();
  }
}
