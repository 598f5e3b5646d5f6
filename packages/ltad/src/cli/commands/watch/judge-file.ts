import { join } from "node:path";
import { writeFileAtomic } from "@ltad/core";
import type { Detector, Prediction } from "@ltad/detector";
import { portableName } from "../predict/portable-name.js";
import { judgedFields } from "../predict/verdict-fields.js";
import type { JudgedFields } from "../predict/verdict-line.js";
import type { ImageFile, WatchLine } from "./watch-line.js";

/** Of which images an overlay is written. */
export const overlayChoices = ["not-ok", "all", "none"] as const;

export interface JudgeFileOptions {
  readonly folder: string;
  /** Folder of results. */
  readonly out: string;
  readonly overlays: (typeof overlayChoices)[number];
  readonly class?: string | undefined;
  readonly falseAlarmRate?: number | undefined;
  readonly maxPixels?: number | undefined;
  /** Takes note of an image. @returns whether its class drifts */
  readonly noteDrift: (image: JudgedFields) => boolean | null;
}

/** Pixels of the largest overlay. */
const mostDrawn = 25_000_000;

/** Judges an image and writes its overlay. @throws LtadError `LTAD_IMAGE`, `LTAD_WRITE` and others */
export async function judgeFile(detector: Detector, image: ImageFile, options: JudgeFileOptions): Promise<WatchLine> {
  const { overlays, maxPixels, falseAlarmRate, class: given, folder } = options;
  const predict = (overlay: boolean) =>
    detector.predict(join(folder, image.file), {
      class: given,
      falseAlarmRate,
      mostPixels: mostDrawn,
      image: maxPixels === undefined ? {} : { maxPixels },
      ...(overlay ? { overlay } : { size: "grid" as const }),
    });
  const first = await predict(overlays === "all");
  const drawn = overlays === "not-ok" && first.verdict?.isAnomalous === true ? await predict(true) : first;
  const place = await writeOverlay(image, drawn, options);
  const fields = judgedFields(image.file, first);
  return { time: new Date().toISOString(), ...image, ...fields, overlay: place, drift: options.noteDrift(fields) };
}

/** The overlay has the name of its image, with its ending: a.png and a.jpg are two images. */
async function writeOverlay({ file }: ImageFile, { overlay }: Prediction, { out }: JudgeFileOptions): Promise<string | null> {
  if (!overlay) return null;
  const place = ["overlays", ...file.split("/").map(portableName)].join("/");
  await writeFileAtomic(join(out, `${place}.overlay.png`), overlay);
  return `${place}.overlay.png`;
}
