package io.millrace.discovery;

/**
 * Descriptors of a service that were handed over to this process. Closing it closes them, unless
 * they were taken. Used by one thread.
 */
public final class Acquisition implements AutoCloseable {
  private final Service service;
  private final Transfer transfer;
  private final Descriptors descriptors;

  Acquisition(Service service, Transfer transfer, Descriptors descriptors) {
    this.service = service;
    this.transfer = transfer;
    this.descriptors = descriptors;
  }

  /**
   * Whose descriptors they are.
   *
   * @return the service
   */
  public Service service() {
    return service;
  }

  /**
   * How they came.
   *
   * @return the way
   */
  public Transfer transfer() {
    return transfer;
  }

  /**
   * The descriptors, in the order of {@link Service#descriptors()}.
   *
   * @return their numbers in this process; they stay owned by this object
   */
  public int[] descriptors() {
    return descriptors.numbers();
  }

  /**
   * Takes the descriptors out, in the order of {@link Service#descriptors()}.
   *
   * @return their numbers; the caller closes them
   */
  public int[] take() {
    return descriptors.release();
  }

  @Override
  public void close() {
    descriptors.close();
  }
}
