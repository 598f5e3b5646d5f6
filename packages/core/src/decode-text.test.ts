import { expect, it } from "vitest";
import { decodeText } from "./decode-text.js";

const text = "image;score\r\nfünf.png;0,5\r\n";
const utf16 = (value: string) => Buffer.from(value, "utf16le");

it.each([
  ["UTF-8", Buffer.from(text)],
  ["UTF-8 with a mark", Buffer.from(`\ufeff${text}`)],
  ["UTF-16 with a mark", utf16(`\ufeff${text}`)],
  ["UTF-16 without", utf16(text)],
  ["UTF-16 of the other byte order", utf16(`\ufeff${text}`).swap16()],
  ["the same without a mark", utf16(text).swap16()],
  ["Windows-1252", Buffer.from(text, "latin1")],
])("reads %s", (_, bytes) => {
  expect(decodeText(bytes)).toBe(text);
});

it("reads nothing as nothing", () => {
  expect(decodeText(new Uint8Array())).toBe("");
});
