package io.millrace.perf.harness;

/** Is told how far a run is. */
public interface Progress {
  /**
   * A case begins.
   *
   * @param bench of this bench
   * @param setting the case
   */
  void begin(Bench bench, Case setting);

  /**
   * A fork has measured.
   *
   * @param fork which one, from 1
   * @param of how many there are
   * @param subject whom
   * @param sample what came out
   */
  void measured(int fork, int of, String subject, Sample sample);

  /**
   * A fork has failed.
   *
   * @param fork which one, from 1
   * @param of how many there are
   * @param subject whom
   * @param why the reason
   */
  void failed(int fork, int of, String subject, String why);
}
