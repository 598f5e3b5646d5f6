import { type Folder, imagesBelow, nfc } from "../folder.js";
import { isGoodName } from "./good-names.js";
import { heldOut } from "./held-out.js";
import type { LayoutFile } from "./layout-file.js";
import type { ImageRow, LayoutContext } from "./layout.js";
import { compilePattern, type Found } from "./compile-pattern.js";

/** Reads folders as the patterns of a layout file say; an image belongs to the first of ignore, masks, train, good and bad that it matches. */
export function readPatterns(root: Folder, file: LayoutFile, context: LayoutContext): ImageRow[] {
  const kinds = (["ignore", "masks", "train", "good", "bad"] as const).map((kind) => ({ kind, match: compilePattern(listOf(file[kind])) }));
  const found = new Map<string, { path: string; at: Found }[]>(kinds.map(({ kind }) => [kind, []]));
  for (const path of imagesBelow(root)) {
    for (const { kind, match } of kinds) {
      const at = match(nfc(path));
      if (!at) continue;
      found.get(kind)!.push({ path, at });
      break;
    }
  }
  for (const { path } of found.get("ignore")!) context.explain(path);
  const rows = rowsOf(found, context);
  return joinMasks(rows, found.get("masks")!, context);
}

/** A row with the name that masks go by. */
interface NamedRow {
  readonly row: ImageRow;
  readonly name: string;
}

function rowsOf(
  found: ReadonlyMap<string, readonly { path: string; at: Found }[]>,
  { className, goodNames, remarks }: LayoutContext,
): NamedRow[] {
  const of = (kind: string) => found.get(kind) ?? [];
  const classOf = ({ class: name }: Found) => name ?? className;
  const hasGood = of("good").length > 0 || of("bad").some(({ at }) => at.label !== undefined && isGoodName(at.label, goodNames));
  const kept = of("bad").length > 0 && !hasGood ? heldOut(of("train").map(({ path }) => path)) : new Set<string>();
  if (kept.size > 0)
    remarks.note("train", "the layout file names no good images for testing; about a fifth of the training images are used for it.");
  return [
    ...of("train").map(({ path, at }) => named({ class: classOf(at), split: kept.has(path) ? "test" : "train", label: "good", path }, at)),
    ...of("good").map(({ path, at }) => named({ class: classOf(at), split: "test", label: "good", path }, at)),
    ...of("bad").map(({ path, at }) => {
      const label = at.label === undefined ? "defect" : isGoodName(at.label, goodNames) ? "good" : at.label;
      return named({ class: classOf(at), split: "test", label, path }, at);
    }),
  ];
}

function named(row: ImageRow, { name }: Found): NamedRow {
  return { row, name };
}

/** A mask belongs to the defective image of the same class and name, and of the same label where the pattern tells it. */
function joinMasks(
  rows: readonly NamedRow[],
  masks: readonly { path: string; at: Found }[],
  { className, remarks, explain }: LayoutContext,
): ImageRow[] {
  const key = (name: string, image: string) => JSON.stringify([name, image]);
  const defective = new Map<string, NamedRow[]>();
  for (const entry of rows) {
    if (entry.row.label === "good") continue;
    const at = key(entry.row.class, entry.name);
    defective.set(at, [...(defective.get(at) ?? []), entry]);
  }
  const masksOf = new Map<NamedRow, string[]>();
  const stray: string[] = [];
  for (const { path, at } of masks) {
    const fits = (defective.get(key(at.class ?? className, at.name)) ?? []).filter(
      ({ row }) => at.label === undefined || at.label === row.label,
    );
    if (fits.length !== 1) stray.push(path);
    else masksOf.set(fits[0]!, [...(masksOf.get(fits[0]!) ?? []), path]);
  }
  for (const path of stray) explain(path);
  if (stray.length > 0) remarks.matter("masks", "without exactly one defective image of the same class and name; ignored.", stray);
  return rows.map((entry) => ({ ...entry.row, masks: masksOf.get(entry) ?? [] }));
}

function listOf(patterns: string | readonly string[] | undefined): readonly string[] {
  return typeof patterns === "string" ? [patterns] : (patterns ?? []);
}
