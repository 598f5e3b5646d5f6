import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { linkCache } from "../linked-cache.js";
import { measure, writeSquare } from "./measure.js";
import { hasPeers, ours, peer, type Places, type Program } from "./programs.js";
import type { Row } from "./row.js";
import { markdown, summarise } from "./table.js";

// A whole training and prediction beside anomalib's detectors, on the same backbone, images and pixels; see README.md.

const order = ["pcb", "magnetic_tile", "dagm_class1", "glassfiber", "micro_lens", "cookie"];
const { values } = parseArgs({
  options: {
    data: { type: "string", default: "../shared/realbench" },
    python: { type: "string", default: "python3" },
    /** Rows of the table; all by default. */
    only: { type: "string", default: "" },
    /** A folder that keeps models, maps and rows; a row that it has is not measured again. */
    out: { type: "string" },
    /** Most minutes for the fit of one row and for its prediction. */
    minutes: { type: "string", default: "60" },
  },
});
const programs: Readonly<Record<string, Program>> = {
  "LTAD fast": ours("fast"),
  "LTAD recommended": ours("recommended"),
  "PaDiM, a model for each class": peer(values.python, "padim", "class"),
  "PatchCore, a model for each class": peer(values.python, "patchcore", "class"),
  "MH-PatchCore, a model for each class": peer(values.python, "mh_patchcore", "class"),
  "PaDiM, one model": peer(values.python, "padim", "union"),
  "PatchCore, one model": peer(values.python, "patchcore", "union"),
  "MH-PatchCore, one model": peer(values.python, "mh_patchcore", "union"),
};
/** Every row starts from image files. */
const withoutCache = ["features", "statistics", "checked"] as const;
const out = resolve(values.out ?? (await mkdtemp(join(tmpdir(), "ltad-bench-train-"))));
try {
  await run();
} finally {
  if (values.out === undefined) await rm(out, { recursive: true, force: true });
}

async function run(): Promise<void> {
  const places = { data: resolve(values.data), cache: join(out, "cache"), square: join(out, "square") };
  await linkCache(places.cache, withoutCache);
  if (!existsSync(places.square)) await writeSquare(places.data, places.square);
  const rows: Row[] = [];
  for (const name of await chosen()) {
    const row = await rowOf(name, places).catch((error: unknown) => console.error(`${name} is left out: ${reasonOf(error)}`));
    if (row) rows.push(row);
  }
  console.log(`\nrealbench-exp20, seed 0, the class given, pixels at 384 x 384\n\n${markdown(rows)}\n`);
  console.log(JSON.stringify(summarise(rows)));
}

/** Names of rows, ours first, because the others train on the images that ours wrote down. */
async function chosen(): Promise<string[]> {
  const only = new Set(values.only.split(";").map((name) => name.trim()));
  const names = Object.keys(programs).filter((name) => name === "LTAD fast" || values.only === "" || only.has(name));
  if (await hasPeers(values.python)) return names;
  console.error(
    `${values.python} does not have anomalib, so only LTAD is measured. To compare, install tools/reference/peers/requirements.txt and add --python PYTHON.`,
  );
  return names.filter((name) => name.startsWith("LTAD"));
}

async function rowOf(name: string, { data, cache, square }: Pick<Places, "data" | "cache"> & { readonly square: string }): Promise<Row> {
  const folder = join(out, name.toLowerCase().replaceAll(/[^a-z]+/g, "-"));
  const kept = join(folder, "row.json");
  if (existsSync(kept)) return JSON.parse(await readFile(kept, "utf8")) as Row;
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  for (const own of withoutCache) await rm(join(cache, own), { recursive: true, force: true }); // every row starts from image files
  const places = { data, cache, out: folder, order, trainImages: join(out, "ltad-fast", "model", "train-images.txt") };
  const seconds = 60 * Number(values.minutes);
  const fit = await programs[name]!("fit", places, seconds);
  console.error(`${name}: fitted in ${fit.seconds.toFixed(0)} s, ${fit.cpuSeconds.toFixed(0)} s of processor time`);
  const predict = await programs[name]!("predict", places, seconds);
  const row = { name, fit, predict, ...(await measure(folder, square, order)) };
  console.error(`${name}: Avg image AUROC ${row.image.avg.toFixed(1)}, pixel AUROC ${row.pixel.avg.toFixed(1)}`);
  await writeFile(kept, JSON.stringify(row));
  return row;
}

function reasonOf(error: unknown): string {
  const { killed, message } = error as Error & { readonly killed?: boolean };
  return killed ? `it did not end within ${values.minutes} minutes` : message.trimEnd().split("\n").at(-1)!;
}
