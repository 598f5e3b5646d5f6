import { LtadError } from "@ltad/core";
import { isImageName } from "@ltad/data";

/** A file that is somewhere else, by its path in a data set. */
export interface RemoteFile {
  readonly path: string;
  readonly location: string;
  readonly bytes: number;
  readonly isMask?: boolean;
  /** Of a member of an archive: the path of the archive without ".tar", and the text of a file beside an image. */
  readonly archive?: string;
  readonly text?: string;
}

/** A data set of samples, as a table: its rows, and its files by the paths that the rows have. */
export interface SampleTable {
  readonly rows: readonly string[];
  readonly files: readonly RemoteFile[];
}

/** As the WebDataset library divides names: at the first dot after the last slash. */
const parts = /^((?:.*\/|)[^./]+)\.([^/]*)$/;

/**
 * Archives as WebDataset has them: KEY.png with KEY.cls (the name of the class) or KEY.json (class, split, label), and KEY.mask.png where there
 * is a mask. Undefined when no image has such a file: then the paths say what an image is.
 * @throws LtadError `LTAD_DATA` for an image without one, or one that cannot be read
 */
export function sampleTable(files: readonly RemoteFile[]): SampleTable | undefined {
  const samples = new Map<string, Map<string, RemoteFile>>();
  for (const file of files) {
    const [, key, ending = ""] = parts.exec(file.path) ?? [];
    if (key === undefined || file.archive === undefined) continue;
    const sample = samples.get(`${file.archive}/${key}`) ?? new Map<string, RemoteFile>();
    samples.set(`${file.archive}/${key}`, sample.set(ending.toLowerCase(), file));
  }
  const images = [...samples].flatMap(([key, sample]) => {
    const ending = [...sample.keys()].find((one) => !one.includes(".") && isImageName(`x.${one}`));
    return ending === undefined ? [] : [{ key, sample, ending }];
  });
  if (!images.some(({ sample }) => sample.has("cls") || sample.has("json"))) return undefined;
  const named: RemoteFile[] = [];
  const rows = images.map(({ key, sample, ending }) => {
    const path = `${key}.${ending}`;
    named.push({ ...sample.get(ending)!, path });
    const mask = [...sample].find(([one]) => /^(mask|seg)\.\w+$/.test(one));
    if (mask) named.push({ ...mask[1], path: `${key}.${mask[0]}`, isMask: true });
    return JSON.stringify({ ...fieldsOf(key, sample), ...(mask && { mask: `${key}.${mask[0]}` }), filename: path });
  });
  return { rows, files: named };
}

function fieldsOf(key: string, sample: ReadonlyMap<string, RemoteFile>): object {
  const [json, cls] = [sample.get("json"), sample.get("cls")];
  if (!json && !cls)
    throw sampleError(key, "there is neither a .cls nor a .json file next to this image. Expected one of them next to every image");
  const fields = json === undefined ? {} : parsed(key, json.text);
  const named = cls?.text?.trim();
  return { ...withoutMasks(fields), ...(named && { class: named }) };
}

/** Paths in a text say nothing about archives. */
function withoutMasks(fields: object): object {
  return Object.fromEntries(Object.entries(fields).filter(([name]) => !/^(mask|maskname|mask_path|masks)$/i.test(name)));
}

function parsed(key: string, text = ""): object {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === "object" && value !== null && !Array.isArray(value)) return value;
  } catch (error) {
    throw sampleError(`${key}.json`, "this is not JSON", error);
  }
  throw sampleError(`${key}.json`, "expected a JSON object with class and, optionally, split and label");
}

function sampleError(where: string, why: string, cause?: unknown): LtadError {
  return new LtadError("LTAD_DATA", `${where}: ${why}.`, { cause, details: { file: where } });
}
