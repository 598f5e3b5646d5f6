// @ts-check
// The script of the page. It runs in the browser, within the page: see page.ts.

/**
 * An element of page.html.
 * @template {HTMLElement} T
 * @param {string} id
 * @param {new () => T} type
 * @returns {T}
 */
function element(id, type) {
  const found = document.getElementById(id);
  if (found instanceof type) return found;
  throw new Error(`The page has no ${type.name} "${id}".`);
}

const page = {
  about: element("about", HTMLElement),
  drop: element("drop", HTMLElement),
  file: element("file", HTMLInputElement),
  class: element("class", HTMLSelectElement),
  message: element("message", HTMLElement),
  result: element("result", HTMLElement),
  bare: element("bare", HTMLImageElement),
  overlay: element("overlay", HTMLImageElement),
  opacity: element("opacity", HTMLInputElement),
  score: element("score", HTMLElement),
  name: element("name", HTMLElement),
  size: element("size", HTMLElement),
  time: element("time", HTMLElement),
  decision: element("decision", HTMLElement),
};

/** The key of a server that has keys; it is asked for when it is needed, and forgotten with the tab. */
const storedKey = "ltad-key";

/**
 * Calls the server, with a key where it wants one.
 * @param {string} url
 * @param {RequestInit} [options]
 * @returns {Promise<Response>}
 */
async function call(url, options = {}) {
  const key = sessionStorage.getItem(storedKey);
  const response = await fetch(url, { ...options, headers: key ? { authorization: `Bearer ${key}` } : {} });
  if (response.status !== 401) return response;
  const given = prompt("This server needs an API key:");
  if (!given) return response;
  sessionStorage.setItem(storedKey, given);
  return call(url, options);
}

/** @type {File | undefined} */
let file;
/** Counts the images, so that a late answer to an earlier one is dropped. */
let run = 0;

/** @param {string} text */
function say(text, isFault = false) {
  page.message.textContent = text;
  page.message.classList.toggle("fault", isFault);
}

/** Fills in the classes and the line about the model. */
async function describeModel() {
  const name = document.documentElement.dataset["model"] ?? "";
  const response = await call(`v2/models/${encodeURIComponent(name)}`);
  /** @type {{ parameters: { classes: string[], encoder: string, input_size: number, preset: string } }} */
  const { parameters } = await response.json();
  const { classes, encoder, input_size: size, preset } = parameters;
  for (const one of classes) page.class.append(new Option(one, one));
  const count = classes.length === 1 ? "1 class" : `${classes.length} classes`;
  page.about.textContent = `${count}, ${encoder} at ${size} px, preset ${preset}`;
}

/** Sends the image and shows the answer, unless another image was sent meanwhile. */
async function judge() {
  if (!file) return;
  const sent = file;
  const mine = ++run;
  say(`Looking at ${sent.name} …`);
  const form = new FormData();
  if (page.class.value) form.append("class", page.class.value);
  form.append("heatmap", "true");
  form.append("image", sent);
  try {
    const response = await call("predict", { method: "POST", body: form });
    const answer = await response.json();
    if (mine !== run) return;
    if (response.ok) return show(answer, sent);
    page.result.hidden = true;
    say(answer.error.message, true);
  } catch {
    if (mine === run) say("The server did not answer. Try again.", true);
  }
}

/**
 * @typedef {object} Answer what POST /predict answers with heatmap=true
 * @property {number} score
 * @property {boolean} [is_anomalous]
 * @property {number} [threshold]
 * @property {number} [p_value]
 * @property {string} class
 * @property {boolean} class_given
 * @property {number} width
 * @property {number} height
 * @property {string} heatmap
 * @property {{ total: number }} timing
 */

/**
 * @param {Answer} answer
 * @param {File} sent
 */
function show(answer, sent) {
  page.overlay.src = `data:image/png;base64,${answer.heatmap}`;
  if (page.bare.src) URL.revokeObjectURL(page.bare.src);
  page.bare.hidden = false;
  page.bare.src = URL.createObjectURL(sent);
  page.overlay.style.opacity = String(Number(page.opacity.value) / 100);
  page.decision.textContent = decisionOf(answer);
  page.decision.className = answer.is_anomalous ? "bad" : "good";
  page.decision.hidden = answer.is_anomalous === undefined;
  page.score.textContent = answer.score.toPrecision(4);
  page.name.textContent = `${answer.class} ${answer.class_given ? "(given)" : "(predicted)"}`;
  page.size.textContent = `${answer.width} × ${answer.height} px`;
  page.time.textContent = `${Math.round(answer.timing.total)} ms`;
  page.result.hidden = false;
  say(sent.name);
}

/**
 * @param {Answer} answer
 * @returns {string}
 */
function decisionOf({ is_anomalous: isAnomalous, threshold, p_value: p }) {
  const limit = threshold === undefined ? "" : `; the threshold is ${threshold.toPrecision(4)}`;
  const share = p === undefined ? "" : `, p = ${p.toPrecision(2)}`;
  return `${isAnomalous ? "Not OK" : "OK"}${limit}${share}`;
}

// A browser that cannot show the file, as most cannot show TIFF: the overlay, which is a PNG, is shown alone and whole.
page.bare.addEventListener("error", () => {
  page.bare.hidden = true;
  page.overlay.style.opacity = "1";
});

/** @param {FileList | null | undefined} files */
function take(files) {
  const first = files?.[0];
  if (!first) return;
  file = first;
  void judge();
}

page.file.addEventListener("change", () => {
  take(page.file.files);
  page.file.value = ""; // so that the same file can be chosen again
});
page.class.addEventListener("change", () => void judge());
page.opacity.addEventListener("input", () => {
  page.overlay.style.opacity = String(Number(page.opacity.value) / 100);
});
addEventListener("dragover", (event) => {
  event.preventDefault();
  page.drop.classList.add("over");
});
addEventListener("dragleave", (event) => {
  if (!event.relatedTarget) page.drop.classList.remove("over");
});
addEventListener("drop", (event) => {
  event.preventDefault();
  page.drop.classList.remove("over");
  take(event.dataTransfer?.files);
});
addEventListener("paste", (event) => take(event.clipboardData?.files));

describeModel().catch(() => say("The server did not describe its model. Is it still running?", true));
