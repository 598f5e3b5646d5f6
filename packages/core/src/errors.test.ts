import { describe, expect, expectTypeOf, it } from "vitest";
import { isLtadError, LtadError, throwIfAborted } from "./errors.js";

describe("LtadError", () => {
  it("carries code, details and cause", () => {
    const cause = new Error("below");
    const error = new LtadError("LTAD_DATA", "a.png: missing.", { cause, details: { file: "a.png" } });
    expect(error).toMatchObject({ name: "LtadError", code: "LTAD_DATA", message: "a.png: missing.", cause, details: { file: "a.png" } });
    expect(new LtadError("LTAD_DATA", "x").details).toEqual({});
    expect(error).toBeInstanceOf(Error);
  });

  it("is recognised by its code, not by its class", () => {
    expect(isLtadError(new LtadError("LTAD_WRITE", "x"))).toBe(true);
    expect(isLtadError(Object.assign(new Error("another copy"), { code: "LTAD_WRITE" }))).toBe(true);
    expect(isLtadError(Object.assign(new Error("system"), { code: "ENOENT" }))).toBe(false);
    expect(isLtadError({ code: "LTAD_WRITE" })).toBe(false);
    expect(isLtadError(undefined)).toBe(false);
  });
});

describe("throwIfAborted", () => {
  it("throws once the signal has fired, with its reason", () => {
    const stop = new AbortController();
    throwIfAborted(undefined);
    throwIfAborted(stop.signal);
    stop.abort("Ctrl-C");
    expect(() => throwIfAborted(stop.signal)).toThrow(expect.objectContaining({ code: "LTAD_ABORTED", cause: "Ctrl-C" }));
  });

  it("has the details of its code, and no others", () => {
    expectTypeOf(new LtadError("LTAD_FETCH", "x").details.url).toEqualTypeOf<string | undefined>();
    // @ts-expect-error: an image has no address
    void new LtadError("LTAD_IMAGE", "x", { details: { url: "https://example.org" } });
    const error: unknown = new LtadError("LTAD_SHAPE", "x", { details: { input: "image" } });
    if (isLtadError(error) && error.code === "LTAD_SHAPE") expectTypeOf(error.details.input).toEqualTypeOf<string | undefined>();
  });
});
