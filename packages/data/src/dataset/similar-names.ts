import { check, listOf, string } from "@ltad/core/check";
import { shown } from "@ltad/core/format";
import { byCodePoint } from "../internal/by-code-point.js";
import { nfc } from "./folder.js";
import type { ImageRow } from "./layouts/layout.js";
import type { Remarks } from "./remarks.js";

/**
 * Remarks on classes, and on defects of a class, whose names read alike: `Bolt` and `bolt`, `nut 1` and `nut_1`, full-width letters. They are most often one
 * product that was written down in two ways, which would be trained as two.
 */
export function remarkOnSimilarNames(rows: readonly ImageRow[], { matter, note }: Remarks): void {
  const labels = new Map<string, Set<string>>();
  for (const { class: name, label } of rows) {
    const known = labels.get(nfc(name)) ?? new Set();
    labels.set(nfc(name), known.add(nfc(label)));
  }
  for (const names of alike(labels.keys())) matter(listed(names), classesAlike);
  for (const [name, known] of labels)
    for (const names of alike([...known].filter((label) => label !== "good")))
      note(
        name,
        `the defects ${listed(names)} differ only in ${ways}, and are counted as different ones. If they are one defect, give it one name.`,
      );
}

/**
 * Says which names of classes read alike, such as `Bolt` and `bolt`, as `scanDataset` says it of the classes of a data set.
 * @returns a sentence for each group of them
 */
export function similarClasses(names: readonly string[]): string[] {
  check("similarClasses", { names }, { names: listOf(string) });
  return alike(new Set(names)).map((group) => `${listed(group)}: ${classesAlike}`);
}

const ways = "capital letters, spaces, hyphens or the form of their characters";

const classesAlike = `these names differ only in ${ways}, and each is a class of its own. If they are one product, give all its images the same class name.`;

/** Groups of different names that read the same. */
function alike(names: Iterable<string>): string[][] {
  const groups = new Map<string, string[]>();
  for (const name of names) {
    const read = asRead(name);
    groups.set(read, [...(groups.get(read) ?? []), name]);
  }
  return [...groups.values()].filter((group) => group.length > 1);
}

/** A name as it is read: one case, one form of each character, one kind of gap. */
function asRead(name: string): string {
  const letters = name.normalize("NFKC").toUpperCase().toLowerCase();
  return letters.replaceAll(/[\s_\p{Pd}]+/gu, " ").trim();
}

function listed(names: readonly string[]): string {
  return names
    .toSorted(byCodePoint)
    .map((name) => (name === name.trim() ? shown(name) : JSON.stringify(name)))
    .join(", ");
}
