import { readdir, readFile, rm, stat, utimes } from "node:fs/promises";
import { join } from "node:path";
import { decodeDoubles, decodeSafetensors, type FileArrays, sha256, writeSafetensors } from "@ltad/core";
import type { Turn } from "@ltad/data";
import type { ClassStatistics, ClassSums } from "@ltad/features";
import type { ClosedForm } from "./closed-form.js";
import type { Run } from "./open-run.js";
import type { TrainingSet } from "./training-set.js";

// Shapes: N tokens, C channels, Dz size of z.

/** What is kept of a closed form. The set itself is in the cache of features. */
export type KeptForm = Omit<ClosedForm, "set">;

/** Must be raised with every change of what sums, copies or statistics are for the same images; a test notices such a change. */
const version = 1;
/** A form with more bytes is not kept, because its file is put together in memory. */
export const mostBytes = 512 * 1024 * 1024;
/** The forms that were read last stay, up to so many bytes together. */
const mostBytesOfAll = 1024 * 1024 * 1024;

/** The place in the cache where the closed form of these images is kept; none for images without entries, which other machines have encoded. */
export function keptForm(run: Pick<Run, "config" | "spec" | "featuresId" | "judged">, { entries, labels }: TrainingSet, cacheDir: string) {
  if (!entries) return undefined;
  const { config, spec, featuresId } = run;
  const judged = run.judged && sha256(new Uint8Array(run.judged.data.buffer, run.judged.data.byteOffset, run.judged.data.byteLength));
  const key = sha256(
    JSON.stringify({ version, featuresId, spec, whitening: config.whitening, copies: config.copies, entries, labels, judged }),
  );
  const folder = join(cacheDir, "statistics");
  const file = join(folder, `${key.slice(0, 32)}.safetensors`);
  return {
    /** The form; undefined if there is none, or none that can be read, which is then fitted again and replaced. */
    async read(): Promise<KeptForm | undefined> {
      try {
        const form = decoded(await readFile(file));
        await utimes(file, new Date(), new Date());
        return form;
      } catch {
        return undefined;
      }
    },
    async write(form: KeptForm): Promise<void> {
      const { arrays, layout } = encoded(form);
      if (bytesOf(arrays) > mostBytes) return;
      await writeSafetensors(file, arrays, { layout: JSON.stringify(layout) });
      await removeOldest(folder);
    },
  };
}

const parts = ["position", "scatter", "z", "zSquare"] as const;

interface Layout {
  /** For each class its turns, the number of its images, and that of each fold; null if its folds are not kept. */
  readonly classes: readonly { readonly turns: readonly Turn[]; readonly images: number; readonly folds: readonly number[] | null }[];
}

/** Names: "sums.CLASS.PART" [N C], [C C] or [Dz], "folds.CLASS.FOLD.PART" and "statistics.TABLE". */
function encoded({ sums, folds, chosen, statistics }: KeptForm): { arrays: FileArrays; layout: Layout } {
  const doubles = (name: string, own: ClassSums) =>
    parts.map((part) => [`${name}.${part}`, { dtype: "float64", shape: [own[part].length], data: own[part] }] as const);
  const arrays: FileArrays = Object.fromEntries<FileArrays[string]>([
    ...sums.flatMap((own, label) => doubles(`sums.${label}`, own)),
    ...folds.flatMap((own, label) => (own ?? []).flatMap((fold, index) => doubles(`folds.${label}.${index}`, fold))),
    ...Object.entries(statistics).map(([name, table]) => [`statistics.${name}`, table] as const),
  ]);
  const classes = sums.map(({ images }, label) => ({
    turns: chosen[label]!,
    images,
    folds: folds[label]?.map((fold) => fold.images) ?? null,
  }));
  return { arrays, layout: { classes } };
}

function decoded(bytes: Uint8Array): KeptForm {
  const { arrays, metadata } = decodeSafetensors(bytes, "");
  const doubles = decodeDoubles(bytes, "");
  const { classes } = JSON.parse(metadata["layout"]!) as Layout;
  const part = (name: string) => doubles[name] ?? missing(name);
  const sumsOf = (name: string, images: number) =>
    ({ images, ...Object.fromEntries(parts.map((own) => [own, part(`${name}.${own}`)])) }) as unknown as ClassSums;
  const tables = Object.entries(arrays).filter(([name]) => name.startsWith("statistics."));
  return {
    sums: classes.map(({ images }, label) => sumsOf(`sums.${label}`, images)),
    folds: classes.map(({ folds }, label) => folds?.map((images, index) => sumsOf(`folds.${label}.${index}`, images))),
    chosen: classes.map(({ turns }) => turns),
    statistics: Object.fromEntries(tables.map(([name, table]) => [name.slice("statistics.".length), table])) as unknown as ClassStatistics,
  };
}

function missing(name: string): never {
  throw new Error(`it has no ${name}`);
}

function bytesOf(arrays: FileArrays): number {
  return Object.values(arrays).reduce((sum, { data }) => sum + data.byteLength, 0);
}

/** Removes the files that were read longest ago, also what a killed process left half written, until the others fit. Another training may do the same. */
async function removeOldest(folder: string): Promise<void> {
  const files = (await readdir(folder)).map((name) => join(folder, name));
  const found = await Promise.all(files.map(async (file) => ({ file, info: await stat(file).catch(() => undefined) })));
  let bytes = 0;
  for (const { file, info } of found.toSorted((a, b) => (b.info?.mtimeMs ?? 0) - (a.info?.mtimeMs ?? 0))) {
    bytes += info?.size ?? 0;
    if (bytes > mostBytesOfAll) await rm(file, { force: true });
  }
}
