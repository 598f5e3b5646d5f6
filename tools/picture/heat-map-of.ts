import { type Detector, displayRange, overlay, readPixels } from "@ltad/detector";

/** An image under its heat map, as a PNG. */
export async function heatMapOf(detector: Detector, file: string, name: string): Promise<Buffer> {
  const { map } = await detector.predict(file, { class: name });
  return Buffer.from(await overlay(await readPixels(file), map, displayRange(map, detector.manifest.display)));
}
