import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import { checkInputs } from "./check-inputs.js";
import { temporaryFolder } from "./cli/testing/test-io.js";

/** So many text files that are called images, in a folder, with the cache beside. */
async function broken(count: number) {
  const root = await temporaryFolder();
  const files = Array.from({ length: count }, (_, i) => join(root, `${i}.png`));
  for (const file of files) await writeFile(file, "no image");
  return { files: files.map((file) => ({ file, depth: "full" as const })), root, cacheDir: await temporaryFolder() };
}

it("says one fault of many files in a line, with their number, the first names and where the whole list is", async () => {
  const { files, ...options } = await broken(60);
  const error = await checkInputs(files, { ...options, skipBad: false }).catch((thrown: Error) => thrown);
  const { message } = error as Error;
  expect(message.split("\n")).toEqual([
    "60 files cannot be used:",
    expect.stringMatching(/0\.png: this is a text file\. .* 59 more files have the same fault: \S+1\.png, \S+2\.png, \.\.\.$/),
    expect.stringMatching(/^ {2}The complete list is in \S+bad\.txt$/),
    "With --skip-bad, the command continues without them.",
  ]);
  const list = await readFile(/in (\S+bad\.txt)/.exec(message)![1]!, "utf8");
  expect(list.trim().split("\n")).toHaveLength(60);
});

it("says the same of files that are skipped", async () => {
  const { files, ...options } = await broken(10);
  const { bad, warnings } = await checkInputs(files, { ...options, skipBad: true });
  expect(bad.size).toBe(10);
  expect(warnings).toEqual([
    expect.stringMatching(
      /^10 files skipped because of --skip-bad: .* 9 more files have the same fault: .* The complete list is in \S+bad\.txt$/,
    ),
  ]);
});

it("writes no list where the lines name every file", async () => {
  const { files, ...options } = await broken(2);
  await expect(checkInputs(files, { ...options, skipBad: false })).rejects.toThrow(
    /^2 files cannot be used:\n {2}\S+0\.png: .*\n {2}\S+1\.png: .*\nWith/,
  );
});
