const n = 368; const b = Float64Array.from({ length: n * n }, () => Math.random() - .5); const a = new Float64Array(n * n);
for (let i = 0; i < n; i++) for (let j = 0; j < n; j++) { let s = i === j ? 1 : 0; for (let k = 0; k < n; k++) s += b[i * n + k]! * b[j * n + k]!; a[i * n + j] = s; }
const cpu = () => { const c = process.cpuUsage(); return (c.user + c.system) / 1e6; };
const t = (name: string, f: () => void, k = 10) => { f(); const s = cpu(); for (let i = 0; i < k; i++) f(); console.log(name, ((cpu() - s) / k * 1e3).toFixed(1), "ms"); };
function dot(m: Float64Array, at: number, bt: number, count: number): number {
  let s0 = 0, s1 = 0, s2 = 0, s3 = 0; let k = 0;
  for (; k + 3 < count; k += 4) { s0 += m[at + k]! * m[bt + k]!; s1 += m[at + k + 1]! * m[bt + k + 1]!; s2 += m[at + k + 2]! * m[bt + k + 2]!; s3 += m[at + k + 3]! * m[bt + k + 3]!; }
  for (; k < count; k++) s0 += m[at + k]! * m[bt + k]!;
  return s0 + s1 + s2 + s3;
}
function factor(a: Float64Array) {
  const l = new Float64Array(n * n);
  for (let i = 0; i < n; i++) for (let j = 0; j <= i; j++) { const v = a[i * n + j]! - dot(l, i * n, j * n, j); l[i * n + j] = i === j ? Math.sqrt(v) : v / l[j * n + j]!; }
  return l;
}
function inverseT(l: Float64Array) { // columns of L^-1 as rows: u[c][r] for r>=c ; x_r = (d - dot(L[r, c..r-1], u[c, c..r-1]))/L[r,r]
  const u = new Float64Array(n * n);
  const both = (r: number, c: number, count: number) => { let s0=0,s1=0,s2=0,s3=0,k=0; const x=r*n+c,y=c*n+c; for(;k+3<count;k+=4){s0+=l[x+k]!*u[y+k]!;s1+=l[x+k+1]!*u[y+k+1]!;s2+=l[x+k+2]!*u[y+k+2]!;s3+=l[x+k+3]!*u[y+k+3]!;} for(;k<count;k++)s0+=l[x+k]!*u[y+k]!; return s0+s1+s2+s3; };
  for (let c = 0; c < n; c++) { u[c * n + c] = 1 / l[c * n + c]!; for (let r = c + 1; r < n; r++) u[c * n + r] = -both(r, c, r - c) / l[r * n + r]!; }
  return u;
}
const l = factor(a);
t("factor", () => factor(a)); t("inverseT", () => inverseT(l));
t("loop map", () => { const d = new Float64Array(212000); for (let i = 0; i < d.length; i++) d[i] = d[i]! * 2; });
