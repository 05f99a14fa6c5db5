package io.millrace.cli;

import io.millrace.barrier.BarrierStatus;
import io.millrace.barrier.BarrierStatus.Occupancy;
import io.millrace.barrier.BarrierStatus.PartyStatus;
import io.millrace.barrier.BarrierView;
import io.millrace.discovery.RegistryView;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** Shows who has arrived at a barrier. */
@Command(
    name = "barrier",
    description = {
      "Shows who has arrived at a barrier and who is missing. Exit status 1 if it is broken.",
      "Takes no place at it, and its parties do not notice."
    })
final class ShowBarrier implements Callable<Integer> {
  @Mixin private RegistryChoice registry;
  @Mixin private Output output;

  @Parameters(paramLabel = "NAME", description = "The name of the barrier.")
  private String name;

  /**
   * A barrier.
   *
   * @param barrier its name
   * @param generation the number of the meeting
   * @param broken whether it waits for a reset
   * @param cause why
   * @param arrived how many have arrived
   * @param parties one entry for each place
   */
  private record Line(
      String barrier,
      long generation,
      boolean broken,
      String cause,
      int arrived,
      List<Party> parties) {}

  /**
   * A place.
   *
   * @param place its number
   * @param state {@code arrived}, {@code missing}, {@code killed} or {@code free}
   * @param pid whose it is, null if it is free
   * @param foreign true if that is in another pid namespace
   */
  private record Party(int place, String state, Integer pid, boolean foreign) {
    static Party of(PartyStatus party) {
      String state =
          switch (party.occupancy()) {
            case FREE -> "free";
            case DEAD -> "killed";
            case ALIVE -> party.hasArrived() ? "arrived" : "missing";
          };
      return new Party(
          party.place(),
          state,
          party.occupancy() == Occupancy.FREE ? null : party.pid(),
          party.isForeign());
    }
  }

  @Override
  public Integer call() {
    BarrierStatus status;
    try (RegistryView view = registry.view();
        BarrierView barrier = BarrierView.open(view, name)) {
      status = barrier.status();
    }
    List<Party> parties = status.parties().stream().map(Party::of).toList();
    if (output.isJson()) {
      output.print(
          new Line(
              name,
              status.generation(),
              status.isBroken(),
              status.isBroken() ? status.breakCause() : null,
              status.arrived(),
              parties),
          () -> "");
    } else {
      print(status, parties);
    }
    return status.isBroken() ? Millrace.NO : 0;
  }

  private void print(BarrierStatus status, List<Party> parties) {
    output.print(
        String.format(
            Locale.ROOT,
            "%s  generation %d  %d of %d have arrived%s",
            name,
            status.generation(),
            status.arrived(),
            parties.size(),
            status.isBroken() ? "  BROKEN: " + status.breakCause() : ""));
    TextTable table = new TextTable(">PARTY", ">PID", "STATE");
    for (Party party : parties) {
      table.row(
          party.place(),
          party.pid() == null ? "" : Processes.pid(party.pid(), party.foreign()),
          party.state());
    }
    table.print(output);
  }
}
