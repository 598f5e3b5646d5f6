import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { float32, floats, sha256, writeSafetensors } from "@ltad/core";
import { loadImage } from "@ltad/data";
import type { FeatureSpec } from "@ltad/features";
import { openProgram } from "@ltad/runtime";

/** Milliseconds of processor time of all threads that one of `count` jobs takes. */
export async function processorTime(count: number, work: () => Promise<unknown>): Promise<number> {
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000 / count;
}

/** The parts of encoding an image, each alone and on one thread. */
export async function partsOfEncoding(
  files: readonly string[],
  { graph, spec, folder }: { readonly graph: Uint8Array; readonly spec: FeatureSpec; readonly folder: string },
): Promise<Record<string, number>> {
  const { inputSize: size, kernel } = spec;
  const network = await openProgram(graph, { threads: 1 });
  const image = float32([1, size, size, 3], await loadImage(files[0]!, size, { kernel }));
  const encoded = await network.run({ image });
  const features = float32([encoded["features"]!.data.length], floats(encoded["features"], "features"));
  const jobs: Record<string, (file: string, i: number) => Promise<unknown>> = {
    network: () => network.run({ image }),
    read_image: (file) => loadImage(file, size, { kernel }),
    hash: async (file) => sha256(await readFile(file)),
    write: (_, i) => writeSafetensors(join(folder, "written", `${i}.safetensors`), { features }),
  };
  const found: Record<string, number> = {};
  for (const [name, job] of Object.entries(jobs))
    found[`${name}_processor_ms`] = await processorTime(files.length, async () => {
      for (const [i, file] of files.entries()) await job(file, i);
    });
  await network.dispose();
  return found;
}
