/** The smallest value that at least `percent` of a hundred are not above (nearest rank). @throws where there are none */
export function percentile(values: readonly number[], percent: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  const value = sorted[Math.max(0, Math.ceil((sorted.length * percent) / 100) - 1)];
  if (value === undefined) throw new Error("there is no percentile of nothing");
  return value;
}

export const median = (values: readonly number[]): number => percentile(values, 50);
