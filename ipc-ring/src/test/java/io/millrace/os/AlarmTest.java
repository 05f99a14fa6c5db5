package io.millrace.os;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.testkit.LeavesNothingOpen;
import io.millrace.testkit.OpenDescriptors;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

@Timeout(120)
@ExtendWith(LeavesNothingOpen.class)
class AlarmTest {
  private static final int MANY = 20;

  @Test
  void anAlarmWakesItsOwnSetOnceEachTimeAndTakesNoDescriptor() {
    List<Epoll> sets = new ArrayList<>();
    List<Alarm> alarms = new ArrayList<>();
    for (int i = 0; i < MANY; i++) {
      sets.add(new Epoll());
      alarms.add(new Alarm());
    }
    alarms.get(0).connect(sets.get(0)); // All share what this one opens.
    Map<Integer, String> before = OpenDescriptors.now();
    for (int i = 1; i < MANY; i++) {
      alarms.get(i).connect(sets.get(i));
    }
    OpenDescriptors.assertNoneBeside(before);
    for (int round = 0; round < 3; round++) {
      for (int set = 0; set < MANY; set++) {
        alarms.get(set).set();
        alarms.get(set).set();
        for (int i = 0; i < MANY; i++) {
          assertEquals(i == set ? 1 : 0, sets.get(i).await(0), set + " wakes " + i);
        }
        assertEquals(Alarm.TAG, tagOf(sets.get(set), alarms.get(set)));
        assertTrue(alarms.get(set).isDue());
        alarms.get(set).end();
        assertFalse(alarms.get(set).isDue());
      }
    }
    for (int i = 0; i < MANY; i++) {
      alarms.get(i).disconnect();
      alarms.get(i).set();
      assertEquals(0, sets.get(i).await(0), "it has let go");
      sets.get(i).close();
    }
  }

  private static long tagOf(Epoll set, Alarm alarm) {
    alarm.set();
    assertEquals(1, set.await(0));
    return set.tag(0);
  }

  /** A set within a set, as an event loop of the application has it. */
  @Test
  void aSetThatIsWatchedByAnotherOneIsReadableUntilItIsAskedFor() {
    Alarm alarm = new Alarm();
    try (Epoll inner = new Epoll();
        Epoll outer = new Epoll()) {
      alarm.connect(inner);
      outer.add(inner.descriptor().number(), Epoll.IN, 1);
      for (int i = 0; i < 3; i++) {
        assertEquals(0, outer.await(0));
        alarm.set();
        assertEquals(1, outer.await(0));
        assertEquals(1, outer.await(0));
        assertEquals(1, inner.await(0));
      }
      alarm.disconnect();
    }
  }

  @Test
  void aThreadThatSleepsIsWokenByAnother() throws InterruptedException {
    Alarm alarm = new Alarm();
    try (Epoll epoll = new Epoll()) {
      alarm.connect(epoll);
      for (int i = 0; i < 100; i++) {
        Thread waking = new Thread(alarm::set);
        waking.start();
        int ready = alarm.sleep(epoll, Epoll.FOREVER);
        waking.join();
        assertTrue(ready + epoll.await(0) > 0, "what comes before the sleep ends it, too");
        alarm.end();
      }
      alarm.disconnect();
    }
  }
}
