import { sha256 } from "@ltad/core";

/** The place of an image in the order that decides a sample: 64 hex digits, from its content and the seed alone. */
export function sampleHash(content: Uint8Array, seed: number): string {
  return sha256(`${seed} ${sha256(content)}`);
}

/**
 * Whether an image can be in a sample of `size` among `images`. A shard keeps such images only, so that shards hold little more than the
 * sample in all: the share leaves out an image of the sample once in a hundred million samples, and then all shards agree on it.
 */
export function canBeSampled(hash: string, size: number, images: number): boolean {
  const wanted = size + 6 * Math.sqrt(size) + 20;
  return wanted >= images || Number.parseInt(hash.slice(0, 12), 16) / 2 ** 48 < wanted / images;
}

/** An image that can be in a sample. */
export interface Candidate {
  readonly id: string;
  readonly hash: string;
}

/** The order of candidates. Images of the same content differ by their names. */
export function byHash(a: Candidate, b: Candidate): number {
  if (a.hash !== b.hash) return a.hash < b.hash ? -1 : 1;
  return a.id < b.id ? -1 : a.id > b.id ? 1 : 0;
}

/** The sample: the candidates with the smallest hashes. Any order and any grouping of the candidates gives the same. */
export function smallest<C extends Candidate>(candidates: readonly C[], size: number): C[] {
  return candidates.toSorted(byHash).slice(0, size);
}
