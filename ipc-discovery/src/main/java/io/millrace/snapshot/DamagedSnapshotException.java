package io.millrace.snapshot;

import io.millrace.DamagedException;
import java.nio.file.Path;

/** Thrown when what the file of a snapshot holds contradicts itself. It was left alone. */
public final class DamagedSnapshotException extends DamagedException {
  private static final long serialVersionUID = 1L;

  DamagedSnapshotException(Path path, String how) {
    super("the snapshot " + path + " is damaged: " + how + "; remove it and write it anew");
  }
}
