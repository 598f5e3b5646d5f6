import type { JudgedFields } from "../predict/verdict-line.js";

/** An image file as it was when it was judged. */
export interface ImageFile {
  /** Path below the watched folder, with slashes. */
  readonly file: string;
  readonly bytes: number;
  /** When the file was last changed, ISO 8601. */
  readonly modified: string;
}

/** One line of results.jsonl, of the standard output with `--json`, and of every message. */
export type WatchLine = ImageFile & { readonly time: string } & (JudgedLine | UnreadLine);

/** An image that was judged. */
type JudgedLine = JudgedFields & {
  /** The image under its heat map: a path below the folder of results. */
  readonly overlay: string | null;
  /** Whether the last 50 images of the class differ from the good images of the training; null while it is not known. */
  readonly drift: boolean | null;
};

/** An image that could not be read. */
interface UnreadLine {
  readonly error: string;
}

/** A file that was changed is another file. */
export function keyOf({ file, bytes, modified }: ImageFile): string {
  return `${file}\n${bytes}\n${modified}`;
}
