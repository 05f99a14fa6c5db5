package io.millrace.recording;

import net.openhft.chronicle.queue.RollCycle;
import net.openhft.chronicle.queue.rollcycles.LargeRollCycles;
import net.openhft.chronicle.queue.rollcycles.TestRollCycles;

/**
 * How often a recording begins a new file. Only finished files can be dropped when the recording
 * has a {@linkplain RecorderOptions#keepAtMost(long) limit}.
 */
public enum Rolling {
  /** A file a second, of at most 4 thousand million records: to try things out. */
  SECONDLY {
    @Override
    RollCycle cycle() {
      return TestRollCycles.TEST_SECONDLY;
    }
  },
  /** A file for five minutes, of at most a thousand million records. */
  FIVE_MINUTELY {
    @Override
    RollCycle cycle() {
      return net.openhft.chronicle.queue.RollCycles.FIVE_MINUTELY;
    }
  },
  /** A file an hour, of at most 4 thousand million records. */
  HOURLY {
    @Override
    RollCycle cycle() {
      return LargeRollCycles.LARGE_HOURLY;
    }
  },
  /** A file a day, of at most 4 million million records. */
  DAILY {
    @Override
    RollCycle cycle() {
      return LargeRollCycles.XLARGE_DAILY;
    }
  };

  /** The engine's name for it: loaded by those only who use the engine. */
  abstract RollCycle cycle();
}
