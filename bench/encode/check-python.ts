import { execFile } from "node:child_process";
import { promisify } from "node:util";

/** @throws Error when there is no such interpreter, or when it lacks modules; before the work, not after minutes of it */
export async function checkPython(python: string, modules: readonly string[]): Promise<void> {
  const code = `import importlib.util, sys; print(" ".join(m for m in sys.argv[1:] if importlib.util.find_spec(m) is None))`;
  const found = await promisify(execFile)(python, ["-c", code, ...modules]).catch((error: Error) => {
    throw new Error(`encode: --python ${python} cannot be run (${error.message.split("\n")[0]}).`, { cause: error });
  });
  const missing = found.stdout.trim();
  if (missing !== "") throw new Error(`encode: ${python} lacks ${missing}. Install: ${python} -m pip install ${missing}`);
}
