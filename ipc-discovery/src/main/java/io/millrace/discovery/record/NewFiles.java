package io.millrace.discovery.record;

import io.millrace.discovery.model.RootException;
import io.millrace.discovery.root.HiddenNames;
import io.millrace.os.Directory;
import io.millrace.os.NewFile;
import java.util.concurrent.ThreadLocalRandom;

/** Makes files of the registry's directory, locked by the process that they are of. */
public final class NewFiles {
  private static final NewFile.Kind KIND =
      new NewFile.Kind(
          RecordLayout.PUBLISHER_LOCK,
          true,
          () -> HiddenNames.unborn(ThreadLocalRandom.current().nextLong()),
          reason -> new RootException("registry root " + reason));

  private NewFiles() {}

  /** Makes one that has no name yet. */
  public static NewFile in(Directory directory, int permissions) {
    return new NewFile(directory, permissions, KIND);
  }
}
