package io.millrace.perf.peer;

import io.millrace.perf.harness.ChildJvm;
import io.millrace.perf.harness.Fork;
import io.millrace.perf.harness.Role;
import io.millrace.perf.harness.TrialException;
import io.millrace.perf.link.LinkPlace;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Two processes as two hosts: each in a network namespace of its own, which a pair of virtual links
 * joins. The kernel removes all of it with them, however they end.
 *
 * <p>What has no part in the network, such as the ends of a trial, reaches them through memory.
 */
public final class TwoHosts {
  private static final String NEAR = "10.99.8.1";
  private static final String FAR = "10.99.8.2";
  private static final String NETWORK = "/24";
  private static final String PORT = ":9000";
  private static final String ARCHIVE_PORT = ":9001";
  private static final List<String> OWN_NETWORK = List.of("unshare", "--net");

  /** What a role is told of the host that it is. */
  static final String HOST = "host";

  private static final int PATIENCE_SECONDS = 60;

  private TwoHosts() {}

  /**
   * Whether this machine lets this process make such hosts.
   *
   * @return why not; empty if it does
   */
  public static Optional<String> obstacle() {
    List<String> all = new ArrayList<>(OWN_NETWORK);
    all.addAll(List.of("ip", "link", "add", "near", "type", "veth", "peer", "name", "far"));
    try {
      run(all);
      return Optional.empty();
    } catch (IOException refusal) {
      return Optional.of("it makes network namespaces, as root may: " + refusal.getMessage());
    } catch (InterruptedException interruption) {
      Thread.currentThread().interrupt();
      return Optional.of("interrupted");
    }
  }

  /** Starts them, and lets them open what they have once they are joined. */
  static void start(Fork fork, Class<? extends Role> role, Map<String, ?> arguments)
      throws IOException, TrialException, InterruptedException {
    ChildJvm near = start(fork, role, "near", arguments);
    ChildJvm far = start(fork, role, "far", arguments);
    String ofNear = Long.toString(near.pid());
    String ofFar = Long.toString(far.pid());
    near.expect("here", PATIENCE_SECONDS);
    far.expect("here", PATIENCE_SECONDS);
    run(
        List.of(
            "ip", "link", "add", "near", "netns", ofNear, "type", "veth", "peer", "name", "far",
            "netns", ofFar));
    startLinks(ofNear, "near", NEAR);
    startLinks(ofFar, "far", FAR);
    near.tell("open");
    far.tell("open");
    near.expect("ready", PATIENCE_SECONDS);
    far.expect("ready", PATIENCE_SECONDS);
  }

  private static ChildJvm start(
      Fork fork, Class<? extends Role> role, String host, Map<String, ?> arguments)
      throws IOException {
    Map<String, Object> all = new LinkedHashMap<>(arguments);
    all.put(HOST, host);
    return fork.startUnder(OWN_NETWORK, host + " host", role, List.of(), all);
  }

  private static void startLinks(String pid, String link, String address)
      throws IOException, InterruptedException {
    on(pid, "address", "add", address + NETWORK, "dev", link);
    on(pid, "link", "set", "lo", "up");
    on(pid, "link", "set", link, "up");
  }

  private static void on(String pid, String... words) throws IOException, InterruptedException {
    List<String> all = new ArrayList<>(List.of("nsenter", "--target", pid, "--net", "ip"));
    all.addAll(List.of(words));
    run(all);
  }

  private static void run(List<String> command) throws IOException, InterruptedException {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    process.getOutputStream().close();
    String said = new String(process.getInputStream().readAllBytes()).strip();
    if (process.waitFor() != 0) {
      throw new IOException(String.join(" ", command) + ": " + said);
    }
  }

  /** The first process is on the near host, the second one on the far one. */
  static String sendingHost(LinkPlace place) {
    return place.name().equals(LinkPlace.BACK) ? "far" : "near";
  }

  static String receivingHost(LinkPlace place) {
    return place.name().equals(LinkPlace.BACK) ? "near" : "far";
  }

  static String address(String host) {
    return host.equals("near") ? NEAR : FAR;
  }

  /** The same for all subjects. */
  static String channel(LinkPlace place) {
    return "aeron:udp?endpoint=" + address(receivingHost(place)) + PORT + "|term-length=8m";
  }

  static String archive(String host) {
    return address(host) + ARCHIVE_PORT;
  }

  /** What is of one host, in memory. */
  static Path directory(LinkPlace place, String host) {
    return place.directory().resolve(host);
  }
}
