import type { Figure } from "./figure.js";

/** `quick` is a tenth of `full`, for trying the benchmark itself. */
export type Scale = "full" | "quick";

/** Tells whoever waits what is done now. */
export type Say = (line: string) => void;

/** Benchmarks of one part of the product. */
export interface Group {
  /** As it is asked for: `npm run bench -- NAME`. */
  readonly name: string;
  readonly run: (scale: Scale, say: Say) => Promise<readonly Figure[]>;
}
