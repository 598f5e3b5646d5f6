import { Argument, type Command } from "commander";
import type { Io } from "../../io.js";
import { addExamples } from "../../options.js";

export function addCompletionCommand(program: Command, io: Io): void {
  const command = program
    .command("completion")
    .addArgument(new Argument("<shell>", "the shell").choices(["bash", "zsh", "fish"]))
    .summary("print a script that completes commands and options in a shell")
    .description("Prints a script that completes commands and options. Load it from a startup file of your shell, as shown below.")
    .action(async (shell) => void io.stdout.write((await import("./completion-script.js")).completionScript(shell, program)));
  addExamples(command, "completion bash > ~/.local/share/bash-completion/completions/ltad");
  command.addHelpText(
    "after",
    "\nStartup files:\n  ~/.bashrc                   source <(ltad completion bash)\n  ~/.zshrc                    source <(ltad completion zsh)\n  ~/.config/fish/config.fish  ltad completion fish | source\n",
  );
}
