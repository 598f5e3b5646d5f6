import { posix } from "node:path";
import type { ImageRow } from "./layouts/layout.js";
import type { Remarks } from "./remarks.js";
import { stemOf } from "./unique-stems.js";
import { isBadWord } from "./words.js";

/** Remarks on images that are read as good ones although their names say that they are defective: `ng_012.png` in a folder of good images. */
export function remarkOnBadNames(rows: readonly ImageRow[], { matter }: Remarks): void {
  const byFolder = new Map<string, string[]>();
  for (const { class: name, label, path } of rows) {
    const { dir, base } = posix.parse(path);
    if (label !== "good" || !isBadWord(stemOf(base))) continue;
    const folder = dir || name;
    byFolder.set(folder, [...(byFolder.get(folder) ?? []), base]);
  }
  for (const [folder, images] of byFolder)
    matter(
      folder,
      "read as good images, although their names say that they are defective. If they are, move them out of the good ones.",
      images,
    );
}
