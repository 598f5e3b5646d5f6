import { setFlagsFromString } from "node:v8";

/**
 * Lets V8 collect garbage at once and not in steps, in the whole process. The pixels and features of a request lie outside of V8's heap, and every few
 * requests their size begins a collection in steps, although nearly all of them are young and one scavenge frees them. In steps, the collections of both
 * processes of a server took a fifth of its time (docs/decisions/0018); at once, one of the small heap takes a few milliseconds and is rare.
 */
export function collectAtOnce(): void {
  setFlagsFromString("--no-incremental-marking");
}
