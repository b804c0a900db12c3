import type { Figure } from "./figure.js";

/** `quick` is a tenth of `full`, for trying the benchmark itself. */
export type Scale = "full" | "quick";

/** Benchmarks of one part of the product. */
export interface Group {
  /** As it is asked for: `npm run bench -- NAME`. */
  readonly name: string;
  readonly run: (scale: Scale, say: (line: string) => void) => Promise<readonly Figure[]>;
}
