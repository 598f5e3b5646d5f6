import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readdir, rm, symlink } from "node:fs/promises";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs, promisify } from "node:util";
import { defaultCacheDir } from "@ltad/hub";
import type { TrainTiming } from "@ltad/train";

// Where the time of a whole training goes: the same training three times, in processes of their own. The first encodes every image, the second and the third
// find the features in the cache.

const { values } = parseArgs({
  options: {
    data: { type: "string", default: "../shared/realbench" },
    set: { type: "string", multiple: true, default: [] },
  },
});

interface Training {
  readonly images: number;
  readonly timing: TrainTiming;
  /** Seconds from the start of the process; without training steps, none. */
  readonly firstStep?: number;
  readonly seconds: number;
  readonly peakMb: number;
}

const folder = await mkdtemp(join(tmpdir(), "ltad-train-parts-"));
try {
  await linkWeights(join(folder, "cache"));
  report(await trainOnce(), [await trainOnce(), await trainOnce()]);
} finally {
  await rm(folder, { recursive: true, force: true });
}

/** A cache with the weights of the encoders and without features. */
async function linkWeights(cache: string): Promise<void> {
  const own = defaultCacheDir({ env: process.env, platform: process.platform, home: homedir() });
  await mkdir(cache);
  const names = await readdir(own).catch(() => []);
  for (const name of names.filter((entry) => entry !== "features")) await symlink(join(own, name), join(cache, name));
}

async function trainOnce(): Promise<Training> {
  const script = fileURLToPath(new URL("train.ts", import.meta.url));
  const places = ["--data", values.data, "--cache", join(folder, "cache"), "--out", join(folder, "model")];
  const sets = values.set.flatMap((set) => ["--set", set]);
  const args = [...process.execArgv, "--import", import.meta.resolve("tsx"), script, ...places, ...sets];
  const { stdout } = await promisify(execFile)(process.execPath, args);
  await rm(join(folder, "model"), { recursive: true });
  return JSON.parse(stdout.trim().split("\n").at(-1)!) as Training;
}

function report(cold: Training, warm: readonly Training[]): void {
  const best = (of: (training: Training) => number) => Math.min(...warm.map(of));
  const parts = Object.keys(cold.timing) as (keyof TrainTiming)[];
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
  const targets = Object.fromEntries(Object.entries({ after_encoding_s: 30, first_step_s: 2 }).filter(([name]) => name in figures));
  const met = Object.fromEntries(Object.entries(targets).map(([name, target]) => [name, figures[name]! <= target]));
  console.log(JSON.stringify({ name: "train-parts", figures, targets, met }));
}
