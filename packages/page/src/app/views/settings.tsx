import { chooseModel, chosenClass, config, device, facts, judgeAgain, loadedShare, message, modelName, runOnDevice } from "../state.js";

/** What the next images are judged with. */
export function Settings() {
  const models = config.value?.models ?? [];
  return (
    <section class="settings row" aria-label="Settings">
      {models.length > 1 && (
        <label>
          Model{" "}
          <select value={modelName.value} onChange={({ currentTarget }) => void choose(currentTarget.value)}>
            {models.map(({ name }) => (
              <option key={name}>{name}</option>
            ))}
          </select>
        </label>
      )}
      <label>
        Class{" "}
        <select value={chosenClass.value} onChange={({ currentTarget }) => chooseClass(currentTarget.value)}>
          <option value="">let the model decide</option>
          {facts.value?.classes.map(({ name }) => (
            <option key={name} value={name}>
              {name}
            </option>
          ))}
        </select>
      </label>
      {config.value?.predict !== undefined && (
        <label>
          <input
            type="checkbox"
            checked={device.value !== "off"}
            onChange={({ currentTarget }) => void runOnDevice(currentTarget.checked)}
          />{" "}
          Run on this device
        </label>
      )}
      {device.value === "loading" && <progress value={loadedShare.value} aria-label="Loading the model" />}
    </section>
  );
}

function chooseClass(name: string): void {
  chosenClass.value = name;
  judgeAgain();
}

async function choose(name: string): Promise<void> {
  await chooseModel(name).catch((error: Error) => (message.value = { text: error.message, isFault: true }));
}
