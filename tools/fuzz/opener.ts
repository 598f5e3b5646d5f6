// Opens bundles and judges an image with each, one after another in one process, as the inference process of a server would.
import { isLtadError } from "@ltad/core";
import { openDetector } from "@ltad/detector";

process.on("message", (folder: string) => void tryBundle(folder).then((outcome) => process.send!(outcome)));
process.on("disconnect", () => process.exit(0));

/** @returns "opened", or the code of a refusal; the stack of anything else, which is a bug */
async function tryBundle(folder: string): Promise<string> {
  try {
    const detector = await openDetector(folder, { threads: 1 });
    try {
      const { score } = await detector.predict({ width: 8, height: 8, data: new Uint8Array(192).fill(128) }, { size: "grid" });
      return Number.isFinite(score) ? "opened" : `odd: the score ${score}`;
    } finally {
      await detector.dispose();
    }
  } catch (error) {
    if (!isLtadError(error)) return `odd: ${error instanceof Error ? error.stack : String(error)}`;
    const isShown = error.message.length < 4000 && !/\p{Cc}/u.test(error.message);
    return isShown
      ? `refused ${error.code}`
      : `odd: a message of ${error.message.length} characters: ${JSON.stringify(error.message.slice(0, 200))}`;
  }
}
