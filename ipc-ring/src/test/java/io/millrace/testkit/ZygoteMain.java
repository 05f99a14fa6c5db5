package io.millrace.testkit;

import java.io.BufferedReader;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;

/** A {@link Zygote} from inside. */
final class ZygoteMain {
  private final int pid = (int) ProcessHandle.current().pid();
  private final Forked forked;

  private ZygoteMain(Forked forked) {
    this.forked = forked;
  }

  public static void main(String[] arguments) throws Exception {
    var constructor = Class.forName(arguments[0]).getDeclaredConstructor();
    constructor.setAccessible(true);
    Forked forked = (Forked) constructor.newInstance();
    forked.warmUp();
    ZygoteMain zygote = new ZygoteMain(forked);
    System.out.println("warm");
    BufferedReader reader =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String line = reader.readLine(); line != null; line = reader.readLine()) {
      System.out.println("answer " + zygote.answer(line.split(" ")));
    }
  }

  private int answer(String[] words) throws IOException {
    switch (words[0]) {
      case "fork":
        return fork(words);
      case "kill":
        int victim = Integer.parseInt(words[1]);
        ForkCalls.kill(victim, ForkCalls.SIGKILL);
        return ForkCalls.reap(victim, true);
      default:
        return ForkCalls.reap(Integer.parseInt(words[1]), false);
    }
  }

  private int fork(String[] words) throws IOException {
    Map<Integer, String> jars = openJars();
    int child = ForkCalls.fork();
    if (child == 0) {
      int status = 1;
      try {
        becomeChild(words[1], words[2], jars);
        forked.run(Arrays.copyOfRange(words, 3, words.length));
        status = 0;
      } catch (Throwable failure) {
        failure.printStackTrace();
      }
      ForkCalls.exit(status);
    }
    return child;
  }

  private void becomeChild(String input, String output, Map<Integer, String> jars) {
    ForkCalls.dieWithParent();
    if (ForkCalls.parent() != pid) {
      ForkCalls.exit(1); // It was dead before the kernel had been asked.
    }
    // By the second one it is known that this child goes on.
    ForkCalls.makeFifo(output);
    ForkCalls.makeFifo(input);
    ForkCalls.openAs(0, input, ForkCalls.O_RDONLY);
    ForkCalls.openAs(1, output, ForkCalls.O_WRONLY);
    ForkCalls.copy(1, 2);
    System.setIn(new FileInputStream(FileDescriptor.in));
    // Reading a jar moves its file position, which siblings share until they open it themselves.
    jars.forEach((number, jar) -> ForkCalls.openAs(number, jar, ForkCalls.O_RDONLY));
  }

  private static Map<Integer, String> openJars() throws IOException {
    Map<Integer, String> jars = new TreeMap<>();
    try (var descriptors = Files.newDirectoryStream(Path.of("/proc/self/fd"))) {
      for (Path descriptor : descriptors) {
        String target = target(descriptor);
        if (target.endsWith(".jar")) {
          jars.put(Integer.valueOf(descriptor.getFileName().toString()), target);
        }
      }
    }
    return jars;
  }

  private static String target(Path descriptor) throws IOException {
    try {
      return Files.readSymbolicLink(descriptor).toString();
    } catch (NoSuchFileException closedSinceItWasListed) {
      return "";
    }
  }
}
