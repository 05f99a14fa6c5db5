package io.millrace.perf.harness;

import java.util.ArrayList;
import java.util.List;

/**
 * Runs benches: in each fork every subject once, one after the other (A B A B ..), so that what
 * changes on the machine meanwhile changes for all.
 */
public final class Runner {
  private final Plan plan;
  private final Progress progress;

  /**
   * Makes one.
   *
   * @param plan what the user asked for
   * @param progress is told how far it is
   */
  public Runner(Plan plan, Progress progress) {
    this.plan = plan;
    this.progress = progress;
  }

  /**
   * Runs one bench.
   *
   * @param bench the bench
   * @return what came out, case by case
   * @throws InterruptedException if the user does not want to wait any longer
   */
  public List<CaseResult> run(Bench bench) throws InterruptedException {
    List<CaseResult> results = new ArrayList<>();
    for (Case setting : bench.cases(plan).stream().filter(plan::includes).toList()) {
      List<Collector> collectors =
          setting.trials().stream()
              .filter(trial -> plan.includes(trial.subject()))
              .map(Collector::new)
              .toList();
      if (!collectors.isEmpty()) {
        progress.begin(bench, setting);
        int forks = bench.forks(plan);
        for (int fork = 1; fork <= forks; fork++) {
          for (Collector collector : collectors) {
            measure(fork, forks, collector);
          }
        }
        results.add(
            new CaseResult(
                bench, setting, collectors.stream().map(c -> c.result(bench, setting)).toList()));
      }
    }
    return results;
  }

  private void measure(int number, int of, Collector collector) throws InterruptedException {
    Trial trial = collector.trial();
    try (Fork fork = new Fork(plan)) {
      Sample sample = trial.body().run(fork);
      collector.add(sample);
      progress.measured(number, of, trial.subject(), sample);
    } catch (InterruptedException interrupted) {
      throw interrupted;
    } catch (Exception failure) {
      String why = failure.getMessage() == null ? failure.toString() : failure.getMessage();
      collector.fail(why);
      progress.failed(number, of, trial.subject(), why);
    }
  }
}
