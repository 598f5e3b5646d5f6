const usage = "Usage: npm run test:node -- VERSION... [TEST-FILE-OR-FOLDER...], for example: npm run test:node -- 22 24 packages/core";

/**
 * Versions of Node come first, then what vitest should run; an option is handed on to vitest.
 * @param {readonly string[]} args
 * @returns {{ versions: string[], filters: string[] }}
 */
export function splitArguments(args) {
  const isVersion = (text) => /^\d+(\.\d+){0,2}$/.test(text);
  const end = args.findIndex((text) => !isVersion(text));
  const versions = end < 0 ? [...args] : args.slice(0, end);
  if (versions.length === 0) throw new Error(usage);
  return { versions, filters: end < 0 ? [] : args.slice(end) };
}
