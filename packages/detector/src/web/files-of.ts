import { bundleError } from "../bundle-error.js";

/** Reads a file of a bundle by its name. @param onProgress is called with the number of bytes so far */
export type BundleFiles = (name: string, onProgress?: (bytes: number) => void) => Promise<Uint8Array>;

/**
 * Makes a function that reads the files of a bundle.
 * @param source the address of the bundle's folder, or the files of a folder that the user chose with `<input type="file" webkitdirectory>`
 * @param init options of `fetch`, such as headers
 * @returns a function that throws LtadError `LTAD_BUNDLE` for a file that does not exist
 */
export function filesOf(source: string | URL | Iterable<File>, init: RequestInit = {}): BundleFiles {
  return typeof source === "string" || source instanceof URL ? remote(String(source), init) : local([...source]);
}

function remote(folder: string, init: RequestInit): BundleFiles {
  const base = folder.endsWith("/") ? folder : `${folder}/`;
  return async (name, onProgress = () => {}) => {
    const response = await fetch(base + encodeURIComponent(name), init).catch((error: unknown) => {
      throw bundleError(name, "cannot be fetched. Check the address of the bundle and the connection.", error);
    });
    if (!response.ok || !response.body)
      throw bundleError(name, `cannot be fetched: the server answered ${response.status}. Check the address of the bundle.`);
    return whole(response.body, onProgress);
  };
}

/** Reads a whole stream, and reports the number of bytes so far. */
async function whole(stream: ReadableStream<Uint8Array>, onProgress: (bytes: number) => void): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let size = 0;
  const reader = stream.getReader();
  for (let next = await reader.read(); !next.done; next = await reader.read()) {
    parts.push(next.value);
    onProgress((size += next.value.length));
  }
  const all = new Uint8Array(size);
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

function local(files: readonly File[]): BundleFiles {
  return async (name, onProgress) => {
    const file = files.find((one) => one.name === name);
    if (!file) throw bundleError(name, "is not among the chosen files. Choose the folder of the bundle.");
    const bytes = new Uint8Array(await file.arrayBuffer());
    onProgress?.(bytes.length);
    return bytes;
  };
}
