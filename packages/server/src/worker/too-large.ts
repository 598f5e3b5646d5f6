/** An answer that would be too large to send. */
export class TooLarge extends Error {
  override readonly name = "TooLarge";
}
