import { isAbsolute, relative, resolve } from "node:path";
import { parseS3 } from "../s3/s3-options.js";

/**
 * Where an image is, as a plan writes it: a path, s3://BUCKET/KEY, or bytes of a tar file at one of those places, as tar:OFFSET+BYTES:PLACE.
 * So a worker reads a member of an archive without the rest of it.
 */
export interface Location {
  /** A path, or s3://BUCKET/KEY. */
  readonly place: string;
  /** The bytes of an archive; undefined for a whole file. */
  readonly part?: { readonly offset: number; readonly bytes: number };
}

export function parseLocation(text: string): Location {
  const [, offset, bytes, place] = /^tar:(\d{1,15})\+(\d{1,15}):(.*)$/s.exec(text) ?? [];
  return place === undefined ? { place: text } : { place, part: { offset: Number(offset), bytes: Number(bytes) } };
}

export function formatLocation({ place, part }: Location): string {
  return part ? `tar:${part.offset}+${part.bytes}:${place}` : place;
}

/** Whether a location is a file that can be opened by its path. */
export function isPath(location: string): boolean {
  return !parseLocation(location).part && !parseS3(location);
}

/** What messages call an image: its path, or its name in lists where it has no path. */
export function nameOf({ id, file }: { readonly id: string; readonly file: string }): string {
  return isPath(file) ? file : id;
}

/** A location below a root, from there. */
export function joinLocation(root: string, text: string): string {
  const { place, part } = parseLocation(text);
  const joined = parseS3(place) ? place : parseS3(root) ? `${root.replace(/\/+$/, "")}/${place}` : resolve(root, place);
  return formatLocation({ place: joined, ...(part && { part }) });
}

/** The same without the root, where it is below it, so that workers may see the root elsewhere. */
export function belowRoot(root: string, text: string): string {
  const { place, part } = parseLocation(text);
  return formatLocation({ place: belowIt(root, place), ...(part && { part }) });
}

function belowIt(root: string, place: string): string {
  if (parseS3(place)) {
    const above = `${root.replace(/\/+$/, "")}/`;
    return parseS3(root) && place.startsWith(above) ? place.slice(above.length) : place;
  }
  const path = relative(root, resolve(root, place));
  return path.startsWith("..") || isAbsolute(path) ? place : path.replaceAll("\\", "/");
}
