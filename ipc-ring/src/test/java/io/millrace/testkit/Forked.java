package io.millrace.testkit;

/** What the children of a {@link Zygote} do. Has a constructor without parameters. */
public interface Forked {
  /**
   * Called once, in the zygote: does all that the children will do, so that they find every class
   * loaded and every function bound.
   */
  void warmUp();

  /**
   * Called in each child. The child has this thread alone and may start no other.
   *
   * @param arguments what {@link Zygote#fork} was given
   * @throws Exception which ends the child with status 1 and is printed
   */
  void run(String... arguments) throws Exception;
}
