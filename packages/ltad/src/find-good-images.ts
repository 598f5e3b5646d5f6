import { realpath, stat } from "node:fs/promises";
import { join } from "node:path";
import { LtadError } from "@ltad/core";
import { readFolder } from "@ltad/data";

/** Good images by class, and what in the folder is none. */
export interface GoodImageFiles {
  readonly images: ReadonlyMap<string, readonly string[]>;
  readonly notUsed: readonly string[];
}

/**
 * The good images of a folder: those of CLASS/train/good, CLASS/good or CLASS for each class of the model; of one class, also of the folder itself.
 * Nothing below these folders is taken, so that no defect of a data set becomes a good image.
 * @throws LtadError `LTAD_DATA` that says what is there when there is no image
 */
export async function findGoodImages(from: string, names: readonly string[], only?: string): Promise<GoodImageFiles> {
  if (!(await isFolder(from))) throw notFound(from, "there is no such folder.");
  const root = await realpath(from);
  const { folders: below, images, others } = await readFolder(root);
  const folders = below.map(({ name }) => name);
  /** As the folder is called on the disk, where names may be stored decomposed. */
  const folderOf = (name: string) => folders.find((folder) => folder.normalize("NFC") === name.normalize("NFC"));
  if (only !== undefined && folderOf(only) === undefined) return { images: new Map([[only, await imagesOf(from, root)]]), notUsed: [] };
  const known = names.filter((name) => folderOf(name) !== undefined && (only === undefined || name === only));
  if (known.length === 0) {
    const found = [...folders.map((name) => `${name}/`), ...images, ...others].slice(0, 8).join(", ");
    const message = `no folder is named after a class of this model. Expected folders ${names.slice(0, 8).join(", ")}; found ${found || "nothing"}. For images of one class without folders, add --class NAME.`;
    throw notFound(from, message);
  }
  const found = new Map<string, readonly string[]>();
  for (const name of known) found.set(name, await imagesOf(join(from, folderOf(name)!), join(root, folderOf(name)!)));
  const used = new Set(known.map(folderOf));
  const unknown = only === undefined ? folders.filter((folder) => !used.has(folder)).map((folder) => `${folder}/`) : [];
  return { images: found, notUsed: [...unknown, ...images, ...others] };
}

/** @param shown the folder as the user named it @param folder the same, resolved */
async function imagesOf(shown: string, folder: string): Promise<string[]> {
  for (const below of ["train/good", "good", "."]) {
    if (!(await isFolder(join(folder, below)))) continue;
    const { images } = await readFolder(folder, below === "." ? "" : below);
    if (images.length > 0) return images.map((name) => join(shown, below, name));
  }
  throw notFound(shown, "no images in it, in good/ or in train/good/.");
}

function notFound(folder: string, what: string): LtadError {
  return new LtadError("LTAD_DATA", `${folder}: ${what}`, { details: { file: folder } });
}

async function isFolder(path: string): Promise<boolean> {
  return (await stat(path).catch(() => null))?.isDirectory() ?? false;
}
