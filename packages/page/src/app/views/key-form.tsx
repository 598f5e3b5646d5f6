import { useRef } from "preact/hooks";
import { keyWanted } from "../call.js";

/** Shown while the server waits for an API key. */
export function KeyForm() {
  const input = useRef<HTMLInputElement>(null);
  if (!keyWanted.value) return null;
  const give = (event: Event) => {
    event.preventDefault();
    keyWanted.value?.(input.current?.value ?? "");
  };
  return (
    <form class="card row" onSubmit={give}>
      <label>
        API key of this server <input ref={input} type="password" autocomplete="off" required />
      </label>
      <button type="submit">Continue</button>
    </form>
  );
}
