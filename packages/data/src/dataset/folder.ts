/** A folder as {@link readFolder} lists it; files that are hidden and junk are left out, each list is in code point order. */
export interface Folder {
  /** As on the disk. */
  readonly name: string;
  /** Path below the root, with "/"; "" for the root. */
  readonly path: string;
  readonly folders: readonly Folder[];
  /** Names of the files that end as images do. */
  readonly images: readonly string[];
  /** Names of the other files. */
  readonly others: readonly string[];
  /** Names of folders that begin with a dot and belong to no known program; they are not read. */
  readonly hidden?: readonly string[];
}

/** A name or path as names are compared: composed (NFC), because systems store the same name in two forms. */
export function nfc(name: string): string {
  return name.normalize("NFC");
}

/** The folder of that name inside another; with `anyCase` also Train for train, when there is no train. */
export function childFolder({ folders }: Folder, name: string, { anyCase = false } = {}): Folder | undefined {
  const exact = folders.find((folder) => nfc(folder.name) === nfc(name));
  if (exact || !anyCase) return exact;
  return folders.find((folder) => nfc(folder.name).toLowerCase() === nfc(name).toLowerCase());
}

/** A path below the root. */
export function pathIn({ path }: Folder, name: string): string {
  return path === "" ? name : `${path}/${name}`;
}

/** Paths of all images in a folder and below. */
export function* imagesBelow(folder: Folder): Generator<string> {
  for (const image of folder.images) yield pathIn(folder, image);
  for (const below of folder.folders) yield* imagesBelow(below);
}

/** Whether a folder or one below it holds an image. */
export function hasImages({ images, folders }: Folder): boolean {
  return images.length > 0 || folders.some(hasImages);
}
