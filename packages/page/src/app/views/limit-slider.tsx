import { barsOf } from "../histogram.js";
import { facts, moved, type Result } from "../state.js";
import { goodScores, limitFor } from "../verdict.js";
import { limitWords, number } from "../words.js";

const [width, height] = [320, 90];

/** The scores of good images, the limit among them, and a slider that moves it. */
export function LimitSlider({ result }: { readonly result: Result }) {
  const { judged } = result;
  const limit = judged && facts.value ? limitFor(facts.value, moved.value, judged.class) : undefined;
  if (!judged || !facts.value || !limit) return null;
  const name = judged.class;
  const good = goodScores(facts.value, name);
  const usual = limitFor(facts.value, {}, name)!.limit;
  const { low, high, counts } = barsOf(good, [judged.score, usual, limit.limit]);
  const x = (score: number) => (Math.min(Math.max((score - low) / (high - low), 0), 1) * width).toFixed(1);
  const top = Math.max(1, ...counts);
  const spoken = `${good.length} good images of ${name} score from ${number(good[0] ?? 0)} to ${number(good.at(-1) ?? 0)}; the limit is ${number(limit.limit)}, and this image scores ${number(judged.score)}.`;
  return (
    <div class="card">
      <h2>Good images of {name}</h2>
      <svg viewBox={`0 0 ${width} ${height}`} role="img" aria-label={spoken}>
        {counts.map((count, i) => (
          <rect
            key={i}
            class="bar"
            x={(i * width) / counts.length + 0.5}
            width={width / counts.length - 1}
            y={height - (count / top) * (height - 14)}
            height={(count / top) * (height - 14)}
          />
        ))}
        <line class="limit" x1={x(limit.limit)} x2={x(limit.limit)} y1="0" y2={height} />
        <path class="this" d={`M ${x(judged.score)} ${height} l -6 -12 h 12 z`} />
      </svg>
      <p class="legend small">
        <span class="key-bar">{good.length} good images</span> <span class="key-limit">limit</span> <span class="key-this">this image</span>
      </p>
      <label class="slider">
        Limit {number(limit.limit)}
        <input
          type="range"
          min={low}
          max={high}
          step={(high - low) / 200}
          value={limit.limit}
          aria-valuetext={`${number(limit.limit)}. ${limitWords(limit)}`}
          onInput={({ currentTarget }) => (moved.value = { ...moved.value, [name]: Number(currentTarget.value) })}
        />
      </label>
      <p class="small">{limitWords(limit)}</p>
      {moved.value[name] !== undefined && (
        <button type="button" onClick={() => (moved.value = without(name))}>
          Back to {number(usual)}
        </button>
      )}
    </div>
  );
}

function without(name: string) {
  const { [name]: _, ...rest } = moved.value;
  return rest;
}
