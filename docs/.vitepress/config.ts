import { slug } from "github-slugger";
import { defineConfig } from "vitepress";
import llmstxt from "vitepress-plugin-llms";
import { strictPage, writeScripts } from "./content-policy.js";
import { repositoryUrl } from "./repository.js";
import { sidebar } from "./sidebar.js";
import { siteLinks } from "./site-link.js";

const description = "Visual anomaly detection for many products with one model, trained only on good images, in Node.js.";

export default defineConfig({
  title: "LTAD for Node.js",
  description,
  lang: "en",
  head: [["link", { rel: "icon", href: "/favicon.svg", type: "image/svg+xml" }]],
  cleanUrls: false,
  srcExclude: ["README.md"],
  metaChunk: true, // site data in a file instead of an inline script
  markdown: {
    anchor: { slugify: slug }, // as GitHub does it: one anchor for both
    attrs: { disable: true }, // {braces} in a sentence are braces
    config: (markdown) => {
      siteLinks(markdown);
      markdown.renderer.rules["softbreak"] = () => " "; // Vue drops a line break between two elements, and their space with it
    },
  },
  themeConfig: {
    search: { provider: "local" },
    nav: [
      { text: "Get started", link: "/getting-started" },
      { text: "How to", link: "/how-to/own-images", activeMatch: "/how-to/" },
      { text: "Benchmarks", link: "/benchmarks" },
      { text: "API", link: "/api/", activeMatch: "/api/" },
    ],
    sidebar: sidebar(),
    outline: [2, 3],
    socialLinks: [{ icon: "github", link: repositoryUrl }],
  },
  transformHtml: (html) => strictPage(html),
  buildEnd: ({ outDir }) => writeScripts(outDir),
  vite: { plugins: [llmstxt()] },
});
