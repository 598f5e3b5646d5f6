import { scanDataset } from "@ltad/data";
const [folder, opts] = process.argv.slice(2);
try {
const d = await scanDataset(folder === "-" ? undefined : folder, opts ? JSON.parse(opts) : {});
console.log(d.readAs, "|", d.layout, "|", d.classes.slice(0,10).map((c)=>`${c.name} ${c.train.length}/${c.test.filter(t=>t.label==="good").length}+${c.test.filter(t=>t.label!=="good").length} masks ${c.test.filter(t=>t.mask).length}`).join("; "));
console.log("   ids", d.classes[0]!.train[0]!.id, d.classes[0]!.test.at(-1)?.id, String(d.classes[0]!.test.find(t=>t.mask)?.mask));
for (const w of d.warnings) console.log("   -", w);
} catch (e) { console.log("ERR", (e as any).code, (e as Error).message); }
