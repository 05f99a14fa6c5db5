package io.millrace.discovery.model;

import java.util.Objects;

/**
 * A descriptor of a published service, as its record describes it. Immutable.
 *
 * @param kind what it is
 * @param device the device of the memory behind it, 0 for an event descriptor
 * @param inode the inode of the memory behind it, 0 for an event descriptor: Linux gives all of
 *     those the same one
 * @param size the size of the memory in bytes, 0 for an event descriptor
 */
public record ServiceDescriptor(DescriptorKind kind, long device, long inode, long size) {
  /** Refuses null. */
  public ServiceDescriptor {
    Objects.requireNonNull(kind, "kind");
  }

  /**
   * Tells whether it is memory, of a ring or of something else, and no event descriptor.
   *
   * @return true if it is memory
   */
  public boolean isMemory() {
    return kind != DescriptorKind.EVENT;
  }
}
