import { type Result, verdictFor } from "../state.js";
import { number, pValueWords, reasonWords, verdictWord } from "../words.js";

/** OK or not, and why. */
export function VerdictCard({ result }: { readonly result: Result }) {
  const { file, judged, error } = result;
  if (error !== undefined)
    return (
      <div class="card">
        <h2>{file.name}</h2>
        <p class="fault">{error}</p>
      </div>
    );
  if (!judged)
    return (
      <div class="card">
        <h2>{file.name}</h2>
        <p class="soft">Waiting …</p>
      </div>
    );
  const verdict = verdictFor(result);
  const tone = verdict === undefined ? "plain" : verdict.isAnomalous ? "bad" : "good";
  return (
    <div class="card">
      <h2>{file.name}</h2>
      <p class={`verdict ${tone}`}>{verdictWord(verdict)}</p>
      <p>{reasonWords(verdict, judged.class, judged.nearestClass)}</p>
      <dl>
        <dt>Score, higher is more anomalous</dt>
        <dd class="score">{number(judged.score)}</dd>
        {verdict && (
          <>
            <dt>Among good images</dt>
            <dd>{pValueWords(verdict.pValue)}</dd>
          </>
        )}
        <dt>Class</dt>
        <dd>
          {judged.class} ({judged.classGiven ? "given" : "predicted"})
        </dd>
        <dt>Image</dt>
        <dd>
          {judged.image.width} × {judged.image.height} px, {Math.round(judged.ms)} ms on{" "}
          {judged.by === "server" ? "the server" : "this device"}
        </dd>
      </dl>
    </div>
  );
}
