package io.millrace.examples.telemetry;

import java.util.function.ToLongFunction;
import org.agrona.collections.Int2ObjectHashMap;

/**
 * Checks that every sample of every producer arrives exactly once and in order.
 *
 * <p>For one thread. Allocates when a producer is new or something is wrong, and not otherwise.
 */
public final class SampleChecker {
  private final Int2ObjectHashMap<SequenceCheck> producers = new Int2ObjectHashMap<>();

  /**
   * A sample has arrived.
   *
   * @param producer the number of its producer
   * @param sequence its number, from 0 to {@link SequenceCheck#LAST}
   * @throws IllegalArgumentException if no producer uses such a number
   */
  public void onSample(int producer, long sequence) {
    known(producer).onSequence(sequence);
  }

  /**
   * A producer has told how many samples it sent, so that the loss of its last ones shows too. A
   * killed producer cannot tell: leave it out.
   *
   * @param producer its number
   * @param count its samples, which have the numbers 0 to {@code count - 1}
   */
  public void onSent(int producer, long count) {
    known(producer).onSent(count);
  }

  private SequenceCheck known(int producer) {
    return producers.computeIfAbsent(producer, unseen -> new SequenceCheck());
  }

  /** The producers that have been seen or have told what they sent. */
  public int producers() {
    return producers.size();
  }

  /** The figures of one producer, or {@code null} if nothing is known of it. */
  public SequenceCheck producer(int producer) {
    return producers.get(producer);
  }

  /** The sum of {@link SequenceCheck#received()}. */
  public long received() {
    return sum(SequenceCheck::received);
  }

  /** The sum of {@link SequenceCheck#lost()}. */
  public long lost() {
    return sum(SequenceCheck::lost);
  }

  /** The sum of {@link SequenceCheck#doubled()}. */
  public long doubled() {
    return sum(SequenceCheck::doubled);
  }

  /** The sum of {@link SequenceCheck#outOfOrder()}. */
  public long outOfOrder() {
    return sum(SequenceCheck::outOfOrder);
  }

  /** The sum of {@link SequenceCheck#surplus()}. */
  public long surplus() {
    return sum(SequenceCheck::surplus);
  }

  /** Tells whether all producers are flawless. */
  public boolean isFlawless() {
    return producers.values().stream().allMatch(SequenceCheck::isFlawless);
  }

  private long sum(ToLongFunction<SequenceCheck> figure) {
    return producers.values().stream().mapToLong(figure).sum();
  }
}
