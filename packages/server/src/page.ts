// The human page: one self-contained document. Long because it is markup, style and script of one screen.

export const style = `
:root { color-scheme: light dark; --ink: light-dark(#1d1f24, #e9e7e2); --soft: light-dark(#6a6e78, #9b9ca3); --paper: light-dark(#f7f6f3, #16171b);
  --card: light-dark(#fff, #1f2126); --line: light-dark(#dddad3, #35373e); --accent: light-dark(#b3401f, #f29b5b); }
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 16px/1.5 system-ui, sans-serif; }
main { max-width: 60rem; margin: 0 auto; padding: 2rem 1.25rem 3rem; }
h1 { font-size: 1.5rem; margin: 0; letter-spacing: -.01em; }
p { margin: .25rem 0 0; }
.soft { color: var(--soft); }
.small { font-size: .875rem; }
#drop { display: block; margin: 1.5rem 0 1rem; padding: 2rem 1rem; border: 2px dashed var(--line); border-radius: 12px; text-align: center; cursor: pointer; background: var(--card); }
#drop:hover, #drop.over, #drop:focus-within { border-color: var(--accent); }
#drop b { color: var(--accent); }
#file { position: absolute; opacity: 0; width: 1px; height: 1px; }
label.row { display: flex; gap: .75rem; align-items: center; }
select { font: inherit; color: inherit; background: var(--card); border: 1px solid var(--line); border-radius: 8px; padding: .35rem .6rem; max-width: 100%; }
#result { display: grid; grid-template-columns: minmax(0, 3fr) minmax(15rem, 2fr); gap: 1.5rem; margin-top: 1.5rem; align-items: start; }
#result[hidden] { display: none; }
@media (max-width: 42rem) { #result { grid-template-columns: 1fr; } }
figure { margin: 0; position: relative; border-radius: 12px; overflow: hidden; background: var(--card); border: 1px solid var(--line); line-height: 0; }
figure img { width: 100%; height: auto; max-height: 60vh; object-fit: contain; }
#overlay { position: relative; }
#bare { position: absolute; inset: 0; height: 100%; }
dl { margin: 0; background: var(--card); border: 1px solid var(--line); border-radius: 12px; padding: 1rem 1.25rem; }
dt { color: var(--soft); font-size: .875rem; }
dd { margin: 0 0 .9rem; }
#score { font-size: 2.5rem; line-height: 1.1; font-weight: 600; font-variant-numeric: tabular-nums; }
input[type=range] { width: 100%; accent-color: var(--accent); }
#message { margin-top: 1rem; min-height: 1.5rem; }
#message.fault { color: var(--accent); }
footer { margin-top: 2.5rem; padding-top: 1rem; border-top: 1px solid var(--line); }
a { color: inherit; }
`;

export const script = `
const byId = (id) => document.getElementById(id);
const model = document.documentElement.dataset.model;
const message = (text, fault = false) => { byId("message").textContent = text; byId("message").classList.toggle("fault", fault); };
let file, run = 0;

fetch("v2/models/" + encodeURIComponent(model)).then((r) => r.json()).then(({ parameters }) => {
  for (const name of parameters.classes) byId("class").append(new Option(name, name));
  byId("about").textContent = parameters.classes.length + " classes, " + parameters.encoder + " at " + parameters.input_size + " px, preset " + parameters.preset;
}).catch(() => message("The model cannot be asked. Is the server still running?", true));

async function judge() {
  if (!file) return;
  const mine = ++run;
  message("Looking at " + file.name + " \\u2026");
  const form = new FormData();
  if (byId("class").value) form.append("class", byId("class").value);
  form.append("heatmap", "true");
  form.append("image", file);
  try {
    const response = await fetch("predict", { method: "POST", body: form });
    const answer = await response.json();
    if (mine !== run) return;
    if (!response.ok) { byId("result").hidden = true; return message(answer.error.message, true); }
    show(answer);
  } catch { if (mine === run) message("The server did not answer. Try again.", true); }
}

function show(answer) {
  byId("overlay").src = "data:image/png;base64," + answer.heatmap;
  const bare = byId("bare");
  if (bare.src) URL.revokeObjectURL(bare.src);
  bare.src = URL.createObjectURL(file);
  byId("score").textContent = answer.score.toPrecision(4);
  byId("name").textContent = answer.class + (answer.class_given ? " (given)" : " (predicted)");
  byId("size").textContent = answer.width + " \\u00d7 " + answer.height + " px";
  byId("time").textContent = Math.round(answer.timing.total + (answer.timing.draw || 0)) + " ms";
  byId("result").hidden = false;
  message(file.name);
}

const take = (files) => { if (files.length > 0) { file = files[0]; judge(); } };
byId("file").addEventListener("change", (e) => { take(e.target.files); e.target.value = ""; });
byId("class").addEventListener("change", judge);
byId("opacity").addEventListener("input", (e) => { byId("overlay").style.opacity = e.target.value / 100; });
addEventListener("dragover", (e) => { e.preventDefault(); byId("drop").classList.add("over"); });
addEventListener("dragleave", (e) => { if (!e.relatedTarget) byId("drop").classList.remove("over"); });
addEventListener("drop", (e) => { e.preventDefault(); byId("drop").classList.remove("over"); take(e.dataTransfer.files); });
addEventListener("paste", (e) => take(e.clipboardData.files));
`;

/** The page for a model of this name. */
export function page(modelName: string): string {
  const name = modelName.replace(/[&<>"']/g, (c) => `&#${c.charCodeAt(0)};`);
  return `<!doctype html>
<html lang="en" data-model="${name}">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${name} · anomaly detection</title>
<link rel="icon" href="data:,">
<style>${style}</style>
<main>
  <h1>Is something wrong with this part?</h1>
  <p class="soft" id="about">&nbsp;</p>
  <label id="drop"><input type="file" id="file" accept="image/png,image/jpeg,image/webp,image/tiff,image/gif">
    <b>Choose an image</b>, drop it anywhere, or paste it<br><span class="soft small">PNG, JPEG, WebP, TIFF or GIF; it does not leave this server</span></label>
  <label class="row small"><span class="soft">Class</span><select id="class"><option value="">let the model decide</option></select></label>
  <p id="message" role="status"></p>
  <section id="result" hidden>
    <figure><img id="bare" alt="the image"><img id="overlay" alt="the image with its anomaly map: the brighter, the more anomalous"></figure>
    <dl>
      <dt>Anomaly score, higher is more anomalous</dt><dd id="score"></dd>
      <dt>Class</dt><dd id="name"></dd>
      <dt><label for="opacity">Heat map</label></dt><dd><input type="range" id="opacity" min="0" max="100" value="100"></dd>
      <dt>Image</dt><dd id="size"></dd>
      <dt>Time</dt><dd id="time"></dd>
    </dl>
  </section>
  <footer class="soft small">Model ${name} · for programs: <a href="openapi.json">openapi.json</a>, <code>POST /predict</code>, <a href="v2/models/${encodeURIComponent(modelName)}">Open Inference Protocol</a></footer>
</main>
<script>${script}</script>
</html>
`;
}
