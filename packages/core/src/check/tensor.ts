import { refuse, type Rule } from "./rule.js";

/** A tensor of TensorFlow.js that has not been disposed; this package does not import TensorFlow.js. @param ranks how many axes it may have; any, if omitted */
export function tensor(...ranks: readonly number[]): Rule {
  const expected = `a tensor${ranks.length === 0 ? "" : ` of rank ${ranks.join(" or ")}`}`;
  return (value, path) => {
    const { shape, dataId, isDisposed } = (value ?? {}) as { shape?: unknown; dataId?: unknown; isDisposed?: unknown };
    if (!Array.isArray(shape) || dataId === undefined) throw refuse(path, expected, value, "LTAD_SHAPE");
    if (isDisposed === true) throw refuse(path, expected, "a tensor that was disposed", "LTAD_SHAPE");
    if (ranks.length > 0 && !ranks.includes(shape.length)) throw refuse(path, expected, value, "LTAD_SHAPE");
  };
}
