import { realpath } from "node:fs/promises";
import { dirname, join } from "node:path";
import { LtadError } from "@ltad/core";
import { readFolder } from "@ltad/data";
import { isFolder } from "./file-kind.js";

/** Good images by class, and what in the folder is none; folders end with "/". */
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
  if (only !== undefined && folderOf(only) === undefined) {
    const { images: good, notUsed } = await imagesOf(from, root);
    return { images: new Map([[only, good]]), notUsed };
  }
  const known = names.filter((name) => folderOf(name) !== undefined && (only === undefined || name === only));
  if (known.length === 0) {
    const found = [...folders.map((name) => `${name}/`), ...images, ...others].slice(0, 8).join(", ");
    const message = `no folder is named after a class of this model. Expected folders ${names.slice(0, 8).join(", ")}; found ${found || "nothing"}. For images of one class without folders, add --class NAME.`;
    throw notFound(from, message);
  }
  const found = new Map<string, readonly string[]>();
  const beside: string[] = [];
  for (const name of known) {
    const folder = folderOf(name)!;
    const { images: good, notUsed } = await imagesOf(join(from, folder), join(root, folder));
    found.set(name, good);
    beside.push(...notUsed.map((path) => `${folder}/${path}`));
  }
  const used = new Set(known.map(folderOf));
  const unknown = only === undefined ? folders.filter((folder) => !used.has(folder)).map((folder) => `${folder}/`) : [];
  return { images: found, notUsed: [...unknown, ...images, ...others, ...beside] };
}

/** What in a folder is not used, in a sentence. */
export function notUsedRemark(folder: string, notUsed: readonly string[]): string[] {
  return notUsed.length === 0 ? [] : [`${folder}: not used: ${notUsed.slice(0, 10).join(", ")}${notUsed.length > 10 ? ", ..." : ""}.`];
}

/** The good images of one class, and what lies beside and below them. @param shown the folder as the user named it @param folder the same, resolved */
async function imagesOf(shown: string, folder: string) {
  const read = (at: string) => readFolder(folder, at === "." ? "" : at);
  for (const below of ["train/good", "good", "."]) {
    if (!(await isFolder(join(folder, below)))) continue;
    const inside = await read(below);
    if (inside.images.length === 0) continue;
    const beside = below === "." ? [] : namesIn(await read(dirname(below)), dirname(below));
    const notUsed = [...beside.filter((path) => path !== `${below}/`), ...namesIn({ ...inside, images: [] }, below)];
    return { images: inside.images.map((name) => join(shown, below, name)), notUsed };
  }
  throw notFound(shown, "no images in it, in good/ or in train/good/.");
}

function namesIn({ folders, images, others }: Awaited<ReturnType<typeof readFolder>>, at: string): string[] {
  return [...folders.map(({ name }) => `${name}/`), ...images, ...others].map((name) => (at === "." ? name : `${at}/${name}`));
}

function notFound(folder: string, what: string): LtadError {
  return new LtadError("LTAD_DATA", `${folder}: ${what}`, { details: { file: folder } });
}
