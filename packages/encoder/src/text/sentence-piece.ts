/** Pieces of text with their log probabilities. The index of a piece is its id. USE Lite's vocabulary contains null, which counts as 0. */
export type Vocabulary = readonly (readonly [piece: string, score: number | null])[];

/** Turns a text into ids. */
export type Tokenize = (text: string) => number[];

/** U+2581, which represents a space in pieces. */
const blank = "\u2581";
/** The id of text that no piece covers, and how many ids at the start are not text: unknown, begin, end and three spare ones. */
const [unknownId, reserved] = [0, 6];

/**
 * A SentencePiece unigram tokenizer, which finds the segmentation with the largest sum of scores by the Viterbi algorithm. The text is
 * normalised to NFKC and gets a space in front; consecutive unknown symbols become one unknown id. Among equal sums the shorter last piece
 * wins, as in TensorFlow.js's tokenizer for the Universal Sentence Encoder. Case matters, and nothing is trimmed. "" gives [].
 * @see Kudo 2018, "Subword regularization"
 */
export function sentencePiece(vocabulary: Vocabulary): Tokenize {
  const ids = new Map(vocabulary.map(([piece], id) => [piece, id] as const).slice(reserved));
  const scores = vocabulary.map(([, score]) => score ?? 0);
  const longest = Math.max(0, ...Array.from(ids.keys(), (piece) => Array.from(piece).length));
  const unknownScore = scores.reduce((least, score) => Math.min(least, score), 0) - 10;
  return (text) => {
    const symbols = Array.from(withBlanks(text));
    const steps = bestSteps(symbols, longest, (piece, length) => {
      const id = ids.get(piece);
      if (id !== undefined) return { id, score: scores[id]! };
      return length === 1 ? { id: unknownId, score: unknownScore } : undefined;
    });
    return mergeUnknown(steps);
  };
}

function withBlanks(text: string): string {
  const normal = text.normalize("NFKC");
  return normal && blank + normal.replaceAll(" ", blank);
}

interface Best {
  readonly score: number;
  readonly from: number;
  readonly id: number;
}

/** The Viterbi algorithm: it finds the best way to each position, and then follows the way back from the end. */
function bestSteps(symbols: readonly string[], longest: number, lookUp: (piece: string, length: number) => Omit<Best, "from"> | undefined) {
  const best: Best[] = [{ score: 0, from: 0, id: unknownId }];
  for (let from = 0; from < symbols.length; from++) {
    const here = best[from]!.score; // every position is reached, because each symbol is a piece or unknown
    let piece = "";
    for (let length = 1; length <= Math.max(1, longest) && from + length <= symbols.length; length++) {
      piece += symbols[from + length - 1]!;
      const found = lookUp(piece, length);
      const score = here + (found?.score ?? -Infinity);
      if (found && !(score < (best[from + length]?.score ?? -Infinity))) best[from + length] = { score, from, id: found.id };
    }
  }
  const steps: number[] = [];
  for (let at = symbols.length; at > 0; at = best[at]!.from) steps.push(best[at]!.id);
  return steps.reverse();
}

function mergeUnknown(ids: readonly number[]): number[] {
  return ids.filter((id, i) => id !== unknownId || ids[i - 1] !== unknownId);
}
