import { driftWords } from "../drift.js";
import { drift } from "../state.js";

/** Classes that are listed; those that differ come first. */
const most = 20;

/** Whether recent images differ from those that the model knows to be good, class by class. */
export function DriftCard() {
  if (drift.value.length === 0) return null;
  const all = drift.value.toSorted((a, b) => Number(b.is_drifting ?? false) - Number(a.is_drifting ?? false));
  return (
    <section class="card" aria-labelledby="drift-title">
      <h2 id="drift-title">Has the light or the camera changed?</h2>
      <dl class="lines">
        {all.slice(0, most).map((one) => (
          <div key={one.class}>
            <dt>{one.class}</dt>
            <dd class={one.is_drifting ? "fault" : undefined}>{driftWords(one)}</dd>
          </div>
        ))}
      </dl>
      <p class="small soft">
        {all.length > most && `${all.length - most} more classes are not listed. `}All images that the server judges are compared.
      </p>
    </section>
  );
}
