package io.millrace.cli;

import io.millrace.discovery.RegistryView;
import io.millrace.discovery.model.Service;
import io.millrace.discovery.model.Sighting;
import java.util.List;

/** The servers and clients of request services, as they are published. */
final class RequestMembers {
  private RequestMembers() {}

  static boolean isServer(Service service) {
    return service.kind().equals("request-server");
  }

  static boolean isClient(Service service) {
    return service.kind().equals("request-client");
  }

  /** The request service that a member is of. */
  static String serviceOf(Service member) {
    return member.capabilities().text("service", "");
  }

  /** The servers that are alive now. */
  static List<Service> serversOf(RegistryView view, String service) {
    return view.scan().services().stream()
        .filter(Sighting::isAlive)
        .map(Sighting::service)
        .filter(member -> isServer(member) && serviceOf(member).equals(service))
        .toList();
  }
}
