import { Argument, type Command, Option } from "commander";
import { addDataOptions } from "../../add-data-options.js";
import type { Io } from "../../io.js";
import {
  addCacheOption,
  addCommonOptions,
  addExamples,
  addMaxPixelsOption,
  addOfflineOption,
  addRequiredOption,
  addSplitOptions,
  addThreadsOption,
  countFromOne,
  repeated,
  wholeNumber,
} from "../../options.js";

const queueUrls = "redis://HOST:PORT or postgres://USER@HOST/DATABASE";

/** Work of many machines: a plan, workers, and the merge of their results. */
export function addFleetCommands(program: Command, io: Io): void {
  addPlan(program, io);
  addWork(program, io);
  addMerge(program, io);
  const fleet = program
    .command("fleet")
    .summary("run all shards of a plan and show its progress")
    .description("Runs the shards of a plan on this machine, shows the progress of all machines, and retries bad images.");
  addStart(fleet, io);
  addStatus(fleet, io);
  addRetry(fleet, io);
}

function addPlan(program: Command, io: Io): void {
  const plan = program
    .command("plan")
    .argument(
      "[data]",
      "data set: a folder or table in any supported layout, tar files of images, or either at s3://BUCKET/PREFIX; for the task score, any images",
    )
    .summary("split the work on a large data set into shards that any machine can run")
    .description(
      "Writes a plan to a store: the shards of a data set, and everything that workers need to run them. Prints the address of the plan.",
    );
  const command = addRequiredOption(
    plan,
    "--store <address>",
    "where plans and results are kept: a folder that all machines can access, or s3://BUCKET/PREFIX",
  );
  const tasks = ["statistics", "score", "evaluate"];
  command
    .addOption(
      new Option("--task <name>", "what to compute: statistics for a training, scores, or an evaluation")
        .choices(tasks)
        .default("statistics"),
    )
    .option("--model <folder>", "the model that scores; for the tasks score and evaluate")
    .addOption(
      new Option("--class <how>", "for evaluate: where the class of a test image comes from")
        .choices(["folder", "predicted"])
        .default("folder"),
    )
    .option("--shard-images <n>", "images per shard (default: 6000, about three minutes on two cores)", countFromOne)
    .option("--sample <n>", "for statistics: images per class whose features are kept for training (default: 512)", wholeNumber)
    .addOption(new Option("--preset <name>", "for statistics: settings to start from").choices(["recommended", "fast", "paper"]))
    .option("--config <file>", "for statistics: YAML or JSON file with the settings that differ from the preset")
    .option("--set <key=value>", "for statistics: one setting, such as features.inputSize=256; can be repeated", repeated)
    .option("--tile <pixels>", "for statistics: encode large images in overlapping tiles of this size", wholeNumber)
    .action(async (data, options) => (await import("./plan-command.js")).planCommand(io, data, options));
  addDataOptions(addSplitOptions(command));
  addCommonOptions(addS3Option(addOfflineOption(addCacheOption(addMaxPixelsOption(command)))));
  addExamples(
    command,
    "plan ./data --store /mnt/fleet",
    "plan ./archive --store /mnt/fleet --task score --model ./model",
    "plan ./data --store /mnt/fleet --task evaluate --model ./model",
    "plan s3://plant/images --store s3://plant/fleet",
  );
}

function addWork(program: Command, io: Io): void {
  const work = program
    .command("work")
    .argument("[plan]", "address of the plan: STORE/plans/ID, as `plan` prints it; without it, --queue")
    .summary("run one shard of a plan, or shards from a queue")
    .description(
      "Runs one shard and writes its result to the store. Running it again, or on two machines, is harmless. " +
        "Without --shard, the number comes from JOB_COMPLETION_INDEX (Kubernetes) or AWS_BATCH_JOB_ARRAY_INDEX. " +
        "With --queue, it runs the shards that `fleet start --queue` adds until it is stopped or, with --idle, until no more shards arrive.",
    );
  const command = work
    .option("--shard <n>", "number of the shard, starting at 0", wholeNumber)
    .option("--queue <url>", `take shards from this queue, ${queueUrls}`)
    .option("--jobs <n>", "with --queue: number of processes (default: 1)", countFromOne)
    .option("--idle <seconds>", "with --queue: exit after this time without a new shard", wholeNumber)
    .option("--store <address>", "with --queue: where the store is on this machine (default: the address that `fleet start` used)")
    .action(async (plan, options) => (await import("./work-command.js")).workCommand(io, plan, options));
  addCommonOptions(addWorkerOptions(command));
  addExamples(command, "work /mnt/fleet/plans/0123456789abcdef --shard 42", "work --queue redis://queue:6379 --jobs 2");
}

