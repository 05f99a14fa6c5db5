package io.millrace.os;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.ring.Consumer;
import io.millrace.ring.GroupOptions;
import io.millrace.ring.Producer;
import io.millrace.ring.RecordHandler;
import io.millrace.ring.Ring;
import io.millrace.ring.RingOptions;
import io.millrace.ring.WaitStrategy;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;

class PlatformTest {
  private static final String EXPORT = "--add-exports=java.base/jdk.internal.misc=ALL-UNNAMED";
  private static final String NATIVE_ACCESS = "--enable-native-access=ALL-UNNAMED";

  @Test
  void thisJvmWillDo() {
    Platform.check();
  }

  @Test
  void aForgottenFlagIsNamed() throws Exception {
    String said = run("-Dunused=1");
    assertTrue(said.contains("need this flag on the java command line: " + EXPORT), said);
    assertEquals("fine", run(EXPORT, NATIVE_ACCESS));
  }

  @Test
  void anotherMachineIsRefusedInOneSentence() throws Exception {
    String said = run("-Dos.arch=riscv64");
    assertEquals("Millrace runs on Linux on x86-64 or aarch64, not on Linux on riscv64", said);
  }

  @Test
  void whereNativeAccessIsForbiddenTheFlagThatAllowsItIsNamed() throws Exception {
    String said = run(EXPORT, "--illegal-native-access=deny");
    assertEquals(
        "Millrace's system calls need this flag on the java command line:"
            + " --enable-native-access=ALL-UNNAMED",
        said);
    assertEquals("fine", run(EXPORT, "--illegal-native-access=deny", NATIVE_ACCESS));
  }

  /** As JVMs will do it by themselves one day. Agrona has another way, Chronicle's is not taken. */
  @Test
  void whereUnsafeIsDeniedARingWorksAndNobodyWarns() throws Exception {
    String deny = "--sun-misc-unsafe-memory-access=deny";
    assertEquals("got 42", run(RingUser.class, EXPORT, NATIVE_ACCESS, deny));
    assertEquals("got 42", run(RingUser.class, EXPORT, NATIVE_ACCESS));
  }

  /** Chronicle's resource tracing is the exception, where it is asked for. */
  @Test
  void resourcesAreTracedOnDemand() throws Exception {
    String allow = "--sun-misc-unsafe-memory-access=allow";
    String trace = "-Djvm.resource.tracing=true";
    assertEquals("got 42", run(RingUser.class, EXPORT, NATIVE_ACCESS, allow, trace));
  }

  private static String run(String... flags) throws IOException, InterruptedException {
    return run(Main.class, flags);
  }

  private static String run(Class<?> main, String... flags)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(System.getProperty("java.home") + "/bin/java");
    command.add("-XX:TieredStopAtLevel=1");
    command.addAll(List.of(flags));
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), main.getName()));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    process.getOutputStream().close();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals(0, process.waitFor(), said);
    return said.strip();
  }

  /** Tells what the check says. */
  static final class Main {
    public static void main(String[] arguments) {
      try {
        Platform.check();
        System.out.println("fine");
      } catch (UnsupportedOperationException failure) {
        System.out.println(failure.getMessage());
      }
    }
  }

  /** Sends itself a message. */
  static final class RingUser {
    public static void main(String[] arguments) {
      try (Ring ring = Ring.create(RingOptions.capacity(1 << 16));
          Consumer consumer = ring.addConsumer(GroupOptions.named("all"));
          Producer producer = ring.addProducer()) {
        UnsafeBuffer message = new UnsafeBuffer(new byte[8]);
        message.putLong(0, 42);
        producer.offer(1, message, 0, 8);
        RecordHandler print =
            (type, buffer, offset, length) -> System.out.println("got " + buffer.getLong(offset));
        consumer.poll(print, 1, WaitStrategy.blocking(), TimeUnit.SECONDS.toNanos(10));
      }
    }
  }
}
