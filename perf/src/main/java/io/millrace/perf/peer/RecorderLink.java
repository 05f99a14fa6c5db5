package io.millrace.perf.peer;

import io.millrace.discovery.Registry;
import io.millrace.perf.link.Link;
import io.millrace.perf.link.LinkPlace;
import io.millrace.perf.link.Receiver;
import io.millrace.perf.link.Sender;
import io.millrace.perf.link.Sink;
import io.millrace.recording.Recorder;
import io.millrace.recording.RecorderOptions;
import io.millrace.recording.RecordingFlags;
import io.millrace.ring.Ring;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.agrona.CloseHelper;

/** A ring of Millrace whose reader is a recorder, with its files in memory. */
final class RecorderLink implements Link {
  /** It keeps all messages, and as much again beside small ones. */
  private static final long MOST_BYTES = 1 << 28;

  private static final String FILES = "recording";
  private final MillraceLink ring = new MillraceLink();

  @Override
  public Map<String, Object> settings(LinkPlace place) {
    Map<String, Object> settings = new LinkedHashMap<>(ring.settings(place));
    settings.put("directory", "tmpfs");
    settings.put("roll", "HOURLY");
    return settings;
  }

  @Override
  public List<String> jvmFlags() {
    return RecordingFlags.required();
  }

  @Override
  public long mostBytes() {
    return MOST_BYTES;
  }

  @Override
  public Receiver receiver(LinkPlace place) {
    Registry registry = MillraceLink.registry(place);
    Ring recorded = MillraceLink.publish(registry, place);
    Recorder recorder =
        Recorder.open(registry, RecorderOptions.to(place.directory().resolve(FILES)).leaveFree(0));
    recorder.add(place.name(), recorded);
    return new End(registry, recorded, recorder);
  }

  @Override
  public Sender sender(LinkPlace place) throws InterruptedException {
    return ring.sender(place);
  }

  private record End(Registry registry, Ring ring, Recorder recorder) implements Receiver {
    /** What was recorded has been received. */
    @Override
    public int poll(Sink sink, int limit) {
      return recorder.poll(limit);
    }

    @Override
    public void close() {
      CloseHelper.closeAll(recorder, ring, registry);
    }
  }
}
