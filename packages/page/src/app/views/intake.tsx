import { signal } from "@preact/signals";
import { take } from "../state.js";
import { Camera } from "./camera.js";

const isCameraOpen = signal(false);
const takeFrom = (event: Event) => {
  const input = event.currentTarget as HTMLInputElement;
  if (input.files && input.files.length > 0) take(input.files);
  input.value = ""; // so that the same file can be chosen again
};

/** The ways in which images reach the page. */
export function Intake() {
  const hasCamera = navigator.mediaDevices !== undefined;
  return (
    <section class="intake" aria-label="Choose images">
      <label class="drop">
        <input type="file" multiple accept="image/*,.pgm,.ppm,.pnm" onChange={takeFrom} />
        <b>Choose images</b>, drop them anywhere, or paste one
      </label>
      <div class="row">
        <label class="button">
          <input type="file" ref={(input) => input?.setAttribute("webkitdirectory", "")} onChange={takeFrom} />
          Choose a folder
        </label>
        {hasCamera && (
          <button type="button" aria-expanded={isCameraOpen.value} onClick={() => (isCameraOpen.value = !isCameraOpen.value)}>
            Camera
          </button>
        )}
      </div>
      {isCameraOpen.value && <Camera onClose={() => (isCameraOpen.value = false)} />}
    </section>
  );
}
