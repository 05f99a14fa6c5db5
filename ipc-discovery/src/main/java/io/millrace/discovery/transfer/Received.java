package io.millrace.discovery.transfer;

import io.millrace.discovery.model.Service;
import io.millrace.discovery.model.Transfer;

/**
 * Descriptors that came from another process and are what the record says.
 *
 * @param service whose they are
 * @param transfer how they came
 * @param descriptors what came
 */
public record Received(Service service, Transfer transfer, Descriptors descriptors)
    implements AutoCloseable {
  @Override
  public void close() {
    descriptors.close();
  }
}
