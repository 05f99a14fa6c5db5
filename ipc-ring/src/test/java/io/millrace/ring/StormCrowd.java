package io.millrace.ring;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;

/** A process with many members of a ring, each a thread, which work until the process is killed. */
final class StormCrowd {
  static final int PRODUCERS = 4;
  private static final int COMPETING = 3;
  private static final int FLEETING_ONES = 2;

  private final StormMember member;
  private final Random random;

  private StormCrowd(StormMember member, Random random) {
    this.member = member;
    this.random = random;
  }

  /** One line tells all: first producer, seed, and what a {@link StormMember} is told. */
  public static void main(String[] arguments) throws IOException {
    new StormMember().warmUp();
    System.out.println("ready");
    BufferedReader reader =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    int[] told = Arrays.stream(reader.readLine().split(" ")).mapToInt(Integer::parseInt).toArray();
    StormMember member = new StormMember(Arrays.copyOfRange(told, 2, told.length));
    StormCrowd crowd = new StormCrowd(member, new Random(told[1]));
    crowd.start(StormMember.Role.PRODUCER, PRODUCERS, told[0]);
    crowd.start(StormMember.Role.ALONE, 1, 0);
    crowd.start(StormMember.Role.TOGETHER, COMPETING, 0);
    crowd.start(StormMember.Role.FLEETING, FLEETING_ONES, 0);
  }

  private void start(StormMember.Role role, int count, int firstProducer) {
    for (int i = 0; i < count; i++) {
      int producer = firstProducer + i;
      Random own = new Random(random.nextLong());
      new Thread(() -> work(role, producer, own)).start();
    }
  }

  private void work(StormMember.Role role, int producer, Random own) {
    try {
      member.work(role, producer, own);
    } catch (RuntimeException | Error failure) {
      member.report(failure);
    }
  }
}
