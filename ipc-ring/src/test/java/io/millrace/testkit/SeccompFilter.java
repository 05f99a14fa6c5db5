package io.millrace.testkit;

import io.millrace.os.ProgramImage;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Makes system calls fail for the calling thread, all threads that it starts and all programs that
 * it becomes or starts, for ever: a program for the kernel's seccomp filters. See seccomp(2).
 *
 * <p>The first rule that fits decides; what no rule fits is let through.
 */
final class SeccompFilter {
  static final boolean AARCH64 = "aarch64".equals(System.getProperty("os.arch"));

  private static final int LOAD = 0x20;
  private static final int IF_EQUAL = 0x15;
  private static final int IF_AT_LEAST = 0x35;
  private static final int IF_ANY_BIT = 0x45;
  private static final int RETURN = 0x06;
  private static final int ALLOW = 0x7fff0000;
  private static final int FAIL = 0x00050000;
  private static final int ARCHITECTURE = AARCH64 ? 0xc00000b7 : 0xc000003e;

  // What a filter can see: the number of the call, the architecture, the arguments.
  private static final int CALL_OFFSET = 0;
  private static final int ARCHITECTURE_OFFSET = 4;
  private static final int ARGUMENTS_OFFSET = 16;

  private static final int PR_SET_NO_NEW_PRIVS = 38;
  private static final long SYS_SECCOMP = AARCH64 ? 277 : 317;
  private static final int SECCOMP_SET_MODE_FILTER = 1;

  private final List<Step> steps = new ArrayList<>();

  private record Step(int code, int then, int otherwise, int operand) {}

  /**
   * What an argument must be for a rule to fit; its low 32 bits count.
   *
   * @param argument which one, from 0
   * @param code how it is compared
   * @param value with what
   * @param wanted whether the comparison must hold or fail
   */
  record Condition(int argument, int code, int value, boolean wanted) {
    static Condition anyBit(int argument, int mask) {
      return new Condition(argument, IF_ANY_BIT, mask, true);
    }

    static Condition atLeast(int argument, int value) {
      return new Condition(argument, IF_AT_LEAST, value, true);
    }

    static Condition equal(int argument, int value) {
      return new Condition(argument, IF_EQUAL, value, true);
    }

    static Condition notEqual(int argument, int value) {
      return new Condition(argument, IF_EQUAL, value, false);
    }
  }

  SeccompFilter() {
    steps.add(new Step(LOAD, 0, 0, ARCHITECTURE_OFFSET));
    steps.add(new Step(IF_EQUAL, 1, 0, ARCHITECTURE));
    steps.add(new Step(RETURN, 0, 0, ALLOW)); // A program for another processor, with its numbers.
  }

  /** Has all calls from one number up to another fail. */
  SeccompFilter fail(int errno, int first, int last) {
    steps.add(new Step(LOAD, 0, 0, CALL_OFFSET));
    steps.add(new Step(IF_AT_LEAST, 0, 2, first));
    steps.add(new Step(IF_AT_LEAST, 1, 0, last + 1));
    steps.add(new Step(RETURN, 0, 0, FAIL | errno));
    return this;
  }

  /** Has a call fail if all conditions hold. */
  SeccompFilter fail(int errno, int call, Condition... conditions) {
    int left = 1 + 2 * conditions.length;
    steps.add(new Step(LOAD, 0, 0, CALL_OFFSET));
    steps.add(new Step(IF_EQUAL, 0, left, call));
    for (Condition condition : conditions) {
      left -= 2;
      int offset = ARGUMENTS_OFFSET + Long.BYTES * condition.argument;
      int then = condition.wanted ? 0 : left;
      int otherwise = condition.wanted ? left : 0;
      steps.add(new Step(LOAD, 0, 0, offset));
      steps.add(new Step(condition.code, then, otherwise, condition.value));
    }
    steps.add(new Step(RETURN, 0, 0, FAIL | errno));
    return this;
  }

  /**
   * How to start a program under a filter.
   *
   * @param main the class whose main method calls {@link #become} with what it gets
   * @return the command that goes before the program's own
   */
  static List<String> command(Class<?> main) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xmx32m"));
    command.add("--enable-native-access=ALL-UNNAMED");
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    command.add(main.getName());
    return command;
  }

  /** Becomes a program that runs under this filter. */
  void become(String[] command) {
    String program = executable(command[0]);
    install();
    ProgramImage.replace(program, Arrays.asList(command));
  }

  private static String executable(String name) {
    return name.contains("/")
        ? name
        : Arrays.stream(System.getenv("PATH").split(":"))
            .map(directory -> Path.of(directory, name))
            .filter(Files::isExecutable)
            .findFirst()
            .orElseThrow(() -> new IllegalArgumentException("no program " + name))
            .toString();
  }

  /** Gives it to the kernel. There is no way back. */
  void install() {
    steps.add(new Step(RETURN, 0, 0, ALLOW));
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment program = arena.allocate(8L * steps.size(), 8);
      for (int i = 0; i < steps.size(); i++) {
        Step step = steps.get(i);
        program.set(ValueLayout.JAVA_SHORT, 8L * i, (short) step.code);
        program.set(ValueLayout.JAVA_BYTE, 8L * i + 2, (byte) step.then);
        program.set(ValueLayout.JAVA_BYTE, 8L * i + 3, (byte) step.otherwise);
        program.set(ValueLayout.JAVA_INT, 8L * i + 4, step.operand);
      }
      MemorySegment described = arena.allocate(16, 8);
      described.set(ValueLayout.JAVA_SHORT, 0, (short) steps.size());
      described.set(ValueLayout.ADDRESS, 8, program);
      MethodHandle prctl =
          bind(
              "prctl",
              1,
              ValueLayout.JAVA_INT,
              ValueLayout.JAVA_LONG,
              ValueLayout.JAVA_LONG,
              ValueLayout.JAVA_LONG,
              ValueLayout.JAVA_LONG);
      MethodHandle call =
          bind(
              "syscall",
              1,
              ValueLayout.JAVA_LONG,
              ValueLayout.JAVA_LONG,
              ValueLayout.JAVA_LONG,
              ValueLayout.ADDRESS);
      long without = (long) prctl.invokeExact(PR_SET_NO_NEW_PRIVS, 1L, 0L, 0L, 0L);
      long done =
          (long) call.invokeExact(SYS_SECCOMP, (long) SECCOMP_SET_MODE_FILTER, 0L, described);
      if (without != 0 || done != 0) {
        throw new IllegalStateException("this kernel takes no seccomp filter");
      }
    } catch (RuntimeException | Error failure) {
      throw failure;
    } catch (Throwable impossible) {
      throw new AssertionError(impossible);
    }
  }

  private static MethodHandle bind(String name, int fixed, MemoryLayout... arguments) {
    Linker linker = Linker.nativeLinker();
    return linker.downcallHandle(
        linker.defaultLookup().find(name).orElseThrow(),
        FunctionDescriptor.of(ValueLayout.JAVA_LONG, arguments),
        Linker.Option.firstVariadicArg(fixed));
  }
}
