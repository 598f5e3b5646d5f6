/** What the page talks to: `page.json` beside it. Addresses are relative to the page. */
export interface PageConfig {
  readonly models: readonly {
    readonly name: string;
    /** Folder of the bundle: its model.json tells the limits, and its graphs run on this device. */
    readonly bundle: string;
  }[];
  /** The server that judges images; without one, all images are judged on this device. */
  readonly predict?: string;
  /** Where a server says how recent images differ from good ones; missing without a server. */
  readonly drift?: string;
}

export async function readConfig(call: (url: string) => Promise<Response>): Promise<PageConfig> {
  const response = await call("page.json");
  if (!response.ok) throw new Error(`page.json cannot be fetched: ${response.status}`);
  return (await response.json()) as PageConfig;
}
