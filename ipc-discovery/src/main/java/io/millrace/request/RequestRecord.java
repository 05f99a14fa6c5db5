package io.millrace.request;

import io.millrace.discovery.model.Capabilities;
import io.millrace.discovery.model.DescriptorKind;
import io.millrace.discovery.model.Service;
import io.millrace.discovery.model.ServiceDescriptor;
import io.millrace.discovery.model.ServiceSpec;
import io.millrace.os.Descriptor;
import io.millrace.peer.PeerNames;
import io.millrace.ring.GroupOptions;
import io.millrace.ring.Ring;
import java.util.List;

/** How the members of a request service publish themselves. */
final class RequestRecord {
  static final String KIND_CLIENT = "request-client";
  static final String KIND_SERVER = "request-server";
  static final PeerNames CLIENTS = new PeerNames(KIND_CLIENT);
  static final PeerNames SERVERS = new PeerNames(KIND_SERVER);

  /** Each request goes to one of those who are in it. */
  static final GroupOptions GROUP = GroupOptions.named("servers").shared().retained();

  private static final String SERVICE = "service";

  private RequestRecord() {}

  static boolean isOf(Service member, String service) {
    return service.equals(member.capabilities().text(SERVICE, null));
  }

  private static Capabilities of(String service) {
    return Capabilities.none().with(SERVICE, service);
  }

  static ServiceSpec server(String name, String service) {
    return ServiceSpec.named(name).kind(KIND_SERVER).capabilities(of(service));
  }

  static ServiceSpec client(
      String name, String service, Ring requests, Ring replies, Descriptor calls) {
    return ServiceSpec.named(name)
        .kind(KIND_CLIENT)
        .capabilities(of(service))
        .ring(requests)
        .ring(replies)
        .descriptor(calls.number(), DescriptorKind.MEMORY);
  }

  /**
   * Where the descriptors of the reply ring begin; those of the request ring come before, the
   * memory of the calls behind.
   *
   * @throws DamagedCallsException if a client publishes something else
   */
  static int replyRing(Service client) {
    List<ServiceDescriptor> all = client.descriptors();
    int second = 0;
    for (int i = 1; i < all.size() && second == 0; i++) {
      second = all.get(i).kind() == DescriptorKind.RING ? i : 0;
    }
    int last = all.size() - 1;
    if (second == 0
        || all.get(0).kind() != DescriptorKind.RING
        || all.get(last).kind() != DescriptorKind.MEMORY
        || second == last) {
      throw new DamagedCallsException("client " + client.name() + " publishes no pair of rings");
    }
    if (isSameMemory(all.get(0), all.get(second))) {
      throw new DamagedCallsException("client " + client.name() + " publishes one ring twice");
    }
    return second;
  }

  /** A server that answered into a ring that it reads would ask itself for ever. */
  private static boolean isSameMemory(ServiceDescriptor one, ServiceDescriptor other) {
    return one.inode() == other.inode() && one.device() == other.device();
  }
}
