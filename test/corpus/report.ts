import { compareAdversarial } from "./adversarial.js";
import type { Disagreement } from "./disagreement.js";
import { compareCorpus } from "./real.js";
import { readAdversarial, readCorpus } from "./sets.js";

export interface Summary {
  /** How many objects or cases were compared; `null`: the set is not there. */
  readonly corpus: number | null;
  readonly adversarial: number | null;
  /** Cases of the adversarial set whose expectation is a choice of policy. */
  readonly policyCases: number;
  readonly documented: number;
  readonly undocumented: number;
}

export interface Comparison {
  readonly disagreements: readonly Disagreement[];
  readonly summary: Summary;
}

/** Compares the sets in these folders with their reference answers as of `at`. Throws where a set cannot be read. */
export async function compareSets(
  folders: { readonly corpus: string; readonly adversarial: string },
  at: Date,
): Promise<Comparison> {
  const [corpus, cases] = [await readCorpus(folders.corpus), await readAdversarial(folders.adversarial)];
  const disagreements = [
    ...(corpus === null ? [] : compareCorpus(corpus, at)),
    ...(cases === null ? [] : compareAdversarial(cases, at)),
  ];
  const documented = disagreements.filter((one) => one.documented !== null).length;
  const summary = {
    corpus: corpus?.entries.length ?? null,
    adversarial: cases?.length ?? null,
    policyCases: (cases ?? []).filter(({ policy }) => policy !== null).length,
    documented,
    undocumented: disagreements.length - documented,
  };
  return { disagreements, summary };
}

/** One sentence a set, and one on the outcome. */
export function summaryLines({
  corpus,
  adversarial,
  policyCases,
  documented,
  undocumented,
}: Summary): string[] {
  const counted = (count: number | null, what: string): string =>
    count === null ? `${what}: not there, so not compared.` : `${what}: ${count} compared.`;
  return [
    counted(corpus, "Real objects"),
    `${counted(adversarial, "Adversarial cases")} ${policyCases} of them ask for a choice of policy.`,
    `Disagreements: ${undocumented} not documented, ${documented} documented in docs/signatures.md.`,
  ];
}
