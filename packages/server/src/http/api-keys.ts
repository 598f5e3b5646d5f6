import { createHash, timingSafeEqual } from "node:crypto";
import { LtadError } from "@ltad/core";
import { HttpError } from "../http-error.js";

const hashed = /^sha256:([0-9a-f]{64})$/i;

/** Checks the key of a request: `Authorization: Bearer KEY`, or `X-API-Key: KEY`. @throws HttpError `LTAD_UNAUTHORIZED` */
export type KeyCheck = (headers: {
  readonly authorization?: string | undefined;
  readonly "x-api-key"?: string | string[] | undefined;
}) => void;

/**
 * @param keys as they are, or as `sha256:` and the hexadecimal SHA-256 of the key; only hashes are kept
 * @returns undefined where there are no keys, and everyone may call
 * @throws LtadError `LTAD_CONFIG` for a key that could be guessed
 */
export function createKeyCheck(keys: readonly string[] = []): KeyCheck | undefined {
  if (keys.length === 0) return undefined;
  const known = keys.map(hashOf);
  return ({ authorization, "x-api-key": plain }) => {
    const given = /^bearer +(\S+)$/i.exec(authorization ?? "")?.[1] ?? (typeof plain === "string" ? plain : undefined);
    const digest = sha256(given ?? "");
    // Every hash is compared, each in constant time: how long it takes says nothing about the keys.
    const matches = known.filter((key) => timingSafeEqual(key, digest)).length;
    if (given !== undefined && matches > 0) return;
    throw new HttpError("LTAD_UNAUTHORIZED", "This server needs an API key: send it as Authorization: Bearer KEY.", {
      headers: { "www-authenticate": "Bearer" },
    });
  };
}

/** The keys in the text of a file: one a line; empty lines and lines that start with # are skipped. */
export function keysIn(text: string): string[] {
  return text
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== "" && !line.startsWith("#"));
}

function hashOf(key: string): Buffer {
  const hash = hashed.exec(key)?.[1];
  if (hash) return Buffer.from(hash, "hex");
  if (key.length < 16 || /\s/.test(key))
    throw new LtadError("LTAD_CONFIG", "API key: expected at least 16 characters without spaces. `openssl rand -hex 24` makes one.");
  return sha256(key);
}

function sha256(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}
