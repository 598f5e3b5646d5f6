import { version } from "@ltad/core";
import { Command } from "commander";
import { addClassCommands } from "./commands/classes/add-class-commands.js";
import { addCompletionCommand } from "./commands/completion/add-completion-command.js";
import { addConfigCommand } from "./commands/config/add-config-command.js";
import { addDataCommands } from "./commands/data/add-data-commands.js";
import { addDemoCommand } from "./commands/demo/add-demo-command.js";
import { addDeployCommands } from "./commands/deploy/add-deploy-commands.js";
import { addDoctorCommand } from "./commands/doctor/add-doctor-command.js";
import { addDriftCommand } from "./commands/drift/add-drift-command.js";
import { addEncodersCommands } from "./commands/encoders/add-encoders-commands.js";
import { addEvalCommand } from "./commands/eval/add-eval-command.js";
import { addExportCommands } from "./commands/export/add-export-commands.js";
import { addFleetCommands } from "./commands/fleet/add-fleet-commands.js";
import { addLimitsCommand } from "./commands/limits/add-limits-command.js";
import { addMetricsCommand } from "./commands/metrics/add-metrics-command.js";
import { addPredictCommand } from "./commands/predict/add-predict-command.js";
import { addReproduceCommand } from "./commands/reproduce/add-reproduce-command.js";
import { addServeCommand } from "./commands/serve/add-serve-command.js";
import { addSweepCommand } from "./commands/sweep/add-sweep-command.js";
import { addTrainCommand } from "./commands/train/add-train-command.js";
import { addWatchCommand } from "./commands/watch/add-watch-command.js";
import type { Io } from "./io.js";
import { addExamples } from "./options.js";
import { typedProgram } from "./typed-command.js";

/** Reports the exit code of a command that ends without an error. */
export type SetExitCode = (code: number) => void;

/**
 * All commands with their options. What a command does is imported when it runs: `ltad predict` loads no training code.
 */
export function createProgram(io: Io, setExitCode: SetExitCode): Command {
  const name = typedProgram(io.env);
  const program = new Command(name)
    .description("Visual anomaly detection: one model for many products, trained on good images only.")
    .version(version, "-V, --version", "print the version")
    .helpOption("-h, --help", "show help")
    .showSuggestionAfterError()
    .showHelpAfterError(`(${name} --help, or ${name} COMMAND --help, shows the usage)`)
    .exitOverride()
    .configureOutput({ writeOut: (text) => io.stdout.write(text), writeErr: (text) => io.stderr.write(text) });
  addExamples(program, "demo", "train ./data --protocol exp100 --out ./model", "predict ./model photo.png --out ./maps");
  addDemoCommand(program, io);
  addTrainCommand(program, io);
  addEvalCommand(program, io);
  addPredictCommand(program, io, setExitCode);
  addWatchCommand(program, io, setExitCode);
  addDriftCommand(program, io, setExitCode);
  addLimitsCommand(program, io);
  addClassCommands(program, io);
  addSweepCommand(program, io);
  addReproduceCommand(program, io);
  addServeCommand(program, io, setExitCode);
  addMetricsCommand(program, io);
  addEncodersCommands(program, io);
  addDataCommands(program, io, setExitCode);
  addConfigCommand(program, io);
  addFleetCommands(program, io);
  addDeployCommands(program, io);
  addExportCommands(program, io);
  addDoctorCommand(program, io, setExitCode);
  addCompletionCommand(program, io);
  return program;
}
