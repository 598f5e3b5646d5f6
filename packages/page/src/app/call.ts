import { signal } from "@preact/signals";

/** Set while the server waits for an API key; calling it continues with the key. */
export const keyWanted = signal<((key: string) => void) | undefined>(undefined);

/** The key is forgotten with the tab. */
const stored = "ltad-key";

/** Calls the server, with a key where it wants one. */
export async function call(url: string, options: RequestInit = {}): Promise<Response> {
  const response = await fetch(url, { ...options, headers: keyHeader() });
  if (response.status !== 401) return response;
  const key = await new Promise<string>((resolve) => (keyWanted.value = resolve));
  keyWanted.value = undefined;
  sessionStorage.setItem(stored, key);
  return call(url, options);
}

export function keyHeader(): Record<string, string> {
  const key = sessionStorage.getItem(stored);
  return key === null ? {} : { authorization: `Bearer ${key}` };
}
