package io.millrace.discovery;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.millrace.discovery.model.ServiceSpec;
import io.millrace.request.CallOptions;
import io.millrace.request.ClientOptions;
import io.millrace.snapshot.SnapshotOptions;
import io.millrace.testkit.OptionsStyle;
import io.millrace.topic.PublisherOptions;
import io.millrace.topic.SubscriberOptions;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Who knows the options of one thing knows those of all. */
class OptionsStyleTest {
  private static final List<Class<?>> TYPES =
      List.of(
          RegistryOptions.class,
          CallOptions.class,
          ClientOptions.class,
          SnapshotOptions.class,
          PublisherOptions.class,
          SubscriberOptions.class);

  @Test
  void allOptionsAreOfOneStyle() {
    assertEquals(List.of(), OptionsStyle.flawsOf(TYPES));
    assertEquals(List.of(), OptionsStyle.flawsOf(List.of(ServiceSpec.class)));
  }

  @Test
  void noneIsLeftOut() {
    assertEquals(TYPES, OptionsStyle.optionsBeside(RegistryOptions.class));
  }
}