function addStart(fleet: Command, io: Io): void {
  const command = fleet
    .command("start")
    .addArgument(planArgument())
    .summary("run all missing shards, on this machine or through a queue, then merge")
    .description(
      "Runs every shard that has no result yet in a pool of processes, then merges. Ctrl-C loses no finished shard; the same command continues. " +
        "With --queue, it adds those shards to a queue and waits for workers, which `work --queue` starts on any machine.",
    )
    .option("--local <n>", "number of processes (default: 1)", countFromOne, 1)
    .addOption(new Option("--queue <url>", `let the workers of this queue run them: ${queueUrls}`).conflicts("local"))
    .action(async (plan, options) => (await import("./start-command.js")).startCommand(io, plan, options));
  addCommonOptions(addWorkerOptions(addOutOptions(command)));
  addExamples(
    command,
    "fleet start /mnt/fleet/plans/0123456789abcdef --local 2 --out ./merged",
    "fleet start /mnt/fleet/plans/0123456789abcdef --queue redis://queue:6379",
  );
}

function addStatus(fleet: Command, io: Io): void {
  const command = fleet
    .command("status")
    .addArgument(planArgument())
    .summary("show the progress of a plan: finished and missing shards, images that could not be used, time left")
    .description("Reads only the store, so it works on any machine and while workers are running.")
    .action(async (plan, options) => (await import("./status-command.js")).statusCommand(io, plan, options));
  addCommonOptions(addS3Option(command));
  addExamples(command, "fleet status /mnt/fleet/plans/0123456789abcdef --json");
}

function addRetry(fleet: Command, io: Io): void {
  const command = fleet
    .command("retry")
    .addArgument(planArgument())
    .summary("run shards again that had to leave out images")
    .description(
      "Runs the shards again that had to leave out images, starting with those images. A result that leaves out fewer images replaces the older one.",
    );
  addRequiredOption(command, "--bad", "run the shards again that have images that could not be used")
    .option("--local <n>", "number of processes (default: 1)", countFromOne, 1)
    .action(async (plan, options) => (await import("./retry-command.js")).retryCommand(io, plan, options));
  addCommonOptions(addWorkerOptions(command));
  addExamples(command, "fleet retry /mnt/fleet/plans/0123456789abcdef --bad");
}

function addMerge(program: Command, io: Io): void {
  const command = program
    .command("merge")
    .addArgument(planArgument())
    .summary("merge the results of all shards of a plan")
    .description("Writes the results of all shards to one folder: statistics for `train --from`, scores, or the metrics of an evaluation.")
    .action(async (plan, options) => (await import("./merge-command.js")).mergeCommand(io, plan, options));
  addCommonOptions(addImagesOption(addOutOptions(command)));
  addExamples(command, "merge /mnt/fleet/plans/0123456789abcdef --out ./merged", "train --from ./merged --out ./model");
}

function planArgument(): Argument {
  return new Argument("<plan>", "address of the plan: STORE/plans/ID, as `plan` prints it");
}

function addOutOptions(command: Command): Command {
  return command
    .option("--out <folder>", "folder to write (default: merged-ID)")
    .option("--force", "replace the folder if it exists")
    .addOption(new Option("--format <name>", "file format of the scores (default: jsonl)").choices(["jsonl", "parquet"]));
}

function addImagesOption(command: Command): Command {
  return addS3Option(
    command.option(
      "--images <address>",
      "where the images are on this machine, or s3://BUCKET/PREFIX (default: where the plan found them)",
    ),
  );
}

function addS3Option(command: Command): Command {
  return command.option("--s3-endpoint <url>", "S3 server other than AWS (default: AWS_ENDPOINT_URL)");
}

function addWorkerOptions(command: Command): Command {
  return addThreadsOption(addImagesOption(command)).option(
    "--image-seconds <n>",
    "time limit of an image, which is then retried once and left out if it fails again (default: 120)",
    wholeNumber,
  );
}
