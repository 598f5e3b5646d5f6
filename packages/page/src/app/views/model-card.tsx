import { facts, measured, moved } from "../state.js";
import { goodScores, limitFor } from "../verdict.js";
import { number } from "../words.js";

/** What the model is: its classes, how many images they had, what was measured, and their limits. */
export function ModelCard() {
  const about = facts.value;
  if (!about) return null;
  const { classes, encoder, features, preset, producer, created } = about;
  const measures = measured.value?.classes;
  return (
    <details class="card">
      <summary>About this model</summary>
      <p>
        Trained by {producer} on {created.slice(0, 10)}, preset {preset}, encoder {encoder.name}. Images are resized to {features.inputSize}{" "}
        × {features.inputSize} px, and maps have {features.grid} × {features.grid} cells.
      </p>
      <div class="scroll" tabIndex={0} role="region" aria-label="Classes of this model">
        <table>
          <thead>
            <tr>
              <th scope="col">Class</th>
              <th scope="col">Training images</th>
              <th scope="col">Good images for the limit</th>
              <th scope="col">Limit</th>
              {measures && <th scope="col">Image AUROC</th>}
              {measures && <th scope="col">Pixel AP</th>}
            </tr>
          </thead>
          <tbody>
            {classes.map(({ name, trainImages }) => {
              const limit = limitFor(about, moved.value, name);
              return (
                <tr key={name}>
                  <th scope="row">{name}</th>
                  <td>{trainImages}</td>
                  <td>{goodScores(about, name).length || "none"}</td>
                  <td>{limit ? `${number(limit.limit)}, ${limit.basis}` : "none"}</td>
                  {measures && <td>{share(measures[name]?.["image_auroc"])}</td>}
                  {measures && <td>{share(measures[name]?.["pixel_ap"])}</td>}
                </tr>
              );
            })}
          </tbody>
        </table>
      </div>
      {measures ? (
        <p class="small soft">
          AUROC and AP as <code>ltad eval</code> measured them, in percent.
        </p>
      ) : (
        <p class="small soft">
          Once <code>ltad eval</code> has measured the model, the metrics are shown here.
        </p>
      )}
    </details>
  );
}

function share(value: number | null | undefined): string {
  return typeof value === "number" ? (value * 100).toFixed(1) : "–";
}
