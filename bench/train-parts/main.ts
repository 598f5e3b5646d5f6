import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import type { TrainTiming } from "@ltad/train";
import { linkCache } from "../linked-cache.js";
import { report } from "../report/report.js";
import { runTraining, type Training } from "./run-training.js";
import { writeFlames } from "./write-flames.js";

// Where the time of a whole training goes: the same training several times, in processes of their own. The first encodes every image, the others find the
// features in the cache. With --flames the first alone, under the profilers of Node and of ONNX Runtime, and a picture of each of its parts.

const { values } = parseArgs({
  options: {
    data: { type: "string", default: "../shared/realbench" },
    set: { type: "string", multiple: true, default: [] },
    /** Trainings from the cache. */
    again: { type: "string", default: "1" },
    /** Folder for the pictures. */
    flames: { type: "string" },
  },
});

const folder = await mkdtemp(join(tmpdir(), "ltad-train-parts-"));
const places = { data: values.data, folder, sets: values.set };
try {
  await linkCache(join(folder, "cache"), ["features", "statistics", "checked"]);
  if (values.flames === undefined) await measure();
  else await drawAll(values.flames);
} finally {
  await rm(folder, { recursive: true, force: true });
}

async function measure(): Promise<void> {
  const cold = await runTraining(places);
  const warm: Training[] = [];
  while (warm.length < Number(values.again)) warm.push(await runTraining(places));
  compare(cold, warm.length > 0 ? warm : [cold]);
}

async function drawAll(out: string): Promise<void> {
  const profiles = join(folder, "profiles");
  await mkdir(profiles);
  const training = await runTraining({ ...places, profiles });
  await writeFlames(profiles, training, out);
  report("train-parts", { images: training.images, ...secondsOf(training.timing) });
}

function partsOf(timing: TrainTiming): (keyof TrainTiming)[] {
  return Object.keys(timing) as (keyof TrainTiming)[];
}

function secondsOf(timing: TrainTiming): Record<string, number> {
  return Object.fromEntries(partsOf(timing).map((part) => [`${part}_s`, timing[part]]));
}

function compare(cold: Training, warm: readonly Training[]): void {
  const best = (of: (training: Training) => number) => Math.min(...warm.map(of));
  const parts = partsOf(cold.timing);
  const whole = parts.reduce((sum, part) => sum + cold.timing[part], 0);
  console.log(`${cold.images} images, seconds and share of the whole\n\npart         first   share  again`);
  for (const part of parts) {
    const [first, again] = [cold.timing[part], best(({ timing }) => timing[part])];
    const share = `${((100 * first) / whole).toFixed(0)} %`.padStart(5);
    console.log(
      `${part.padEnd(11)} ${first.toFixed(2).padStart(6)}  ${share}  ${again.toFixed(2).padStart(6)}  ${"#".repeat(Math.round((50 * first) / whole))}`,
    );
  }
  const after = parts.filter((part) => part !== "weights" && part !== "encode");
  const sum = ({ timing }: Training) => after.reduce((total, part) => total + timing[part], 0);
  const figures: Record<string, number> = {
    images: cold.images,
    ...Object.fromEntries(parts.map((part) => [`${part}_s`, best(({ timing }) => timing[part])])),
    encode_s: cold.timing.encode,
    images_per_second: cold.images / cold.timing.encode,
    after_encoding_s: best(sum),
    ...(cold.firstStep === undefined ? {} : { first_step_s: best(({ firstStep = Infinity }) => firstStep) }),
    whole_s: cold.seconds,
    whole_again_s: best(({ seconds }) => seconds),
    peak_mb: cold.peakMb,
  };
  report("train-parts", figures, { atMost: { after_encoding_s: 30, first_step_s: 2 } });
}
