import { REASONS, type ReasonCode } from "../../src/signatures/index.js";
import { visible } from "../../src/report/escape.js";

/**
 * What is compared: Git's split into payload and signature, the verdict by the reference clock, the verdict had it been
 * asked a second after signing, how the signature stands by the reference clock, whether the signer is the committer,
 * and whether the trusted keys can be read.
 */
export type Question = "split" | "verdict" | "verdict-when-signed" | "standing-now" | "identity" | "keys";

/** One answer of ours that is not the reference's. */
export interface Disagreement {
  readonly set: "corpus" | "adversarial";
  /** The object's id, or the case's name. */
  readonly name: string;
  /** `strict`: as without a policy; `history`: with every weak algorithm let through. */
  readonly rules: "strict" | "history";
  readonly question: Question;
  readonly theirs: string;
  readonly ours: string;
  readonly reason: ReasonCode | null;
  /** What the row of docs/signatures.md that says why begins with or holds; `null`: it is a defect. */
  readonly documented: string | null;
}

/** Where we differ on purpose. */
interface Choice {
  /** Stands in a table row of docs/signatures.md, which says why. */
  readonly row: string;
  readonly questions: readonly Question[];
  readonly theirs: readonly string[];
  readonly reasons: readonly ReasonCode[];
}

const VERDICTS: readonly Question[] = ["verdict", "verdict-when-signed"];

export const CHOICES: readonly Choice[] = [
  {
    // Also where the key is not known: adding it would not help.
    row: "MD5, SHA-1, RIPEMD-160",
    questions: VERDICTS,
    theirs: ["good", "unknown-key"],
    reasons: ["weak-digest"],
  },
];

/** The row that documents a disagreement, where one does. */
export function choiceFor(question: Question, theirs: string, reason: ReasonCode): string | null {
  const fits = ({ questions, theirs: found, reasons }: Choice): boolean =>
    questions.includes(question) && found.includes(theirs) && reasons.includes(reason);
  return CHOICES.find(fits)?.row ?? null;
}

/** One line for people. What the sets name is escaped: strangers wrote it. */
export function lineOf({
  set,
  name,
  rules,
  question,
  theirs,
  ours,
  reason,
  documented,
}: Disagreement): string {
  const why = documented === null ? "NOT DOCUMENTED" : `documented: ${documented}`;
  const because = reason === null ? "" : ` (${reason}: ${REASONS[reason].meaning})`;
  return visible(`${set} ${name} [${rules}] ${question}: theirs ${theirs}, ours ${ours}${because} · ${why}`);
}
