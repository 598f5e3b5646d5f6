import { createHash } from "node:crypto";
import { readFile, rm, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Rng } from "@ltad/core";
import { damaged } from "./hostile-requests.js";

// Bundles as a bad disk, a broken copy or an attacker leaves them. An attacker writes the hash of the changed file into model.json.

type Json = Record<string, unknown>;
interface Manifest extends Json {
  readonly graphs: Readonly<Record<string, { readonly file: string }>>;
  readonly files: Record<string, { sha256: string; bytes: number }>;
}

const kinds = { damageFile, swapFiles, changeValue, damageManifest, replaceFile, outside } as const;

/** Corrupts a bundle in its folder. @returns what was done, for a report */
export async function corruptBundle(folder: string, rng: Rng): Promise<string> {
  const names = Object.keys(kinds) as (keyof typeof kinds)[];
  const weights = ["damageFile", "damageFile", "changeValue", "changeValue"] as const; // the widest fields
  const all = [...names, ...weights];
  const kind = all[rng.integer(all.length)]!;
  return `${kind}: ${await kinds[kind](folder, rng)}`;
}

const readManifest = async (folder: string) => JSON.parse(await readFile(join(folder, "model.json"), "utf8")) as Manifest;
const writeManifest = (folder: string, manifest: Json) => writeFile(join(folder, "model.json"), JSON.stringify(manifest));
const filesOf = ({ files }: Manifest) => Object.keys(files);

const oneOf = <T>(rng: Rng, items: readonly T[]) => items[rng.integer(items.length)]!;

/** Writes a file and, as an attacker would, its hash. */
async function put(folder: string, manifest: Manifest, name: string, bytes: Buffer): Promise<void> {
  await writeFile(join(folder, name), bytes);
  manifest.files[name] = { sha256: createHash("sha256").update(bytes).digest("hex"), bytes: bytes.length };
  await writeManifest(folder, manifest);
}

async function damageFile(folder: string, rng: Rng): Promise<string> {
  const manifest = await readManifest(folder);
  const name = oneOf(rng, filesOf(manifest));
  const bytes = damaged(rng, await readFile(join(folder, name)), 1);
  if (rng.uniform() < 0.15) return writeFile(join(folder, name), bytes).then(() => `${name}, hash kept`);
  await put(folder, manifest, name, bytes);
  return name;
}

async function swapFiles(folder: string, rng: Rng): Promise<string> {
  const manifest = await readManifest(folder);
  const [one, other] = rng.shuffle(filesOf(manifest));
  const [first, second] = await Promise.all([one!, other!].map((name) => readFile(join(folder, name))));
  await put(folder, manifest, one!, second!);
  if (rng.uniform() < 0.5) await put(folder, manifest, other!, first!);
  return `${one} and ${other}`;
}

const hostile: readonly unknown[] = [
  null,
  -1,
  0,
  0.5,
  1e6,
  1e308,
  -1e308,
  "",
  "../../../etc/passwd",
  "/etc/passwd",
  "a\u0000b",
  "\u001b[2J\u001b]0;title\u0007",
  "x".repeat(100_000),
  [],
  {},
  [[[[]]]],
  true,
  Array(20_000).fill(1),
  { __proto__: null, constructor: 1 },
];

/** A value somewhere in model.json becomes another, goes away, or comes twice. */
async function changeValue(folder: string, rng: Rng): Promise<string> {
  const manifest = await readManifest(folder);
  const places: (readonly [parent: Json, key: string, path: string])[] = [];
  const visit = (value: unknown, path: string) => {
    if (typeof value !== "object" || value === null) return;
    for (const key of Object.keys(value)) {
      places.push([value as Json, key, `${path}.${key}`]);
      visit((value as Json)[key], `${path}.${key}`);
    }
  };
  visit(manifest, "");
  const [parent, key, path] = places[rng.integer(places.length)]!;
  const value = hostile[rng.integer(hostile.length)];
  if (rng.uniform() < 0.15) delete parent[key];
  else parent[key] = value;
  await writeManifest(folder, manifest);
  return `${path} = ${(JSON.stringify(value) ?? "nothing").slice(0, 40)}`;
}

async function damageManifest(folder: string, rng: Rng): Promise<string> {
  const place = join(folder, "model.json");
  const text = await readFile(place);
  const texts = ["", "null", "[]", "[".repeat(100_000), '{"a":'.repeat(50_000), "\ufeff", "\u0000".repeat(1000)];
  const changed = rng.uniform() < 0.3 ? Buffer.from(texts[rng.integer(texts.length)]!) : damaged(rng, text, 1);
  await writeFile(place, changed);
  return `${changed.length} of ${text.length} bytes`;
}

/** A file becomes a link to another place, or goes away. */
async function replaceFile(folder: string, rng: Rng): Promise<string> {
  const name = oneOf(rng, [...filesOf(await readManifest(folder)), "model.json"]);
  await rm(join(folder, name));
  const target = ["/etc/passwd", "/dev/zero", "/proc/self/environ", ".", "nowhere", name][rng.integer(6)]!;
  if (rng.uniform() < 0.2) return `${name} is missing`;
  await symlink(target, join(folder, name));
  return `${name} is a link to ${target}`;
}

/** The numbers of a graph's tensor lie in another file: TensorProto has `external_data` = 13 { key, value } and `data_location` = 14. */
async function outside(folder: string, rng: Rng): Promise<string> {
  const manifest = await readManifest(folder);
  const { file: name } = oneOf(rng, Object.values(manifest.graphs));
  const bytes = await readFile(join(folder, name));
  const location = ["package.json", "/etc/passwd", "../model.json", name][rng.integer(4)]!;
  const entry = Buffer.concat([field(1, Buffer.from("location")), field(2, Buffer.from(location))]);
  const tensor = Buffer.concat([Buffer.from([8, 4, 16, 1]), field(8, Buffer.from("stolen")), field(13, entry), Buffer.from([0x70, 1])]);
  // A second graph in the message is merged into the first: one more initializer, at the end.
  await put(folder, manifest, name, Buffer.concat([bytes, field(7, field(5, tensor))]));
  return `${name} takes numbers from ${location}`;
}

/** A length-delimited field of a protobuf message. */
function field(number: number, content: Buffer): Buffer {
  const length: number[] = [];
  for (let rest = content.length; ; rest >>>= 7) {
    length.push((rest & 0x7f) | (rest > 0x7f ? 0x80 : 0));
    if (rest <= 0x7f) break;
  }
  return Buffer.concat([Buffer.from([(number << 3) | 2, ...length]), content]);
}
