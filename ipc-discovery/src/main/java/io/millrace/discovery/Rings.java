package io.millrace.discovery;

import io.millrace.discovery.model.Capabilities;
import io.millrace.discovery.model.DescriptorKind;
import io.millrace.discovery.model.DiscoveryException;
import io.millrace.discovery.model.Service;
import io.millrace.discovery.model.ServiceSpec;
import io.millrace.ring.Ring;

/** How a ring is published and joined: as its memory and its event descriptors, in their order. */
final class Rings {
  private static final String KIND = "ring";

  private Rings() {}

  static ServiceSpec describe(String name, Ring ring, Capabilities capabilities) {
    ServiceSpec spec = ServiceSpec.named(name).kind(KIND).capabilities(capabilities);
    int[] numbers = ring.descriptors();
    for (int i = 0; i < numbers.length; i++) {
      spec.descriptor(numbers[i], i == 0 ? DescriptorKind.RING : DescriptorKind.EVENT);
    }
    return spec;
  }

  static Ring join(Acquisition acquisition) {
    requireRing(acquisition.service());
    return Ring.adopt(acquisition.take());
  }

  private static void requireRing(Service service) {
    for (int i = 0; i < Math.max(1, service.descriptors().size()); i++) {
      DescriptorKind expected = i == 0 ? DescriptorKind.RING : DescriptorKind.EVENT;
      if (service.descriptors().size() <= i || service.descriptors().get(i).kind() != expected) {
        throw new DiscoveryException(
            "service " + service.name() + " is no ring but of kind \"" + service.kind() + "\"");
      }
    }
  }
}
