import type { Command } from "commander";
import type { Io } from "../../io.js";
import { addCacheOption, addCommonOptions, addExamples } from "../../options.js";

export function addDoctorCommand(program: Command, io: Io, setExitCode: (code: number) => void): void {
  const command = program
    .command("doctor")
    .argument("[model]", "model folder to check as well")
    .summary("check the installation, the machine and a model")
    .description(
      "Shows versions, native packages, the cache, memory and disk space, and checks that a model still gives the same answer as right after training. " +
        "If something is wrong, it says what to do and exits with 1.",
    )
    .action(async (model, options) => setExitCode(await (await import("./doctor-command.js")).doctorCommand(io, model, options)));
  addCommonOptions(addCacheOption(command));
  addExamples(command, "doctor", "doctor ./model --json");
}
