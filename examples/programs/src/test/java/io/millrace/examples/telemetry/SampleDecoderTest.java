package io.millrace.examples.telemetry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.examples.telemetry.codec.CpuSampleDecoder;
import io.millrace.examples.telemetry.codec.DiskSampleDecoder;
import io.millrace.examples.telemetry.codec.MemorySampleDecoder;
import io.millrace.examples.telemetry.codec.MessageHeaderEncoder;
import io.millrace.examples.telemetry.codec.NetworkSampleDecoder;
import io.millrace.examples.telemetry.codec.SchedulerSampleDecoder;
import java.util.ArrayList;
import java.util.List;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class SampleDecoderTest {
  private static final int OFFSET = 64;

  private final List<String> events = new ArrayList<>();
  private final HostSamplers samplers = HostSamplers.open(Fixtures.recorded("first"));
  private final UnsafeBuffer buffer = new UnsafeBuffer(new byte[1024]);
  private final MessageHeaderEncoder header = new MessageHeaderEncoder();
  private final SampleDecoder decoder =
      new SampleDecoder(
          (producer, sequence, nanos) -> events.add(producer + ":" + sequence + "@" + nanos),
          new Recorder());

  @AfterEach
  void close() {
    samplers.close();
  }

  @Test
  void everyKindArrivesOnceBehindItsOrigin() {
    for (int i = 0; i < samplers.count(); i++) {
      assertTrue(decoder.onSample(buffer, OFFSET, write(7, i)));
    }
    assertEquals(
        List.of(
            "7:0@1000", "cpu 22335 at 500",
            "7:1@1000", "memory 24684084 at 500",
            "7:2@1000", "disk 85211 at 500",
            "7:3@1000", "network 30770931 at 500",
            "7:4@1000", "scheduler 106 at 500"),
        events);
  }

  @Test
  void aSampleCanBeWrittenTwice() {
    ProcSampler sampler = samplers.next();
    sampler.refresh(500);
    for (int sequence = 0; sequence < 2; sequence++) {
      decoder.onSample(buffer, OFFSET, sampler.encode(buffer, OFFSET, 0, sequence, 1000));
    }
    assertEquals(List.of("0:0@1000", "cpu 22335 at 500", "0:1@1000", "cpu 22335 at 500"), events);
  }

  @Test
  void aSampleWritesNothingBehindItself() {
    for (int i = 0; i < samplers.count(); i++) {
      buffer.setMemory(0, buffer.capacity(), (byte) 0x55);
      int length = write(0, 0);
      assertEquals(0x55, buffer.getByte(OFFSET - 1));
      assertEquals(0x55, buffer.getByte(OFFSET + length));
    }
  }

  @Test
  void aLongerBlockOfALaterVersionIsRead() {
    int length = write(7, 0);
    int block = length - MessageHeaderEncoder.ENCODED_LENGTH;
    header.wrap(buffer, OFFSET).blockLength(block + 16).version(1);
    assertTrue(decoder.onSample(buffer, OFFSET, length + 16));
    assertEquals(2, events.size());
  }

  @Test
  void aMessageThatIsCutShortIsRefused() {
    int whole = write(7, 0);
    for (int length = 0; length < whole; length++) {
      assertRefused(length);
    }
  }

  @Test
  void aBlockThatIsTooShortIsRefused() {
    int length = write(7, 0);
    header.wrap(buffer, OFFSET).blockLength(length - MessageHeaderEncoder.ENCODED_LENGTH - 1);
    assertRefused(length);
  }

  @Test
  void aMessageOfAnotherSchemaIsRefused() {
    int length = write(7, 0);
    header.wrap(buffer, OFFSET).schemaId(1);
    assertRefused(length);
  }

  @Test
  void anUnknownKindIsRefused() {
    int length = write(7, 0);
    header.wrap(buffer, OFFSET).templateId(99);
    assertRefused(length);
  }

  @Test
  void aNumberThatNoProducerWritesIsRefused() {
    assertRefused(write(-1, 0));
    assertRefused(write(0, -1));
    assertRefused(write(0, Long.MAX_VALUE));
  }

  private void assertRefused(int length) {
    assertFalse(decoder.onSample(buffer, OFFSET, length));
    assertEquals(List.of(), events);
  }

  private int write(int producer, long sequence) {
    ProcSampler sampler = samplers.next();
    sampler.refresh(500);
    int length = sampler.encode(buffer, OFFSET, producer, sequence, 1000);
    assertEquals(sampler.encodedLength(), length);
    return length;
  }

  private final class Recorder implements SampleListener {
    @Override
    public void onCpu(CpuSampleDecoder sample) {
      events.add("cpu " + sample.user() + " at " + sample.origin().sampleNanos());
    }

    @Override
    public void onMemory(MemorySampleDecoder sample) {
      events.add("memory " + sample.total() + " at " + sample.origin().sampleNanos());
    }

    @Override
    public void onDisk(DiskSampleDecoder sample) {
      events.add("disk " + sample.reads() + " at " + sample.origin().sampleNanos());
    }

    @Override
    public void onNetwork(NetworkSampleDecoder sample) {
      events.add("network " + sample.receivedBytes() + " at " + sample.origin().sampleNanos());
    }

    @Override
    public void onScheduler(SchedulerSampleDecoder sample) {
      events.add("scheduler " + sample.load1() + " at " + sample.origin().sampleNanos());
    }
  }
}
