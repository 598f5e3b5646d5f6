import { describe, expect, it } from "vitest";
import { crc32c } from "./crc32c.js";
import { eventRecord } from "./event-file.js";

describe("crc32c", () => {
  it.each([
    ["123456789", 0xe3069283], // RFC 3720
    ["", 0],
  ])("of %j", (text, expected) => {
    expect(crc32c(Buffer.from(text))).toBe(expected);
  });
});

describe("eventRecord", () => {
  // Written by tensorboard 2.21.0; tools/reference/log/check_logs.py reads whole files with the real reader.
  it("is the bytes that TensorBoard's own writer makes", () => {
    const record = eventRecord({ time: 1.5, step: 300, values: { loss: 0.25 } });
    const event = "09000000000000f83f10ac022a0d0a0b0a046c6f7373150000803e";
    expect(record.subarray(12, -4).toString("hex")).toBe(event);
    expect(record.readBigUInt64LE()).toBe(BigInt(event.length / 2));
  });
});
