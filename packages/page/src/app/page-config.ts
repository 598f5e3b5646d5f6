/** What the page talks to: `page.json` beside it. Addresses are relative to the page. */
export interface PageConfig {
  readonly models: readonly {
    readonly name: string;
    /** Folder of the bundle: its model.json tells the limits, and its graphs run on this device. */
    readonly bundle: string;
  }[];
  /** Where images are judged by a server; left out where there is none, and all images are judged on this device. */
  readonly predict?: string;
  /** Where a server says how recent images differ from good ones; left out where there is none. */
  readonly drift?: string;
}

export async function readConfig(call: (url: string) => Promise<Response>): Promise<PageConfig> {
  const response = await call("page.json");
  if (!response.ok) throw new Error(`page.json cannot be fetched: ${response.status}`);
  return (await response.json()) as PageConfig;
}
