package io.millrace.cli;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.OutputStreamWriter;
import java.io.PrintWriter;
import java.nio.charset.Charset;
import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;

/** The {@code millrace} command. */
@Command(
    name = "millrace",
    description = {
      "Looks into the rings, registries, snapshots and barriers of this host; calls, records,"
          + " replays and carries to other hosts.",
      "Looking takes no place, holds nobody back and makes nothing; only publish, call, record,"
          + " replay, bridge and gc change anything."
    },
    mixinStandardHelpOptions = true,
    versionProvider = Millrace.Version.class,
    scope = ScopeType.INHERIT,
    sortOptions = false,
    usageHelpAutoWidth = true,
    exitCodeListHeading = "%nExit status:%n",
    exitCodeList = {
      "0:done, or the answer is yes",
      "1:the answer is no: nobody is alive, the barrier is broken, something is missing, a server"
          + " refused",
      "2:the command line is wrong",
      "3:it cannot be done; the message says why and what helps"
    },
    subcommands = {
      Ls.class,
      WatchServices.class,
      Stat.class,
      Top.class,
      Tail.class,
      Publish.class,
      Call.class,
      Record.class,
      Replay.class,
      Bridge.class,
      ShowSchema.class,
      ShowSnapshot.class,
      ShowBarrier.class,
      ShowAlive.class,
      Gc.class,
      ShowDoctor.class,
      Metrics.class,
      Bench.class,
      AutoComplete.GenerateCompletion.class
    })
public final class Millrace implements Runnable {
  /** The answer is no. */
  static final int NO = 1;

  /** It cannot be done. */
  static final int FAILED = 3;

  @Option(
      names = "--stack-trace",
      scope = ScopeType.INHERIT,
      description = "Print where an error came from.")
  private boolean stackTrace;

  @CommandLine.Spec private CommandLine.Model.CommandSpec spec;

  /** Made by {@link #run}, and to be listed among other commands. */
  public Millrace() {}

  /**
   * Runs the command in the runnable jar.
   *
   * @param arguments the subcommand and its options
   */
  public static void main(String[] arguments) {
    System.exit(run(arguments));
  }

  /**
   * Runs the command in a JVM that has the flags it needs.
   *
   * @param arguments the subcommand and its options
   * @return the exit status
   */
  public static int run(String... arguments) {
    // Flushed by the commands, once for each batch of lines.
    Charset charset = System.out.charset();
    PrintWriter out =
        new PrintWriter(new OutputStreamWriter(new FileOutputStream(FileDescriptor.out), charset));
    int status = commandLine().setOut(out).execute(arguments);
    out.flush();
    return status;
  }

  static CommandLine commandLine() {
    return new CommandLine(new Millrace())
        .setExecutionExceptionHandler(new Failures())
        .setParameterExceptionHandler(Failures::onWrongUsage)
        .setCaseInsensitiveEnumValuesAllowed(true)
        .registerConverter(java.time.Duration.class, Units::parseDuration)
        .registerConverter(ByteSize.class, ByteSize::parse)
        .registerConverter(LongSize.class, LongSize::parse)
        .registerConverter(Speed.class, Speed::parse)
        .registerConverter(Moment.class, Moment::parse);
  }

  boolean wantsStackTrace() {
    return stackTrace;
  }

  /** Without a subcommand: says what there is. */
  @Override
  public void run() {
    spec.commandLine().usage(spec.commandLine().getOut());
  }

  /** What the build wrote into the jar. */
  static final class Version implements IVersionProvider {
    @Override
    public String[] getVersion() {
      String version = Millrace.class.getPackage().getImplementationVersion();
      return new String[] {"millrace " + (version == null ? "(not from a jar)" : version)};
    }
  }
}
