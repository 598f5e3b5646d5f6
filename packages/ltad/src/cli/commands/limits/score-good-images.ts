import { isLtadError, LtadError, throwIfAborted } from "@ltad/core";
import { plural } from "@ltad/core/format";
import { type Fault, faultLines } from "@ltad/data";
import { type GoodImages, openDetector } from "@ltad/detector";
import type { Session } from "../../session.js";

/**
 * What a model says of good images, by place of their class.
 * @throws LtadError `LTAD_DATA` that names every image that cannot be read; then nothing is changed
 */
export async function scoreGoodImages(
  session: Session,
  model: string,
  images: ReadonlyMap<string, readonly string[]>,
  { threads }: { readonly threads?: number },
): Promise<Map<number, GoodImages>> {
  const detector = await openDetector(model, threads === undefined ? {} : { threads });
  const total = [...images.values()].reduce((sum, files) => sum + files.length, 0);
  const [good, faults] = [new Map<number, GoodImages>(), [] as Fault[]];
  let done = 0;
  try {
    for (const [name, files] of images) {
      const found: { readonly score: number; readonly distance?: number }[] = [];
      for (const file of files) {
        throwIfAborted(session.signal);
        const answer = await detector.predict(file, { class: name, size: "grid" }).catch((error: unknown) => {
          if (!isLtadError(error) || error.code !== "LTAD_IMAGE") throw error;
          faults.push({ error });
        });
        if (answer) found.push(answer);
        session.onProgress({ phase: "score", done: ++done, total, unit: "images" });
      }
      const distances = found.flatMap(({ distance }) => distance ?? []);
      good.set(detector.classes.indexOf(name), { scores: found.map(({ score }) => score), ...(distances.length > 0 && { distances }) });
    }
  } finally {
    await detector.dispose();
  }
  if (faults.length === 0) return good;
  const message = `${plural(faults.length, "image")} of ${total} cannot be read; the limits were not changed:\n  ${faultLines(faults).join("\n  ")}`;
  throw new LtadError("LTAD_DATA", message);
}
