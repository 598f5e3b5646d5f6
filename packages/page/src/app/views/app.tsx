import { useEffect } from "preact/hooks";
import { config, device, facts, message, modelName, selected, take } from "../state.js";
import { KeyForm } from "./key-form.js";
import { DriftCard } from "./drift-card.js";
import { Intake } from "./intake.js";
import { LimitSlider } from "./limit-slider.js";
import { ModelCard } from "./model-card.js";
import { ResultsGrid } from "./results-grid.js";
import { Settings } from "./settings.js";
import { VerdictCard } from "./verdict-card.js";
import { Viewer } from "./viewer.js";

/** The whole page. */
export function App() {
  useDropsAnywhere();
  return (
    <main>
      <header>
        <h1>Is something wrong with this part?</h1>
        <p class="soft">{aboutModel()}</p>
      </header>
      <KeyForm />
      <Intake />
      <Settings />
      <p role="status" class={message.value.isFault ? "fault" : undefined} id="message">
        {message.value.text}
      </p>
      {selected.value && (
        <section class="result" aria-label={`Result of ${selected.value.file.name}`}>
          <Viewer result={selected.value} />
          <div class="side">
            <VerdictCard result={selected.value} />
            <LimitSlider result={selected.value} />
          </div>
        </section>
      )}
      <ResultsGrid />
      <DriftCard />
      <ModelCard />
      <Footer />
    </main>
  );
}

function aboutModel(): string {
  const about = facts.value;
  if (!about) return "\u00a0";
  const { classes, encoder, features } = about;
  const count = classes.length === 1 ? "1 class" : `${classes.length} classes`;
  const place = config.value?.predict === undefined || device.value === "on" ? "in this browser" : "on the server";
  return `Model ${modelName.value}: ${count}, ${encoder.name} at ${features.inputSize} px. Images are judged ${place}.`;
}

function Footer() {
  if (config.value?.predict === undefined) return <footer class="soft small">Images stay on this device.</footer>;
  return (
    <footer class="soft small">
      For programs: <a href="docs">the API</a>, <code>POST /predict</code>,{" "}
      <a href={`v2/models/${encodeURIComponent(modelName.value)}`}>Open Inference Protocol</a>
    </footer>
  );
}

/** Images may be dropped or pasted anywhere on the page. */
function useDropsAnywhere(): void {
  useEffect(() => {
    const over = (event: DragEvent) => event.preventDefault();
    const drop = (event: DragEvent) => {
      event.preventDefault();
      if (event.dataTransfer) void filesOfDrop(event.dataTransfer).then((files) => take(files));
    };
    const paste = ({ clipboardData }: ClipboardEvent) => {
      if (clipboardData && clipboardData.files.length > 0) take(clipboardData.files);
    };
    addEventListener("dragover", over);
    addEventListener("drop", drop);
    addEventListener("paste", paste);
    return () => {
      removeEventListener("dragover", over);
      removeEventListener("drop", drop);
      removeEventListener("paste", paste);
    };
  }, []);
}

/** The files of what was dropped; those of a folder too. */
async function filesOfDrop({ items, files }: DataTransfer): Promise<File[]> {
  const entries = [...items].map((item) => item.webkitGetAsEntry()).filter((entry) => entry !== null);
  return entries.length === 0 ? [...files] : (await Promise.all(entries.map(filesOfEntry))).flat();
}

async function filesOfEntry(entry: FileSystemEntry): Promise<File[]> {
  if (entry.isFile) return [await new Promise<File>((resolve, reject) => (entry as FileSystemFileEntry).file(resolve, reject))];
  const reader = (entry as FileSystemDirectoryEntry).createReader();
  const all: FileSystemEntry[] = [];
  for (let some = await readSome(reader); some.length > 0; some = await readSome(reader)) all.push(...some);
  return (await Promise.all(all.map(filesOfEntry))).flat();
}

function readSome(reader: FileSystemDirectoryReader): Promise<FileSystemEntry[]> {
  return new Promise((resolve, reject) => reader.readEntries(resolve, reject));
}
