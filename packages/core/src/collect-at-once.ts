import { setFlagsFromString } from "node:v8";

/**
 * Lets V8 collect garbage at once and not in steps, in the whole process and its threads. Pixels and features lie outside of V8's heap, and every few
 * images their size begins a full collection in steps, although nearly all of them are young and one scavenge frees them. In steps, these collections
 * take up to a fifth of the time of encoding and serving; at once, they are rare (docs/decisions/0018). The setting is the process's: programs call this,
 * libraries do not.
 */
export function collectAtOnce(): void {
  setFlagsFromString("--no-incremental-marking");
}
