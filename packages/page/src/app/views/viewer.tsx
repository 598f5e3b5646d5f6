import { type AnomalyMap, displayRange, heatMap, upsampleBilinear } from "@ltad/detector/web";
import { useEffect, useRef } from "preact/hooks";
import type { Judged } from "../judged.js";
import { facts, opacity, type Result } from "../state.js";

/** Heat maps are drawn with so many pixels at the most; the browser enlarges them. */
const mostPixels = 640 * 640;

/** The image under its heat map, and the two maps from which it is computed, if they are known. */
export function Viewer({ result }: { readonly result: Result }) {
  const { file, judged, url } = result;
  return (
    <div class="viewer">
      <Picture url={url} name={file.name} map={judged?.map} display={facts.value?.display} size={judged?.image} />
      <label class="slider">
        Heat map
        <input
          type="range"
          min="0"
          max="1"
          step="0.05"
          value={opacity.value}
          aria-valuetext={`${Math.round(opacity.value * 100)} % opaque`}
          onInput={({ currentTarget }) => (opacity.value = Number(currentTarget.value))}
        />
      </label>
      {judged && <Parts url={url} name={file.name} judged={judged} />}
    </div>
  );
}

const parts = [
  { key: "rec", title: "S_rec", words: "where it cannot be reconstructed" },
  { key: "sem", title: "S_sem", words: "where it looks broken" },
] as const;

/** S_rec and S_sem side by side. A model without one of them has the same value everywhere in it: its heat map is the other one. */
function Parts({ url, name, judged }: { readonly url: string; readonly name: string; readonly judged: Judged }) {
  const used = parts.filter(({ key }) => !isFlat(judged.parts[key]));
  const unused = parts.find((part) => !used.includes(part));
  if (unused)
    return (
      <p class="small soft">
        {unused.title} is the same everywhere in this image: the heat map shows only {used[0]?.title ?? "no difference"}.
      </p>
    );
  return (
    <>
      <div class="parts">
        {used.map(({ key, title, words }) => (
          <figure key={key}>
            <Picture url={url} name={`${title} of ${name}`} map={judged.parts[key]} size={judged.image} />
            <figcaption>
              {title}: {words}
            </figcaption>
          </figure>
        ))}
      </div>
      <p class="small soft">Each map is coloured from its own lowest value to its highest, so even a good image has a brightest place.</p>
    </>
  );
}

const isFlat = ({ data }: AnomalyMap) => data.every((value) => value === data[0]);

interface PictureProps {
  readonly url: string;
  readonly name: string;
  readonly map: AnomalyMap | undefined;
  readonly display?: { readonly low: number; readonly high: number } | undefined;
  readonly size: { readonly width: number; readonly height: number } | undefined;
}

/** The image, and over it the map in colours. A file that the browser does not show leaves the map alone. */
function Picture({ url, name, map, display, size }: PictureProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    if (canvas.current && map && size) draw(canvas.current, map, display, size);
  }, [map, display, size]);
  const shape = size ? { aspectRatio: `${size.width} / ${size.height}` } : {};
  return (
    <div class="picture" style={shape}>
      <img src={url} alt={name} onError={({ currentTarget }) => currentTarget.classList.add("unshown")} />
      {map && (
        <canvas
          ref={canvas}
          role="img"
          aria-label={`Heat map of ${name}: the brighter, the more anomalous`}
          style={{ opacity: opacity.value }}
        />
      )}
    </div>
  );
}

function draw(canvas: HTMLCanvasElement, map: AnomalyMap, display: PictureProps["display"], size: { width: number; height: number }): void {
  const scale = Math.min(1, Math.sqrt(mostPixels / (size.width * size.height)));
  const to = { width: Math.max(1, Math.round(size.width * scale)), height: Math.max(1, Math.round(size.height * scale)) };
  const colours = heatMap(upsampleBilinear(map, to), displayRange(map.data, display), 1);
  Object.assign(canvas, to);
  canvas.getContext("2d")!.putImageData(new ImageData(new Uint8ClampedArray(colours), to.width, to.height), 0, 0);
}
