import { expect, it } from "vitest";
import { belowRoot, joinLocation } from "./location.js";

it.each([
  ["/data", "/data/a/b.png", "a/b.png"],
  ["/data", "/other/b.png", "/other/b.png"],
  ["/data", "tar:512+10:/data/a.tar", "tar:512+10:a.tar"],
  ["/data", "s3://bucket/b.png", "s3://bucket/b.png"],
  ["s3://bucket/data", "s3://bucket/data/a/b.png", "a/b.png"],
  ["s3://bucket/data", "s3://bucket/database/b.png", "s3://bucket/database/b.png"],
  ["s3://bucket", "tar:512+10:s3://bucket/a.tar", "tar:512+10:a.tar"],
])("below %s, %s is %s, and the same again from there", (root, location, below) => {
  expect(belowRoot(root, location)).toBe(below);
  expect(joinLocation(root, below)).toBe(location);
});

it("finds what is below a root under another root, a folder or a bucket", () => {
  expect(joinLocation("/elsewhere", "a/b.png")).toBe("/elsewhere/a/b.png");
  expect(joinLocation("s3://other/x/", "tar:1+2:a.tar")).toBe("tar:1+2:s3://other/x/a.tar");
});
