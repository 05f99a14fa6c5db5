package io.millrace.examples.telemetry;

import io.millrace.discovery.Registry;
import io.millrace.examples.Cues;
import io.millrace.ring.Producer;
import io.millrace.ring.Ring;
import io.millrace.ring.WaitStrategy;
import java.nio.file.Path;
import java.util.Scanner;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** One producer process of the telemetry example. */
final class SampleProducer {
  private static final long WAIT_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

  private final Producer producer;
  private final WaitStrategy wait = WaitStrategy.blocking();
  private final int id;
  private long sequence;

  private SampleProducer(Producer producer, int id) {
    this.producer = producer;
    this.id = id;
  }

  /**
   * Samples and publishes from the line "start" until the line "stop", or until the parent is gone.
   *
   * @param arguments the name of the ring, the number of this producer, and its rate
   */
  public static void main(String[] arguments) {
    int id = Integer.parseInt(arguments[1]);
    Rate rate = Rate.of(arguments[2]);
    try (Registry registry = Registry.open();
        Ring ring = registry.joinRing(arguments[0]);
        Producer producer = ring.addProducer();
        HostSamplers samplers = HostSamplers.open(Path.of("/proc"));
        Cues cues = new Cues(new Scanner(System.in))) {
      System.out.println("ready");
      cues.awaitFirst();
      SampleProducer samples = new SampleProducer(producer, id);
      samples.run(samplers, cues, rate.intervalNanos());
      System.out.println("sent " + id + " " + samples.sequence);
    }
  }

  private void run(HostSamplers samplers, Cues cues, long intervalNanos) {
    long due = System.nanoTime();
    while (!cues.isOver()) {
      ProcSampler sampler = samplers.next();
      sampler.refresh(System.nanoTime());
      publish(sampler, cues);
      due += intervalNanos;
      if (intervalNanos > 0) {
        LockSupport.parkNanos(due - System.nanoTime());
      }
    }
  }

  /** Encodes in place: the sample is copied once, into the ring. */
  private void publish(ProcSampler sampler, Cues cues) {
    int length = sampler.encodedLength();
    int index = producer.tryClaim(sampler.templateId(), length);
    while (index < 0) {
      if (cues.isOver()) {
        return;
      }
      wait.await(producer.waitForSpace(length), WAIT_NANOS);
      index = producer.tryClaim(sampler.templateId(), length);
    }
    sampler.encode(producer.buffer(), index, id, sequence, System.nanoTime());
    producer.commit(index);
    sequence++;
  }
}
