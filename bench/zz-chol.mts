import { choleskyInverse } from "../packages/features/src/log-likelihood.js";
import { addInto, columnSums } from "../packages/features/src/accumulate.js";
const n = 368; const b = Float64Array.from({ length: n * n }, () => Math.random() - .5); const a = new Float64Array(n * n);
for (let i = 0; i < n; i++) for (let j = 0; j < n; j++) { let s = i === j ? 1 : 0; for (let k = 0; k < n; k++) s += b[i * n + k]! * b[j * n + k]!; a[i * n + j] = s; }
const cpu = () => { const c = process.cpuUsage(); return (c.user + c.system) / 1e6; };
const t = (name: string, f: () => void, k = 10) => { f(); const s = cpu(); for (let i = 0; i < k; i++) f(); console.log(name, ((cpu() - s) / k * 1e3).toFixed(1), "ms"); };
t("chol", () => choleskyInverse(a, n));
const d = new Float64Array(212000), f = new Float32Array(212000), e = new Float64Array(212000);
t("addInto 64", () => addInto(d, e)); t("addInto 32", () => addInto(d, f)); t("addInto 64", () => addInto(d, e)); t("addInto 64 x", () => addInto(d, e, -1));
const big = new Float32Array(8 * 212000 - 8 * 212000 % 368); t("columnSums", () => columnSums(big, 368));
const big2 = new Float64Array(212000 - 212000 % 368); t("columnSums64", () => columnSums(big2, 368)); t("columnSums", () => columnSums(big, 368));
t("from", () => Float64Array.from(f)); t("new", () => new Float64Array(f)); t("map", () => d.map((x) => x * 2));
