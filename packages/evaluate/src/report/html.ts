/** Markup that is safe to put into a page: made only by {@link html} and {@link raw}. */
export class Html {
  constructor(readonly markup: string) {}

  toString(): string {
    return this.markup;
  }
}

type Value = Html | string | number | null | undefined | false | readonly Value[];

/**
 * A template that escapes. Names of classes, files and folders are strangers' text: only {@link Html} passes as it is,
 * `null`, `undefined` and `false` vanish, lists are joined.
 */
export function html(parts: TemplateStringsArray, ...values: readonly Value[]): Html {
  return new Html(parts.reduce((out, part, i) => out + markupOf(values[i - 1]) + part));
}

/** Marks text as markup that is known to be safe: our own style sheet, base64. */
export function raw(markup: string): Html {
  return new Html(markup);
}

function markupOf(value: Value): string {
  if (value === null || value === undefined || value === false) return "";
  if (value instanceof Html) return value.markup;
  if (Array.isArray(value)) return value.map(markupOf).join("");
  return escape(String(value));
}

const entities: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;", "`": "&#96;" };

/** Escapes text for element content and quoted attributes; characters that control (but line breaks and tabs) or turn text around become visible marks. */
function escape(text: string): string {
  return text.replace(/[&<>"'`]/g, (c) => entities[c]!).replace(/(?![\n\t])\p{Cc}|\p{Bidi_Control}/gu, "\ufffd");
}
