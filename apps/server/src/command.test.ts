import { LtadError } from "@ltad/core";
import { serverOptionsOf } from "@ltad/server/command";
import { CommanderError } from "commander";
import { describe, expect, it } from "vitest";
import { type CommandOptions, serverCommand } from "./command.js";
import { exitCode } from "./exit-codes.js";

async function parse(...argv: string[]) {
  const seen: CommandOptions[] = [];
  let said = "";
  const command = serverCommand(async (options) => void seen.push(options))
    .exitOverride()
    .configureOutput({ writeErr: (text) => (said += text), writeOut: (text) => (said += text) });
  const error = await command.parseAsync(argv, { from: "user" }).then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  return { options: seen[0], error, said };
}

describe("the command", () => {
  it("fills in what is not said", async () => {
    expect((await parse("--bundle", "model", "--port", "0")).options).toEqual({
      bundle: "model",
      port: 0,
      host: "127.0.0.1",
      name: "ltad",
      maxMegabytes: 32,
      maxMegapixels: 50,
      maxQueue: 16,
      timeout: 30,
      logLevel: "info",
    });
    const { options } = await parse(
      "--bundle",
      "m",
      "--port",
      "80",
      "--max-megabytes",
      "1",
      "--max-megapixels",
      "2",
      "--timeout",
      "3",
      "--threads",
      "4",
      "--name",
      "parts",
    );
    expect(serverOptionsOf(options!, process.stderr)).toMatchObject({
      maxBytes: 2 ** 20,
      maxPixels: 2e6,
      timeout: 3000,
      threads: 4,
      modelName: "parts",
    });
  });

  it.each([
    [["--bundle", "m"], /--port/],
    [["--port", "1"], /--bundle/],
    [["--bundle", "m", "--port", "x"], /whole number from 0 to 65535/],
    [["--bundle", "m", "--port", "70000"], /whole number/],
    [["--bundle", "m", "--port", "1", "--gpu"], /unknown option '--gpu'/],
    [["--bundle", "m", "--port", "1", "more"], /too many arguments/],
    [["--bundle", "m", "--port", "1", "--name", "a/b"], /letters, digits/],
    [["--bundle", "m", "--port", "1", "--log-level", "loud"], /trace, debug/],
  ])("refuses %j", async (argv, message) => {
    const { options, error, said } = await parse(...argv);
    expect(options).toBeUndefined();
    expect(error).toBeInstanceOf(CommanderError);
    expect(said).toMatch(message);
  });

  it("helps with examples", async () => {
    const { said } = await parse("--help");
    expect(said).toContain("curl -F image=@part.png");
  });
});

it("exit codes tell wrong use, bad data and failures apart", () => {
  const codes = ["LTAD_CONFIG", "LTAD_BUNDLE", "LTAD_WRITE"] as const;
  expect([...codes.map((code) => exitCode(new LtadError(code, ""))), exitCode(new Error("bug"))]).toEqual([2, 3, 1, 1]);
});
