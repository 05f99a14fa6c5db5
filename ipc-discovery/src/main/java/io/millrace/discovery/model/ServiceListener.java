package io.millrace.discovery.model;

/**
 * Is told of services that come, change and go. Called by one thread, in the order in which things
 * happened to each service. It may take as long as it likes, and may use and close the registry and
 * its own watch; once that is closed, no further call begins.
 *
 * <p>What it throws, an {@link Error} too, goes to the error handler of the registry, and the next
 * call still comes.
 */
@FunctionalInterface
public interface ServiceListener {
  /**
   * A service is there. Between two calls for one name there is always one of {@link #onDown}.
   *
   * @param service the service
   */
  void onUp(Service service);

  /**
   * The publisher changed the capabilities. Of several changes in a row, only the last may be
   * reported.
   *
   * @param before the service as it was told last
   * @param now the service now
   */
  default void onChanged(Service before, Service now) {}

  /**
   * A service that was there is gone.
   *
   * @param service the service as it was told last
   * @param reason why
   */
  default void onDown(Service service, Departure reason) {}

  /**
   * A record cannot be trusted and is passed over.
   *
   * @param refusal which, and why
   */
  default void onRefused(Refusal refusal) {}

  /**
   * One or more services of a name came and went before any could be looked at. No filter can be
   * applied to these.
   *
   * @param name the name
   * @param reason how the last of them went
   */
  default void onMissed(String name, Departure reason) {}

  /**
   * Everything that is known by now has been reported. Called when the services that were there at
   * the beginning have been told, and then after every batch of changes.
   */
  default void onCaughtUp() {}
}
