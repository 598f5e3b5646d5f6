import { type PlainPixels } from "./plain-pixels.js";
import type { CheckSize } from "./read-png.js";

interface Bitmap {
  readonly width: number;
  readonly height: number;
  close(): void;
}

/** The functions of a browser that are used here, which Node's types lack. */
interface Browser {
  readonly createImageBitmap: (source: Blob, options: Readonly<Record<string, string>>) => Promise<Bitmap>;
  readonly OffscreenCanvas: new (
    width: number,
    height: number,
  ) => {
    getContext(
      kind: "2d",
      options: { readonly willReadFrequently: boolean },
    ): {
      drawImage(image: Bitmap, x: number, y: number): void;
      getImageData(x: number, y: number, width: number, height: number): { readonly data: Uint8ClampedArray };
    };
  };
}

/** Lets the browser decode a file, turned upright by EXIF and without colour conversion. */
export async function decodeByBrowser(bytes: Uint8Array<ArrayBuffer>, checkSize: CheckSize): Promise<PlainPixels> {
  const { createImageBitmap, OffscreenCanvas } = globalThis as unknown as Browser;
  const asStored = { colorSpaceConversion: "none", premultiplyAlpha: "none", imageOrientation: "from-image" };
  const bitmap = await createImageBitmap(new Blob([bytes]), asStored);
  const { width, height } = bitmap;
  try {
    checkSize(width, height);
    const context = new OffscreenCanvas(width, height).getContext("2d", { willReadFrequently: true });
    context.drawImage(bitmap, 0, 0);
    const { data } = context.getImageData(0, 0, width, height);
    const hasAlpha = data.some((value, i) => i % 4 === 3 && value < 255);
    return { width, height, channels: 4, hasAlpha, data: new Uint8Array(data.buffer) };
  } finally {
    bitmap.close();
  }
}
