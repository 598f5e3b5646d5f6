import { expect, it } from "vitest";
import { strictPage } from "./content-policy.js";

it("strictPage turns inline scripts into files and names the policy", () => {
  const page = strictPage(
    '<head>\n    <meta charset="utf-8">\n<script id="check-dark-mode">(()=>{})();</script><script src="/x.js"></script></head>',
  );
  expect(page).toContain('<script src="/assets/check-dark-mode.js"></script><script src="/x.js"></script>');
  expect(page).toContain("default-src 'self'");
  expect(page).not.toMatch(/<script[^>]*>[^<]/);
});
