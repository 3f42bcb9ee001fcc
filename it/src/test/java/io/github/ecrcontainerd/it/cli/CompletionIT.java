package io.github.ecrcontainerd.it.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.ecrcontainerd.it.support.Command;
import io.github.ecrcontainerd.it.support.EcrCommand;
import io.github.ecrcontainerd.it.support.Tmux;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code ecr completion}: the shells themselves complete a command line by what it prints. */
@Timeout(120)
class CompletionIT {
  @TempDir private Path directory;

  private Path script(String shell) throws Exception {
    EcrCommand.Ended ended = EcrCommand.plain().run("completion", shell);
    assertThat(ended.status()).as(ended.err()).isZero();
    return Files.writeString(directory.resolve("ecr." + shell), ended.out());
  }

  @Test
  void bashCompletesAnOption() throws Exception {
    String completed =
        Command.run(
            List.of(
                "bash",
                "-c",
                ". \"$1\"; COMP_WORDS=(ecr pull --plat); COMP_CWORD=2; _complete_ecr;"
                    + " printf '%s\\n' \"${COMPREPLY[@]}\"",
                "bash",
                script("bash").toString()));

    assertThat(completed).isEqualTo("--platform\n");
  }

  @Test
  void fishCompletesCommandsAndOptionsAndSaysWhatTheyAre() throws Exception {
    String completed =
        Command.run(
            List.of(
                "fish",
                "--no-config",
                "-c",
                "source $argv[1]; complete -C 'ecr pul'; complete -C 'ecr pull --plat'",
                script("fish").toString()));

    assertThat(completed)
        .contains("pull\tPulls images from Amazon ECR into containerd.")
        .contains("--platform\tthe platform to choose");
  }

  @Test
  void zshCompletesWhatIsTypedOnATerminal() throws Exception {
    Files.writeString(
        directory.resolve(".zshrc"),
        """
        autoload -Uz compinit && compinit -D -u
        source %s
        PS1='ready> '
        """
            .formatted(script("zsh")));
    try (Tmux terminal =
        Tmux.start(directory, 100, 20, Map.of("ZDOTDIR", directory.toString()), "zsh -i")) {
      terminal.await(screen -> screen.getFirst().equals("ready>"));
      terminal.type("ecr pul");
      terminal.type("Tab");
      terminal.await(screen -> screen.getFirst().equals("ready> ecr pull"));
      terminal.type("--plat");
      terminal.type("Tab");
      terminal.await(screen -> screen.getFirst().equals("ready> ecr pull --platform="));
    }
  }
}
