package io.millrace.perf.report;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.millrace.perf.harness.CaseResult;
import io.millrace.perf.harness.SubjectResult;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class CheckTest {
  @Test
  void aRatioBelowItsFloorIsNamed() {
    assertEquals(
        List.of(
            "latency, size 32: millrace is x 0.40 (0.40 to 0.40) of pipe in rtt_p50, below x 0.50"),
        Check.collapses(
            List.of(Results.of(Results.subject("millrace", 100), Results.subject("pipe", 40)))));
  }

  @Test
  void aRatioAboveItsFloorIsNot() {
    assertEquals(
        List.of(),
        Check.collapses(
            List.of(Results.of(Results.subject("millrace", 100), Results.subject("pipe", 60)))));
  }

  @Test
  void aBadRatioWhoseForksLieTooFarApartIsADoubtAndNoFault() {
    List<CaseResult> wide =
        List.of(
            Results.of(
                Results.subject("millrace", 100, 100, 100), Results.subject("pipe", 20, 40, 90)));
    assertEquals(List.of(), Check.collapses(wide));
    assertEquals(
        List.of(
            "latency, size 32: millrace is x 0.40 (0.20 to 0.90) of pipe in rtt_p50, below x 0.50"),
        Check.doubts(wide));
    Findings findings = Findings.of(wide, true);
    assertEquals(List.of(), findings.faults());
    assertEquals("check: no ratio has collapsed", findings.summary());
  }

  @Test
  void whereEveryForkIsBelowThereIsNoDoubt() {
    List<CaseResult> collapsed =
        List.of(
            Results.of(
                Results.subject("millrace", 100, 100, 100), Results.subject("pipe", 10, 20, 40)));
    assertEquals(1, Check.collapses(collapsed).size());
    assertEquals(List.of(), Check.doubts(collapsed));
    assertEquals("check: 1 fault", Findings.of(collapsed, true).summary());
  }

  @Test
  void aSubjectThatCouldNotBeMeasuredIsNamed() {
    SubjectResult broken =
        new SubjectResult("pipe", List.of(), Optional.empty(), List.of("no pipes here"));
    assertEquals(
        List.of("latency, size 32: pipe could not be measured"),
        Check.failures(List.of(Results.of(Results.subject("millrace", 100), broken))));
  }
}
