package io.millrace.bridge;

import io.millrace.testkit.Tools;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * Two network namespaces of the kernel, joined by a pair of virtual links: two hosts, as far as the
 * network goes. Made here, and removed with all that is in them.
 */
final class Network implements AutoCloseable {
  private static final String NEAR_ADDRESS = "10.99.7.1";
  private static final String FAR_ADDRESS = "10.99.7.2";

  private final String near = "millrace-near-" + ProcessHandle.current().pid();
  private final String far = "millrace-far-" + ProcessHandle.current().pid();

  Network() {
    // Somebody may be root and have no right to do it.
    Tools.assumeAllowed("unshare", "--net", "true");
    Tools.assumeAllowed("ip", "netns", "list");
    Tools.assumeAllowed("nft", "--version");
    try {
      run("ip", "netns", "add", near);
      run("ip", "netns", "add", far);
      run(
          "ip", "link", "add", "near", "netns", near, "type", "veth", "peer", "name", "far",
          "netns", far);
      start(near, "near", NEAR_ADDRESS);
      start(far, "far", FAR_ADDRESS);
    } catch (RuntimeException | Error failure) {
      close();
      throw failure;
    }
  }

  private static void start(String namespace, String link, String address) {
    run("ip", "-n", namespace, "address", "add", address + "/24", "dev", link);
    run("ip", "-n", namespace, "link", "set", "lo", "up");
    run("ip", "-n", namespace, "link", "set", link, "up");
  }

  String nearAddress() {
    return NEAR_ADDRESS;
  }

  String farAddress() {
    return FAR_ADDRESS;
  }

  /** What goes before a command so that it runs on the near host. */
  List<String> onNear() {
    return List.of("ip", "netns", "exec", near);
  }

  List<String> onFar() {
    return List.of("ip", "netns", "exec", far);
  }

  /** Every twentieth packet, in both directions, is lost. */
  void losePackets() {
    for (List<String> host : List.of(onNear(), onFar())) {
      on(host, "nft", "add", "table", "inet", "loss");
      on(host, "nft", "add chain inet loss out { type filter hook output priority 0 ; }");
      on(host, "nft", "add rule inet loss out meta l4proto udp numgen random mod 100 < 5 drop");
    }
  }

  /** So much goes from near to far, and what does not fit into a short queue is lost. */
  void slowDown(String rate) {
    run(
        "tc", "-n", near, "qdisc", "add", "dev", "near", "root", "tbf", "rate", rate, "burst",
        "16kb", "latency", "50ms");
  }

  void cut() {
    run("ip", "-n", near, "link", "set", "near", "down");
  }

  void mend() {
    run("ip", "-n", near, "link", "set", "near", "up");
  }

  private static void on(List<String> host, String... command) {
    List<String> all = new ArrayList<>(host);
    all.addAll(List.of(command));
    run(all.toArray(String[]::new));
  }

  private static void run(String... command) {
    try {
      Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
      process.getOutputStream().close();
      String said = new String(process.getInputStream().readAllBytes()).strip();
      if (process.waitFor() != 0) {
        throw new AssertionError(String.join(" ", command) + ": " + said);
      }
    } catch (IOException failure) {
      throw new AssertionError(String.join(" ", command), failure);
    } catch (InterruptedException interruption) {
      Thread.currentThread().interrupt();
      throw new AssertionError(interruption);
    }
  }

  @Override
  public void close() {
    for (String namespace : List.of(near, far)) {
      try {
        run("ip", "netns", "delete", namespace);
      } catch (AssertionError gone) {
        continue; // It was not made.
      }
    }
  }
}
