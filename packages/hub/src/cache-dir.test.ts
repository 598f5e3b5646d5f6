import { describe, expect, it } from "vitest";
import { defaultCacheDir } from "./cache-dir.js";

describe("defaultCacheDir", () => {
  it.each([
    ["LTAD_CACHE_DIR before all", { LTAD_CACHE_DIR: "/big/cache", XDG_CACHE_HOME: "/x" }, "linux", "/home/eva", "/big/cache"],
    ["an empty LTAD_CACHE_DIR as none", { LTAD_CACHE_DIR: "" }, "linux", "/home/eva", "/home/eva/.cache/ltad"],
    ["XDG on Linux", { XDG_CACHE_HOME: "/x/cache" }, "linux", "/home/eva", "/x/cache/ltad"],
    ["a relative XDG_CACHE_HOME as none", { XDG_CACHE_HOME: "cache" }, "linux", "/home/eva", "/home/eva/.cache/ltad"],
    ["Caches on macOS", { XDG_CACHE_HOME: "/x/cache" }, "darwin", "/Users/eva", "/Users/eva/Library/Caches/ltad"],
    ["LOCALAPPDATA on Windows", { LOCALAPPDATA: "D:\\Local" }, "win32", "C:\\Users\\eva", "D:\\Local\\ltad\\cache"],
    ["the usual place on Windows", {}, "win32", "C:\\Users\\eva", "C:\\Users\\eva\\AppData\\Local\\ltad\\cache"],
  ])("takes %s", (_, env, platform, home, expected) => {
    expect(defaultCacheDir({ env, platform, home })).toBe(expected);
  });
});
