package io.millrace.barrier;

import io.millrace.discovery.Acquisition;
import io.millrace.discovery.Registry;
import io.millrace.os.Mapping;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * A party that stops its own process with SIGSTOP in the middle of its reset, before it starts the
 * next generation.
 *
 * <p>Arguments: the registry's directory, the service of a barrier, the name of another one, which
 * it makes.
 */
final class StoppingProcess {
  private static final MethodHandle KILL =
      Linker.nativeLinker()
          .downcallHandle(
              Linker.nativeLinker().defaultLookup().find("kill").orElseThrow(),
              FunctionDescriptor.of(
                  ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.JAVA_INT));
  private static final int SIGSTOP = 19;
  private static final BufferedReader COMMANDS =
      new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));

  private StoppingProcess() {}

  /** Words whose next change of the state by compare and set stops the process first. */
  private static final class StoppingWords extends UnsafeBuffer {
    private boolean isArmed;

    StoppingWords(Mapping mapping) {
      super(mapping.address(), (int) mapping.length());
    }

    @Override
    public boolean compareAndSetLong(int index, long expected, long update) {
      if (isArmed) {
        isArmed = false;
        System.out.println("stopping");
        stop();
      }
      return super.compareAndSetLong(index, expected, update);
    }

    private static void stop() {
      try {
        int result = (int) KILL.invokeExact((int) ProcessHandle.current().pid(), SIGSTOP);
        if (result != 0) {
          throw new AssertionError("kill: " + result);
        }
        COMMANDS.readLine(); // The signal stops this thread a little later.
      } catch (Throwable thrown) {
        throw new AssertionError(thrown);
      }
    }
  }

  public static void main(String[] arguments) throws Exception {
    StoppingWords[] words = new StoppingWords[1];
    try (Registry registry = Registry.open(Path.of(arguments[0]));
        Barrier own = Barrier.createOrJoin(registry, arguments[2], 2);
        Acquisition acquired = registry.acquire(arguments[1])) {
      int[] descriptors = acquired.descriptors();
      Barrier barrier =
          Barrier.joinIn(
              new BarrierRegion(
                  descriptors[0],
                  descriptors[1],
                  mapping -> {
                    words[0] = new StoppingWords(mapping);
                    return words[0];
                  }));
      System.out.println("joined");
      COMMANDS.readLine();
      words[0].isArmed = true;
      barrier.reset();
      System.out.println("reset " + own.generation());
      COMMANDS.readLine();
    }
  }
}
