import { expect, it } from "vitest";
import { html, raw } from "./html.js";

it("escapes what it is given, in content and in attributes", () => {
  const name = `</td><script>alert("1")</script>' onload=\`x\` &amp;`;
  const { markup } = html`<td title="${name}">${name}</td>`;
  expect(markup.match(/</g)).toHaveLength(2);
  expect(markup.match(/"/g)).toHaveLength(2);
  expect(markup).not.toMatch(/['`]/);
  expect(markup).toContain("&amp;amp;");
});

it("passes markup, joins lists and drops what is not there", () => {
  expect(html`a${html`<b>${1}</b>`}${[html`<hr />`, "<"]}${null}${undefined}${false}${raw("<hr>")}${0}`.markup).toBe(
    "a<b>1</b><hr />&lt;<hr>0",
  );
});

it("makes characters that turn text around or are not seen visible", () => {
  expect(html`${"a\u202Eb\u0007c\u2066"}`.markup).toBe("a\ufffdb\ufffdc\ufffd");
});
