package io.millrace.discovery.model;

/** Thrown when the name is already published, by a process that lives. */
public final class NameInUseException extends DiscoveryException {
  private static final long serialVersionUID = 1L;

  /** The service's name. */
  private final String name;

  /** Its owner. */
  private final int pid;

  /**
   * Describes the failure.
   *
   * @param name the name of the service
   * @param pid the process that has it, 0 if its record cannot be read
   */
  public NameInUseException(String name, int pid) {
    super(
        pid == 0
            ? "service " + name + " is held by a live process whose record cannot be read"
            : "service " + name + " is published already by process " + pid + ", which is alive");
    this.name = name;
    this.pid = pid;
  }

  /**
   * The name that is taken.
   *
   * @return the name of the service
   */
  public String name() {
    return name;
  }

  /**
   * The process that has the name.
   *
   * @return the process, in its own pid namespace; 0 if its record cannot be read
   */
  public int pid() {
    return pid;
  }
}
