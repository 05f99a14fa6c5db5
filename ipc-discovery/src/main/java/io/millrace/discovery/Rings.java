package io.millrace.discovery;

import io.millrace.discovery.model.Capabilities;
import io.millrace.discovery.model.DescriptorKind;
import io.millrace.discovery.model.DiscoveryException;
import io.millrace.discovery.model.Service;
import io.millrace.discovery.model.ServiceDescriptor;
import io.millrace.discovery.model.ServiceSpec;
import io.millrace.message.MessageSchema;
import io.millrace.ring.Ring;
import java.util.List;

/**
 * How a ring is published and joined: as its memory and its event descriptors, in their order, and
 * behind them the schema that it carries.
 */
final class Rings {
  private static final String KIND = "ring";

  private Rings() {}

  static ServiceSpec describe(String name, Ring ring, Capabilities capabilities) {
    return ServiceSpec.named(name).kind(KIND).capabilities(capabilities).ring(ring);
  }

  /** With the fingerprint of the schema, which is looked at here only. */
  static ServiceSpec publish(String name, Ring ring, Capabilities capabilities) {
    return describe(
        name,
        ring,
        MessageSchema.carriedBy(ring)
            .map(schema -> capabilities.with(Capabilities.SCHEMA, schema.fingerprint()))
            .orElse(capabilities));
  }

  static Ring join(Acquisition acquisition) {
    requireRing(acquisition.service());
    return acquisition.takeRing();
  }

  private static void requireRing(Service service) {
    List<ServiceDescriptor> all = service.descriptors();
    int last = all.size() - 1;
    for (int i = 0; i < Math.max(1, all.size()); i++) {
      DescriptorKind expected = i == 0 ? DescriptorKind.RING : DescriptorKind.EVENT;
      boolean isSchema = i > 0 && i == last && all.get(i).kind() == DescriptorKind.SCHEMA;
      if (last < i || all.get(i).kind() != expected && !isSchema) {
        throw new DiscoveryException(
            "service " + service.name() + " is no ring but of kind \"" + service.kind() + "\"");
      }
    }
  }
}
