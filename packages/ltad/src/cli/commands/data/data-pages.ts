import { eachAtOnce, isLtadError, type JobOptions, writeFileAtomic } from "@ltad/core";
import { count } from "@ltad/core/format";
import { type ClassData, type Dataset, type Examination, type ImageLimits, isGood, type Remark, thumbnail } from "@ltad/data";
import { type Html, html, raw, style } from "@ltad/evaluate/report";

const ownStyle = `
.examples { display: grid; grid-template-columns: repeat(auto-fill, minmax(132px, 1fr)); gap: 14px; margin: 14px 0 34px; }
.examples img { width: 100%; height: 132px; object-fit: contain; background: var(--wash); border-radius: 5px; display: block; }
.examples figcaption { color: var(--faint); font-size: 12px; overflow-wrap: anywhere; margin-top: 5px; }
.pair { display: grid; grid-template-columns: 1fr 1fr; gap: 4px; }
.findings li { margin-bottom: 6px; overflow-wrap: anywhere; }
.matters { font-weight: 600; }
`;
const side = 220;
const mostSuspects = 200;
const examplesOf = { train: 3, good: 1, defective: 2 };

/** A page of class sizes with example images of each class. */
export async function writeStatsPage(path: string, dataset: Dataset, job: JobOptions & ImageLimits): Promise<void> {
  const most = Math.max(...dataset.classes.map(({ train }) => train.length));
  const examples = dataset.classes.map((data) => ({ data, items: examplesIn(data) }));
  const pictures = await picturesOf(
    examples.flatMap(({ items }) => items.map(({ file }) => file)),
    job,
  );
  const body = html`<h2>Images to train on</h2>
    <div class="bars">${[...dataset.classes].sort((a, b) => b.train.length - a.train.length).map((data) => bar(data, most))}</div>
    ${examples.map(
      ({ data, items }) =>
        html`<h2>${data.name}</h2>
          <div class="examples">${items.map(({ id, file, what }) => figure(pictures.get(file), `${what}: ${id}`))}</div>`,
    )}`;
  await writePage(path, dataset, body);
}

/** A page of what a check found, with the images to look at. */
export async function writeCheckPage(
  path: string,
  dataset: Dataset,
  { lines, remarks, suspects }: Examination,
  job: JobOptions & ImageLimits,
): Promise<void> {
  const seen = suspects.slice(0, mostSuspects);
  const pictures = await picturesOf(
    seen.flatMap(({ file, beside }) => [file, ...(beside ? [beside.file] : [])]),
    job,
  );
  const body = html`<h2>Findings</h2>
    <ul class="findings">
      ${lines.map(({ text, matters }) => html`<li class="${matters ? "matters" : "soft"}">${text}</li>`)}
    </ul>
    ${remarks.filter(({ files = [] }) => files.length > 3).map(wholeList)} ${seen.length > 0 && html`<h2>Images to look at</h2>`}
    <div class="examples">
      ${seen.map(({ id, file, why, beside }) =>
        beside
          ? html`<figure>
              <div class="pair">${image(pictures.get(file))}${image(pictures.get(beside.file))}</div>
              <figcaption>${id}: ${why}</figcaption>
            </figure>`
          : figure(pictures.get(file), `${id}: ${why}`),
      )}
    </div>
    ${suspects.length > seen.length && html`<p class="soft">${count(suspects.length - seen.length)} more are not shown.</p>`}`;
  await writePage(path, dataset, body);
}

/** All names of a remark that the findings shorten. */
function wholeList({ at, text, files = [] }: Remark): Html {
  return html`<details class="findings">
    <summary>${at}: all ${count(files.length)} files ${text}</summary>
    <ul>
      ${files.map((file) => html`<li>${file}</li>`)}
    </ul>
  </details>`;
}

async function writePage(path: string, { root, readAs }: Dataset, body: Html): Promise<void> {
  const page = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>${root}</title>
        <style>
          ${raw(style + ownStyle)}
        </style>
      </head>
      <body>
        <main>
          <p class="eyebrow">LTAD data set</p>
          <h1>${root}</h1>
          <p class="lead">${readAs}</p>
          ${body}
        </main>
      </body>
    </html>`;
  await writeFileAtomic(path, `${page.markup}\n`);
}

function bar({ name, train }: ClassData, most: number): Html {
  const width = (100 * train.length) / most;
  return html`<div class="label" title="${name}">${name}</div>
    <div class="track">
      <div class="bar high" style="width: ${width.toFixed(1)}%"></div>
      <span>${count(train.length)}</span>
    </div>`;
}

function figure(source: string | undefined, caption: string): Html {
  return html`<figure>
    ${image(source)}
    <figcaption>${caption}</figcaption>
  </figure>`;
}

function image(source: string | undefined): Html {
  return html`<img alt="" src="${source ?? ""}" />`;
}

function examplesIn({ train, test }: ClassData): { id: string; file: string; what: string }[] {
  const good = test.filter(isGood);
  const defective = test.filter((item) => !isGood(item));
  return [
    ...spread(train, examplesOf.train).map((item) => ({ ...item, what: "training" })),
    ...spread(good, examplesOf.good).map((item) => ({ ...item, what: "good" })),
    ...spread(defective, examplesOf.defective).map((item) => ({ ...item, what: item.label })),
  ];
}

function spread<T>(items: readonly T[], most: number): T[] {
  const chosen = Math.min(items.length, most);
  return Array.from({ length: chosen }, (_, i) => items[Math.floor((i * items.length) / chosen)]!);
}

/** Small pictures by file; a file that cannot be read has none. */
async function picturesOf(
  files: readonly string[],
  { signal, onProgress, ...limits }: JobOptions & ImageLimits,
): Promise<Map<string, string>> {
  const pictures = new Map<string, string>();
  const all = [...new Set(files)];
  await eachAtOnce(
    all,
    async (file) => {
      const picture = await thumbnail(file, side, limits).catch((error: unknown) => {
        if (isLtadError(error)) return "";
        throw error;
      });
      pictures.set(file, picture);
      onProgress?.({ phase: "draw pictures", done: pictures.size, total: all.length, unit: "images" });
    },
    { signal },
  );
  return pictures;
}
