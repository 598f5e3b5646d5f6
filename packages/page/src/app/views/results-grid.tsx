import { signal } from "@preact/signals";
import { toCsv, toJson } from "../export-results.js";
import { clear, mostResults, type Result, results, selectedId, verdictFor } from "../state.js";
import { number, verdictWord } from "../words.js";

const filters = { all: "all", bad: "NOT OK", good: "OK", failed: "failed" } as const;
type Filter = keyof typeof filters;
const filter = signal<Filter>("all");

function fits(result: Result): boolean {
  if (filter.value === "all") return true;
  if (filter.value === "failed") return result.error !== undefined;
  const verdict = verdictFor(result);
  return verdict !== undefined && verdict.isAnomalous === (filter.value === "bad");
}

/** The images so far, which can be filtered and exported. */
export function ResultsGrid() {
  if (results.value.length === 0) return null;
  const shown = results.value.filter(fits);
  const bad = results.value.filter((result) => verdictFor(result)?.isAnomalous).length;
  return (
    <section aria-labelledby="results-title">
      <div class="row">
        <h2 id="results-title">Results</h2>
        <span class="soft">
          {results.value.length} {results.value.length === 1 ? "image" : "images"}, {bad} NOT OK
        </span>
        <label>
          Show{" "}
          <select value={filter.value} onChange={({ currentTarget }) => (filter.value = currentTarget.value as Filter)}>
            {Object.entries(filters).map(([value, words]) => (
              <option key={value} value={value}>
                {words}
              </option>
            ))}
          </select>
        </label>
        <button type="button" onClick={() => save("results.csv", "text/csv", toCsv(rows(shown)))}>
          Save CSV
        </button>
        <button type="button" onClick={() => save("results.json", "application/json", toJson(rows(shown)))}>
          Save JSON
        </button>
        <button type="button" onClick={clear}>
          Clear
        </button>
      </div>
      {shown.length === 0 && <p class="soft">No results match this filter.</p>}
      <ul class="grid">
        {shown.map((result) => (
          <li key={result.id}>
            <Tile result={result} />
          </li>
        ))}
      </ul>
      {results.value.length === mostResults && <p class="soft small">The newest {mostResults} results are kept.</p>}
    </section>
  );
}

function Tile({ result }: { readonly result: Result }) {
  const { id, file, judged, error, url } = result;
  const verdict = verdictFor(result);
  const word = error !== undefined ? "failed" : judged ? verdictWord(verdict) : "waiting";
  const tone = error !== undefined || verdict?.isAnomalous ? "bad" : verdict ? "good" : "plain";
  return (
    <button type="button" class="tile" aria-pressed={selectedId.value === id} onClick={() => (selectedId.value = id)}>
      <img src={url} alt="" loading="lazy" onError={({ currentTarget }) => currentTarget.classList.add("unshown")} />
      <span class="name">{file.name}</span>
      <span class={`verdict ${tone}`}>{word}</span>
      <span class="small">{judged ? `${number(judged.score)} · ${judged.class}` : "\u00a0"}</span>
    </button>
  );
}

function rows(shown: readonly Result[]) {
  return shown.toReversed().map((result) => ({
    file: result.file.webkitRelativePath || result.file.name,
    judged: result.judged,
    verdict: verdictFor(result),
    error: result.error,
  }));
}

function save(name: string, type: string, text: string): void {
  const url = URL.createObjectURL(new Blob([text], { type }));
  Object.assign(document.createElement("a"), { href: url, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
