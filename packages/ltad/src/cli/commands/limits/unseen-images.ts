import { realpath } from "node:fs/promises";
import { LtadError } from "@ltad/core";
import { plural } from "@ltad/core/format";
import { trainedFiles } from "../../../known-test-images.js";

type Images = ReadonlyMap<string, readonly string[]>;

/**
 * Good images without those that a model was trained on: their scores are lower than those of new images, and so would be the limits.
 * @returns with how many were left out
 * @throws LtadError `LTAD_DATA` for a class of which none is left
 */
export async function unseenImages(model: string, images: Images): Promise<{ readonly images: Images; readonly seen: number }> {
  const trained = await trainedFiles(model);
  const left = new Map<string, readonly string[]>();
  let seen = 0;
  for (const [name, files] of images) {
    const places = await Promise.all(files.map((file) => realpath(file).catch(() => file)));
    const unseen = files.filter((_, i) => !trained.has(places[i]!));
    if (unseen.length === 0 && files.length > 0) throw allSeen(name, files);
    seen += files.length - unseen.length;
    left.set(name, unseen);
  }
  return { images: left, seen };
}

function allSeen(name: string, files: readonly string[]): LtadError {
  const which = files.length === 1 ? `${files[0]} is an image` : `all ${plural(files.length, "image")} are among those`;
  return new LtadError(
    "LTAD_DATA",
    `${name}: ${which} that the model was trained on, so a limit from ${files.length === 1 ? "it" : "them"} would be too low for new images. Give good images that are new to the model, such as those of the line.`,
    { details: { class: name } },
  );
}
