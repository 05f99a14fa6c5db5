package io.millrace.request;

import io.millrace.discovery.Registry;
import io.millrace.ring.WaitStrategy;
import io.millrace.ring.Waitable;
import io.millrace.testkit.ChildProcess;
import io.millrace.testkit.Signals;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.Random;
import org.agrona.DirectBuffer;

/** A server or a client in a process of its own, which may be made to die at a certain step. */
final class RequestProcess {
  static final Duration DEADLINE = Duration.ofSeconds(60);

  /** Where a server dies, with its first request. */
  enum Step {
    BEGUN,
    MORE,
    ANSWERED,
    FAILED,
    TAKEN,
    RETURNED,
    STREAMING,
    ANSWERED_LATER,
    NEVER
  }

  private RequestProcess() {}

  static ChildProcess serve(Path root, Step step) {
    ChildProcess child =
        ChildProcess.start(RequestProcess.class, root.toString(), "serve", step.name());
    child.expectLine("serving", DEADLINE);
    return child;
  }

  static ChildProcess start(Path root, String how, long seed) {
    ChildProcess child =
        ChildProcess.start(RequestProcess.class, root.toString(), how, Long.toString(seed));
    child.expectLine("serving", DEADLINE);
    return child;
  }

  public static void main(String[] arguments) {
    try (Registry registry = Registry.open(Path.of(arguments[0]))) {
      switch (arguments[1]) {
        case "serve" -> serve(registry, new Dying(Step.valueOf(arguments[2])));
        case "random" -> serve(registry, new Moody(new Random(Long.parseLong(arguments[2]))));
        default -> ask(registry, new Random(Long.parseLong(arguments[2])));
      }
    }
  }

  /** A server that is told which tokens it has. */
  abstract static class Serving implements RequestHandler {
    RequestServer server;

    /** Between two polls. */
    abstract void afterPoll();
  }

  private static void serve(Registry registry, Serving handler) {
    try (RequestServer server = Requests.server(registry, "s")) {
      handler.server = server;
      System.out.println("serving");
      while (true) {
        server.poll(handler, 10, WaitStrategy.blocking(), 2_000_000);
        handler.afterPoll();
      }
    }
  }

  /** Dies at a step. */
  private static final class Dying extends Serving {
    private final Step step;
    private long token;
    private int sent;

    Dying(Step step) {
      this.step = step;
    }

    private void dieAt(Step now) {
      if (step == now) {
        Signals.send("KILL", (int) ProcessHandle.current().pid());
        throw new AssertionError("killed processes do not go on");
      }
    }

    @Override
    public void onRequest(Request request, int type, DirectBuffer buffer, int offset, int length) {
      dieAt(Step.BEGUN);
      if (step == Step.MORE) {
        request.more(type, buffer, offset, length);
        dieAt(Step.MORE);
      }
      if (step == Step.ANSWERED) {
        request.reply(type, buffer, offset, length);
        dieAt(Step.ANSWERED);
      }
      if (step == Step.FAILED) {
        request.fail("E", "text");
        dieAt(Step.FAILED);
      }
      if (step == Step.NEVER) {
        request.reply(type, buffer, offset, length);
        return;
      }
      token = request.later();
      dieAt(Step.TAKEN);
    }

    @Override
    public void onCredit(long which) {
      stream();
    }

    private void stream() {
      while (server.more(token, 1, Numbers.of(sent), 0, Long.BYTES) >= 0) {
        if (++sent == 20) {
          dieAt(Step.STREAMING);
        }
      }
    }

    @Override
    void afterPoll() {
      if (token != 0) {
        dieAt(Step.RETURNED);
        if (step == Step.STREAMING && sent == 0) {
          stream();
        }
        if (step == Step.ANSWERED_LATER) {
          server.reply(token, 1, Numbers.of(7), 0, Long.BYTES);
          dieAt(Step.ANSWERED_LATER);
        }
      }
    }
  }

  /** Answers now, later, by a stream, with an error, by an exception, or not. */
  static final class Moody extends Serving {
    private final Random random;
    private final Queue<long[]> taken = new ArrayDeque<>();

    Moody(Random random) {
      this.random = random;
    }

    @Override
    public void onRequest(Request request, int type, DirectBuffer buffer, int offset, int length) {
      long number = buffer.getLong(offset);
      switch (random.nextInt(8)) {
        case 0, 1 -> {
          long token = request.later();
          if (token > 0) {
            taken.add(new long[] {token, number, random.nextInt(20)});
          }
        }
        case 2 -> request.fail("E", "text");
        case 3 -> throw new IllegalArgumentException("mood");
        case 4 -> {
          for (int i = 0; request.window() > 0 && i < 3; i++) {
            request.more(type, buffer, offset, length);
          }
          request.reply(type, buffer, offset, length);
        }
        default -> request.reply(type, buffer, offset, length);
      }
    }

    @Override
    void afterPoll() {
      for (int i = taken.size(); i > 0; i--) {
        long[] one = taken.remove();
        DirectBuffer number = Numbers.of(one[1]);
        if (one[2] > 0) {
          one[2]--;
          if (random.nextBoolean() && one[2] % 2 == 0 && server.isWanted(one[0])) {
            try {
              server.more(one[0], 1, number, 0, Long.BYTES);
            } catch (IllegalStateException noStream) {
              // It waits for one reply.
            }
          }
          taken.add(one);
        } else if (server.reply(one[0], 1, number, 0, Long.BYTES) == Request.BACK_PRESSURED) {
          taken.add(one);
        }
      }
    }
  }

  /** A client that asks for ever, and is killed. */
  private static void ask(Registry registry, Random random) {
    try (RequestClient client = Requests.client(registry, "s")) {
      System.out.println("serving");
      Replies replies = new Replies();
      long call = 0;
      while (true) {
        long sent =
            client.send(
                1,
                Numbers.of(random.nextLong()),
                0,
                Long.BYTES,
                random.nextBoolean() ? CallOptions.defaults() : CallOptions.defaults().stream(2));
        call = sent > 0 && random.nextInt(10) == 0 ? sent : call;
        if (random.nextInt(20) == 0) {
          client.cancel(call);
        }
        replies.calls.clear();
        replies.values.clear();
        replies.more.clear();
        replies.failures.clear();
        client.poll(replies, 100, WaitStrategy.blocking(), sent > 0 ? 0 : Waitable.FOREVER);
      }
    }
  }
}
