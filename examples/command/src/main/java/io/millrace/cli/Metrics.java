package io.millrace.cli;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.micrometer.core.instrument.Clock;
import io.micrometer.core.instrument.composite.CompositeMeterRegistry;
import io.micrometer.jmx.JmxConfig;
import io.micrometer.jmx.JmxMeterRegistry;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.millrace.discovery.RegistryView;
import io.millrace.metrics.RingMeters;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Hands counters to monitoring. */
@Command(
    name = "metrics",
    description = {
      "Prints the counters of rings, and without names of bridges, as Prometheus text; or serves"
          + " them until it is interrupted, over HTTP with --port, as MBeans of this process with"
          + " --jmx."
    })
final class Metrics implements Callable<Integer> {
  private static final String DOMAIN = "io.millrace";
  private static final Duration MBEAN_AGE = Duration.ofSeconds(1);
  private static final String CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8";

  @Mixin private RegistryChoice registry;
  @Mixin private Output output;

  @Option(
      names = "--port",
      paramLabel = "N",
      description = "Serve http://ADDRESS:N/metrics; 0 takes any free port.")
  private Integer port;

  @Option(
      names = "--bind",
      paramLabel = "ADDRESS",
      defaultValue = "127.0.0.1",
      description = "Where to serve (default: ${DEFAULT-VALUE}, this host only).")
  private String address;

  @Option(names = "--jmx", description = "Also be MBeans, in the domain " + DOMAIN + ".")
  private boolean jmx;

  @Parameters(paramLabel = "NAME", arity = "0..*", description = "Rings; without any, all.")
  private List<String> names = List.of();

  private BridgeMeters bridges;

  @Override
  public Integer call() throws IOException, InterruptedException {
    PrometheusMeterRegistry prometheus = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    CompositeMeterRegistry all = new CompositeMeterRegistry();
    all.add(prometheus);
    if (jmx) {
      all.add(new JmxMeterRegistry(new Domain(), Clock.SYSTEM));
    }
    try (RingMeters meters =
        RingMeters.ofRegistry(registry.options(), names.toArray(String[]::new))) {
      meters.bindTo(all);
      bridges = names.isEmpty() ? new BridgeMeters(all) : null;
      refreshBridges();
      if (port == null && !jmx) {
        prometheus.scrape().lines().forEach(output::print);
        requireAll(meters);
      } else {
        serve(meters, prometheus);
      }
    } finally {
      all.close();
    }
    return 0;
  }

  /** Both threads that serve come here. */
  private synchronized void refreshBridges() {
    if (bridges != null) {
      try (RegistryView view = registry.view()) {
        bridges.show(view);
      }
    }
  }

  private static void requireAll(RingMeters meters) {
    if (!meters.missing().isEmpty()) {
      throw new IllegalStateException(
          "no ring of this name can be read: "
              + String.join(", ", meters.missing())
              + "; 'millrace ls' shows which there are");
    }
  }

  private void serve(RingMeters meters, PrometheusMeterRegistry prometheus)
      throws IOException, InterruptedException {
    HttpServer server = port == null ? null : server(meters, prometheus);
    if (jmx) {
      output.note("MBeans " + DOMAIN + ":* in process " + ProcessHandle.current().pid());
    }
    try {
      while (true) {
        Thread.sleep(MBEAN_AGE);
        if (jmx) {
          meters.refresh();
          refreshBridges();
        }
      }
    } finally {
      if (server != null) {
        server.stop(0);
      }
    }
  }

  private HttpServer server(RingMeters meters, PrometheusMeterRegistry prometheus)
      throws IOException {
    HttpServer server;
    try {
      server = HttpServer.create(new InetSocketAddress(address, port), 0);
    } catch (IOException failure) {
      throw new IOException(
          "cannot serve on " + address + ":" + port + ": " + failure.getMessage(), failure);
    }
    server.createContext("/metrics", exchange -> answer(exchange, meters, prometheus));
    server.start();
    output.note("serving http://" + address + ":" + server.getAddress().getPort() + "/metrics");
    return server;
  }

  private void answer(HttpExchange exchange, RingMeters meters, PrometheusMeterRegistry prometheus)
      throws IOException {
    int status = 200;
    String text;
    try {
      meters.refresh();
      refreshBridges();
      text = prometheus.scrape();
    } catch (RuntimeException failure) {
      status = 500;
      text = Failures.sentence(failure) + "\n";
    }
    byte[] body = text.getBytes(StandardCharsets.UTF_8);
    exchange.getResponseHeaders().set("Content-Type", CONTENT_TYPE);
    exchange.sendResponseHeaders(status, body.length);
    try (OutputStream stream = exchange.getResponseBody()) {
      stream.write(body);
    }
  }

  /** Everything as Micrometer has it, but the domain. */
  private static final class Domain implements JmxConfig {
    @Override
    public String get(String key) {
      return null;
    }

    @Override
    public String domain() {
      return DOMAIN;
    }
  }
}
