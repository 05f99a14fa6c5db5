package io.millrace.ring;

import io.millrace.os.Credentials;
import io.millrace.os.Descriptor;
import io.millrace.os.PidFd;
import io.millrace.testkit.Forked;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * A process that is a member of a ring and does what its parent says, line by line; each command is
 * answered by {@code done} or {@code failed}. Where {@link StepGate} stops it, only what lets it go
 * on is listened to.
 */
final class RingChild implements Forked {
  private static final int MAX_LENGTH = 40 * 1024;
  private static final long NEVER = TimeUnit.HOURS.toNanos(1);

  /** What is done once before any child is made. The numbers are of no importance. */
  private static final String[] COMMANDS = {
    "offer p 0 40",
    "poll c 10",
    "cpoll c 10",
    "batch p 0 40 4 3",
    "claim p 0 40",
    "commit p",
    "claim p 0 40",
    "abort p",
    "await c 10",
    "fill p 0 1000",
    "evict 1024",
    "poll c 1",
    "offer p 0 40",
    "watch o"
  };

  private final Map<String, Producer> producers = new HashMap<>();
  private final Map<String, Consumer> consumers = new HashMap<>();
  private final Map<String, Observer> observers = new HashMap<>();
  private final Map<String, Integer> claims = new HashMap<>();
  private final UnsafeBuffer message = new UnsafeBuffer(new byte[MAX_LENGTH]);
  private Ring ring;

  @Override
  public void run(String... arguments) throws IOException {
    BufferedReader lines =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    StepGate.listenTo(lines);
    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
      answer(line.split(" "));
    }
  }

  @Override
  public void warmUp() {
    for (String kind : new String[] {"r", "s"}) {
      RingChild child = new RingChild();
      child.execute("create".split(" "));
      try (Ring created = child.ring) {
        join(Credentials.pid(), created.descriptors()).close();
        child.execute(("consumer c warm " + kind).split(" "));
        child.execute("producer p".split(" "));
        child.execute("observer o".split(" "));
        for (String command : COMMANDS) {
          child.execute(command.split(" "));
        }
        child.consumers.get("c").waitForRecords().await(1);
        child.producers.get("p").waitForSpace(1).await(1);
        child.execute("leave c".split(" "));
        child.execute("retire p".split(" "));
        child.execute("unobserve o".split(" "));
      }
    }
  }

  /** Copies the ring's descriptors out of the process that has it, and joins. */
  static Ring join(int pid, int... numbers) {
    int[] copies = new int[numbers.length];
    try (Descriptor process = PidFd.open(pid)) {
      for (int i = 0; i < numbers.length; i++) {
        copies[i] = PidFd.copyDescriptor(process, numbers[i], "descriptor of a ring").release();
      }
    }
    return Ring.adopt(copies);
  }

  private void answer(String[] words) {
    try {
      System.out.println("done " + words[0] + " " + execute(words));
    } catch (RuntimeException | Error failure) {
      System.out.println("failed " + words[0] + " " + failure);
    }
  }

  private Object execute(String[] words) {
    String id = words.length > 1 ? words[1] : "";
    switch (words[0]) {
      case "join":
        int[] numbers = new int[words.length - 2];
        for (int i = 0; i < numbers.length; i++) {
          numbers[i] = Integer.parseInt(words[2 + i]);
        }
        ring = join(Integer.parseInt(id), numbers);
        return "";
      case "create":
        ring = Ring.create(RingOptions.capacity(RingLayout.MIN_CAPACITY));
        return descriptors();
      case "arm":
        StepGate.arm(Steps.Step.valueOf(id), number(words, 2));
        return "";
      case "producer":
        producers.put(id, ring.addProducer());
        return "";
      case "consumer":
        consumers.put(id, ring.addConsumer(options(words[2], words[3])));
        return "";
      case "poll":
        return consumers.get(id).poll(printing(id), number(words, 2));
      case "cpoll":
        return consumers.get(id).controlledPoll(controlled(printing(id)), number(words, 2));
      case "await":
        return consumers
            .get(id)
            .poll(printing(id), number(words, 2), WaitStrategy.blocking(), Waitable.FOREVER);
      case "observer":
        observers.put(id, ring.addObserver());
        return "";
      case "watch": // Until it got on, by a record or without one.
        Observer observer = observers.get(id);
        long from = observer.position();
        while (observer.position() == from) {
          observer.poll(printing(id), 1);
        }
        return observer.position() + " " + observer.lostBytes();
      case "unobserve":
        observers.remove(id).close();
        return "";
      case "evict":
        ring.core.groups.evictDeadNow(number(words, 1));
        return "";
      case "leave":
        consumers.remove(id).close();
        return "";
      default:
        return produce(words[0], producers.get(id), words);
    }
  }

  private Object produce(String verb, Producer producer, String[] words) {
    switch (verb) {
      case "offer":
        message.putInt(0, number(words, 2));
        return producer.offer(1, message, 0, number(words, 3));
      case "press":
        message.putInt(0, number(words, 2));
        return producer.offer(1, message, 0, number(words, 3), WaitStrategy.blocking(), NEVER);
      case "fill":
        int count = 0;
        message.putInt(0, number(words, 2));
        while (producer.offer(1, message, 0, number(words, 3)) > 0) {
          message.putInt(0, number(words, 2) + ++count);
        }
        return count;
      case "stream":
        for (int i = 0; i < number(words, 4); i++) {
          message.putInt(0, number(words, 2) + i);
          producer.offer(1, message, 0, number(words, 3), WaitStrategy.blocking(), NEVER);
        }
        return "";
      case "claim":
        int index = producer.tryClaim(1, number(words, 3));
        producer.buffer().putInt(index, number(words, 2));
        claims.put(words[1], index);
        return index;
      case "commit":
        producer.commit(claims.get(words[1]));
        return "";
      case "abort":
        producer.abort(claims.get(words[1]));
        return "";
      case "batch":
        try (Batch batch = producer.tryBatch(number(words, 4), number(words, 3))) {
          for (int i = 0; i < number(words, 5); i++) {
            message.putInt(0, number(words, 2) + i);
            batch.add(1, message, 0, number(words, 3));
          }
        }
        return "";
      case "retire":
        producers.remove(words[1]).close();
        return "";
      default:
        throw new IllegalArgumentException(verb);
    }
  }

  private static int number(String[] words, int index) {
    return Integer.parseInt(words[index]);
  }

  static GroupOptions options(String name, String kind) {
    return new GroupOptions(
        name, kind.contains("s"), kind.contains("r"), kind.contains("o"), false);
  }

  private String descriptors() {
    StringBuilder numbers = new StringBuilder();
    for (int number : ring.descriptors()) {
      numbers.append(number).append(' ');
    }
    return numbers.toString();
  }

  private static ControlledRecordHandler controlled(RecordHandler handler) {
    return (type, buffer, offset, length, redelivered) -> {
      if (redelivered) {
        handler.onRedelivery(type, buffer, offset, length);
      } else {
        handler.onRecord(type, buffer, offset, length);
      }
      return ControlledRecordHandler.Action.CONTINUE;
    };
  }

  private static RecordHandler printing(String id) {
    return new RecordHandler() {
      @Override
      public void onRecord(int type, org.agrona.DirectBuffer buffer, int offset, int length) {
        System.out.println("got " + id + " " + type + " " + buffer.getInt(offset) + " first");
      }

      @Override
      public void onRedelivery(int type, org.agrona.DirectBuffer buffer, int offset, int length) {
        System.out.println("got " + id + " " + type + " " + buffer.getInt(offset) + " again");
      }
    };
  }
}
