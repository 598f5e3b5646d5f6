/** A number in IEEE half precision: 11 significant bits, quanta of 2^-24 below 2^-14. Ties, which random numbers have none of, go up. */
export function halved(x: number): number {
  const quantum = 2 ** (Math.max(-14, Math.floor(Math.log2(Math.abs(x)))) - 10);
  return x === 0 ? 0 : Math.round(x / quantum) * quantum;
}
