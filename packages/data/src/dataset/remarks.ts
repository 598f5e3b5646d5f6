import { shown } from "@ltad/core/format";

/** Something about a data set that its user should know. */
export interface Remark {
  /** Path below the root. */
  readonly at: string;
  /** The finding, as the end of a sentence that begins with the files, or as a whole sentence if there are none. */
  readonly text: string;
  readonly files?: readonly string[];
  /** True when numbers would be wrong or images are missing because of it; false for what is good to know. */
  readonly matters: boolean;
}

/** Collects the remarks of a scan. */
export interface Remarks {
  readonly all: Remark[];
  /** Good to know. */
  readonly note: (at: string, text: string, files?: readonly string[]) => void;
  /** Numbers would be wrong, or images are missing. */
  readonly matter: (at: string, text: string, files?: readonly string[]) => void;
}

export function remarks(): Remarks {
  const all: Remark[] = [];
  const add = (matters: boolean) => (at: string, text: string, files?: readonly string[]) =>
    void all.push({ at, text, matters, ...(files && { files }) });
  return { all, note: add(false), matter: add(true) };
}

/** A remark as a sentence. */
export interface RemarkLine {
  readonly text: string;
  readonly matters: boolean;
}

/** The lines of remarks, the important ones first. */
export function orderedLines(all: readonly Remark[]): RemarkLine[] {
  return [true, false].flatMap((matters) =>
    remarkLines(all.filter((remark) => remark.matters === matters)).map((text) => ({ text, matters })),
  );
}

const listed = 3;

/** One sentence for each remark. A remark on many places is one sentence with the first places and their number. */
export function remarkLines(all: readonly Remark[]): string[] {
  const groups = new Map<string, Remark[]>();
  for (const remark of joined(all)) {
    const group = groups.get(remark.text);
    if (group) group.push(remark);
    else groups.set(remark.text, [remark]);
  }
  return [...groups.values()].flatMap((group) => (group.length > listed ? [together(group)] : group.map(line)));
}

/** Remarks of one place with one text as one. */
function joined(all: readonly Remark[]): Remark[] {
  const byKey = new Map<string, Remark>();
  for (const remark of all) {
    const key = JSON.stringify([remark.at, remark.text]);
    const before = byKey.get(key);
    byKey.set(key, before?.files && remark.files ? { ...before, files: before.files.concat(remark.files) } : remark);
  }
  return [...byKey.values()];
}

function line({ at, text, files }: Remark): string {
  return `${shown(at)}: ${files ? `${someOf(files)} ` : ""}${text}`;
}

function together(group: readonly Remark[]): string {
  const first = group.slice(0, listed).map(({ at }) => shown(at));
  const files = group.flatMap((remark) => remark.files ?? []).length;
  return `${first.join(", ")} and ${group.length - listed} more: ${files > 0 ? `${plain(files)} ` : ""}${group[0]!.text}`;
}

/** `3 files (a.png, b.png, ...)` */
export function someOf(names: readonly string[]): string {
  const first = names.slice(0, listed).map(shown).join(", ");
  return `${plain(names.length)} (${first}${names.length > listed ? ", ..." : ""})`;
}

function plain(files: number): string {
  return `${files} file${files === 1 ? "" : "s"}`;
}
