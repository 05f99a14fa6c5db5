package io.millrace.testkit;

import java.io.IOException;
import java.io.InputStream;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.Arrays;

/**
 * Runs another main class in a process that dies with its parent: the parent holds the other end of
 * standard input, so its end is the parent's end, however it came.
 */
final class Leash {
  private static final int PIPE_BYTES = 64 * 1024;

  private Leash() {}

  /** Runs the main class named first with the arguments that follow. */
  public static void main(String[] arguments) throws Throwable {
    PipedInputStream forwarded = new PipedInputStream(PIPE_BYTES);
    InputStream parent = System.in;
    PipedOutputStream forward = new PipedOutputStream(forwarded);
    System.setIn(forwarded);
    Thread leash = new Thread(() -> hold(parent, forward), "leash");
    leash.setDaemon(true);
    leash.start();

    Method main = Class.forName(arguments[0]).getDeclaredMethod("main", String[].class);
    main.setAccessible(true);
    try {
      main.invoke(null, (Object) Arrays.copyOfRange(arguments, 1, arguments.length));
    } catch (InvocationTargetException failure) {
      throw failure.getCause();
    }
  }

  private static void hold(InputStream parent, PipedOutputStream forward) {
    byte[] buffer = new byte[1024];
    try {
      int count = parent.read(buffer);
      while (count >= 0) {
        forward.write(buffer, 0, count);
        forward.flush(); // Without it the reader looks once a second only.
        count = parent.read(buffer);
      }
    } catch (IOException broken) {
      System.err.println("leash: " + broken);
    }
    Runtime.getRuntime().halt(143);
  }
}
