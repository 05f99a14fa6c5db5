package io.millrace.cli;

import io.millrace.discovery.Registry;
import io.millrace.discovery.RegistryView;
import io.millrace.discovery.model.Service;
import io.millrace.request.CallFailure;
import io.millrace.request.CallFailure.Reason;
import io.millrace.request.CallOptions;
import io.millrace.request.ClientOptions;
import io.millrace.request.RequestClient;
import io.millrace.request.Requests;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Sends requests by hand. */
@Command(
    name = "call",
    description = {
      "Sends a request to the servers of a request service, and prints the reply: REQUEST, a file,"
          + " or each line of standard input, one after the other.",
      "Waits for a server if none is there. Ends with the first request that is not answered:"
          + " status 1 if a server refused it, 3 if there is no answer; the message says why."
    })
final class Call implements Callable<Integer> {
  private static final Duration ONE_REPLY = Duration.ofSeconds(10);
  private static final int WINDOW = 16;

  /** For lines, whose length is not known beforehand; half of it is the longest request. */
  private static final int LEAST_CAPACITY = 1 << 18;

  private static final long MOST_CAPACITY = 1 << 29;

  /** What records have besides payloads, at most. */
  private static final int HEADERS = 256;

  @Mixin private RegistryChoice registry;
  @Mixin private TypedBytes typed;
  @Mixin private PayloadChoice payloads;
  @Mixin private Output output;

  @Option(
      names = {"-t", "--type"},
      paramLabel = "N",
      description = "The type of the request, 0 or more (default: ${DEFAULT-VALUE}).")
  private int type = 1;

  @Option(
      names = "--file",
      paramLabel = "FILE",
      description = "The bytes of this file are the request.")
  private Path file;

  @Option(
      names = "--timeout",
      paramLabel = "TIME",
      description = "How long the answer may take (default: 10s; a stream: no limit).")
  private Duration timeout;

  @Option(names = "--fail-fast", description = "Do not wait for a server if none is there.")
  private boolean failFast;

  @Option(
      names = "--idempotent",
      description =
          "The request may be served twice: send it again if a server dies that has taken it.")
  private boolean idempotent;

  @Option(names = "--stream", description = "Take any number of replies to a request.")
  private boolean stream;

  @Option(
      names = {"-n", "--count"},
      paramLabel = "N",
      description =
          "End after this many replies, and cancel the call; --stream goes without saying.")
  private Long count;

  @Option(
      names = "--greatest-reply",
      paramLabel = "BYTES",
      defaultValue = "64k",
      description = "How long a reply may be (default: ${DEFAULT-VALUE}).")
  private ByteSize greatestReply;

  @Parameters(index = "0", paramLabel = "NAME", description = "The request service.")
  private String name;

  @Parameters(
      index = "1",
      arity = "0..1",
      paramLabel = "REQUEST",
      description = "What to send, as text or --hex; '' sends nothing but the type.")
  private String request;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws IOException {
    if (file != null && (request != null || typed.isHex())) {
      throw new ParameterException(
          spec.commandLine(), "--file is the whole request: give neither REQUEST nor --hex");
    }
    PayloadFormat format = payloads.format();
    byte[] whole =
        file != null
            ? Files.readAllBytes(file)
            : request != null ? typed.of(request, "the request") : null;
    if (servers().isEmpty()) {
      if (failFast) {
        return tell(new CallFailure(Reason.NO_SERVER, "", ""), "");
      }
      output.note("no server of " + name + " is there: waiting for one");
    }
    try (Registry own = Registry.open(registry.options());
        RequestClient client = Requests.client(own, name, options(whole))) {
      PrintedCalls calls =
          new PrintedCalls(client, output, format, count == null ? Long.MAX_VALUE : count);
      return whole == null ? callLines(calls) : call(calls, whole, "the request", "");
    }
  }

  private int callLines(PrintedCalls calls) throws IOException {
    // Standard input is not closed: this process did not open it.
    BufferedReader input =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    int status = 0;
    long number = 1;
    String text = input.readLine();
    while (text != null && status == 0 && calls.goesOn()) {
      String line = "line " + number++;
      status = call(calls, typed.of(text, line), line, line + ": ");
      text = status == 0 && calls.goesOn() ? input.readLine() : null;
    }
    return status;
  }

  private int call(PrintedCalls calls, byte[] bytes, String what, String where) {
    if (bytes.length > calls.maxRequestLength()) {
      throw new IllegalArgumentException(
          String.format(
              "%s has %,d bytes, and %s at most %,d: %s",
              what,
              bytes.length,
              file == null ? "a line has" : "a request has",
              calls.maxRequestLength(),
              file == null ? "put it into a file, and give --file" : "send it in parts"));
    }
    CallFailure failure = calls.make(type, bytes, how());
    return failure == null ? 0 : tell(failure, where);
  }

  private ClientOptions options(byte[] whole) {
    long window = isStream() ? WINDOW : 0;
    return ClientOptions.defaults()
        .calls(1)
        .greatestReply(greatestReply.bytes())
        .requestCapacity(capacity(whole == null ? 0 : 2L * (whole.length + HEADERS)))
        // Besides the window: the last reply, the one that is being read, and those of the dead.
        .replyCapacity(capacity((window + 6) * (greatestReply.bytes() + HEADERS)));
  }

  private static int capacity(long needed) {
    return (int)
        Math.max(LEAST_CAPACITY, Math.min(MOST_CAPACITY, Long.highestOneBit(2 * needed - 1)));
  }

  private boolean isStream() {
    return stream || count != null;
  }

  /** Null if there is none. */
  private Duration limit() {
    return timeout == null && !isStream() ? ONE_REPLY : timeout;
  }

  private CallOptions how() {
    CallOptions how = CallOptions.defaults().stream(isStream() ? WINDOW : 0);
    how = limit() == null ? how : how.within(limit());
    how = failFast ? how.failFast() : how;
    return idempotent ? how.idempotent() : how;
  }

  private List<Service> servers() {
    try (RegistryView view = registry.view()) {
      return RequestMembers.serversOf(view, name);
    }
  }

  /** Says why there is no answer, and what helps. */
  private int tell(CallFailure failure, String where) {
    if (output.isJson()) {
      output.print(failure, () -> "");
    }
    output.fail(where + sentence(failure));
    return failure.reason() == Reason.REFUSED ? Millrace.NO : Millrace.FAILED;
  }

  private String sentence(CallFailure failure) {
    return switch (failure.reason()) {
      case REFUSED -> "the server answered " + failure.error() + ": " + failure.text();
      case UNANSWERED -> failure.text() + ": mend the server";
      case EXPIRED ->
          "no answer came"
              + (limit() == null ? "" : " in " + limit().toMillis() + " ms")
              + ": "
              + describe(servers());
      case NO_SERVER ->
          "no server of " + name + " is there: start one, or wait for one, without --fail-fast";
      case SERVER_LOST ->
          failure.text()
              + ", and may have served it: ask the application, or give --idempotent if it may be"
              + " served twice";
      case GIVEN_UP -> failure.text() + ": find out what it does to them before you send it again";
      case DAMAGED -> failure.text() + "; replace it";
      case NO_ROOM, CANCELLED -> failure.text() + ": call again";
    };
  }

  private String describe(List<Service> servers) {
    if (servers.isEmpty()) {
      return "no server of " + name + " is there; start one, and see with 'millrace ls'";
    }
    String pids = String.join(", ", servers.stream().map(one -> "" + one.pid()).sorted().toList());
    return "servers are there, of process "
        + pids
        + ", and slow, busy or stopped; give it more time with --timeout";
  }
}
