import { execFile } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import { ltad, temporaryFolder } from "../../testing/test-io.js";

/** What bash offers after these words; the last one is being typed. */
async function completed(...words: readonly string[]): Promise<string[]> {
  const script = join(await temporaryFolder(), "completion.bash");
  const { code, stdout } = await ltad("completion", "bash");
  expect(code).toBe(0);
  await writeFile(
    script,
    `${stdout}\nCOMP_WORDS=("$@")\nCOMP_CWORD=$(($# - 1))\n_ltad\n((\${#COMPREPLY[@]})) && printf '%s\\n' "\${COMPREPLY[@]}"\ntrue\n`,
  );
  const ran = await promisify(execFile)("bash", ["--noprofile", "--norc", script, ...words]);
  return ran.stdout.split("\n").filter((line) => line !== "");
}

describe.skipIf(process.platform === "win32")("in bash", () => {
  it("completes commands, and commands of commands", async () => {
    expect(await completed("ltad", "")).toEqual(expect.arrayContaining(["demo", "train", "serve", "doctor", "completion", "--version"]));
    expect(await completed("ltad", "tr")).toEqual(["train"]);
    expect(await completed("ltad", "data", "s")).toEqual(["stats", "split"]);
    expect(await completed("ltad", "completion", "")).toEqual(expect.arrayContaining(["bash", "zsh", "fish"]));
  });

  it("completes the options of a command after other words", async () => {
    expect(await completed("ltad", "train", "./data", "--pre")).toEqual(["--preset"]);
    expect(await completed("ltad", "data", "split", "--or")).toEqual(["--order"]);
    expect(await completed("ltad", "serve", "model", "--max-m")).toEqual(["--max-megabytes", "--max-megapixels"]);
  });

  it("completes the choices of an option, and leaves other values to file names", async () => {
    expect(await completed("ltad", "train", "--preset", "")).toEqual(["recommended", "fast", "paper"]);
    expect(await completed("ltad", "eval", "model", "data", "--class", "p")).toEqual(["predicted"]);
    expect(await completed("ltad", "train", "--out", "")).toEqual([]);
  });

  it("does not take a file name for a command", async () => {
    expect(await completed("ltad", "predict", "train", "--str")).toEqual(["--strict"]);
  });
});

it("fish and zsh get the same commands", async () => {
  const fish = (await ltad("completion", "fish")).stdout;
  expect(fish).toMatch(/^complete -c ltad -n 'not __fish_seen_subcommand_from demo .*' -f -a train -d 'train a model/m);
  expect(fish).toMatch(/^complete -c ltad -n '__fish_seen_subcommand_from train' -l preset -x -a 'recommended fast paper' -d/m);
  expect(fish).toMatch(/^complete -c ltad -n '__fish_seen_subcommand_from data; and __fish_seen_subcommand_from split' -l out -r -d/m);
  const zsh = (await ltad("completion", "zsh")).stdout;
  expect(zsh).toContain("bashcompinit\n_ltad() {");
});
