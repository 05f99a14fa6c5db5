package io.millrace.recording;

import io.millrace.discovery.Registry;
import java.nio.file.Path;

/** Plays a recording. Arguments: the registry's directory, the recording's, into what. */
final class PlayerProcess {
  private PlayerProcess() {}

  public static void main(String[] arguments) {
    PlayerOptions options =
        PlayerOptions.of(Path.of(arguments[1]))
            .speed(PlayerOptions.AS_FAST_AS_POSSIBLE)
            .into(arguments[2]);
    try (Registry registry = Registry.open(Path.of(arguments[0]));
        Player player = Player.open(registry, options)) {
      System.out.println("played " + player.play(progress -> {}).records());
    }
  }
}
