import { CommanderError } from "commander";
import { describe, expect, it } from "vitest";
import { serverCommand, type ServerCommandOptions } from "./command.js";

async function parse(...argv: string[]) {
  const seen: ServerCommandOptions[] = [];
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
    expect((await parse("--bundle", "model")).options).toEqual({
      bundle: "model",
      port: 8080,
      host: "127.0.0.1",
      modelName: "ltad",
      maxBytes: 2 ** 25,
      maxPixels: 5e7,
      maxQueue: 16,
      timeout: 30_000,
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
    expect(options).toMatchObject({ maxBytes: 2 ** 20, maxPixels: 2e6, timeout: 3000, threads: 4, modelName: "parts" });
  });

  it.each([
    [["--port", "1"], /--bundle/],
    [["--bundel", "m"], /unknown option '--bundel'/],
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
