import { createHash } from "node:crypto";
import {
  formatOf,
  ProofCache,
  splitObject,
  STRICT_RULES,
  verifyObject,
  WEAKNESSES,
  type SignatureRules,
  type SignatureVerdict,
} from "../../src/signatures/index.js";
import { verdictOf } from "../../src/signatures/reasons.js";
import { choiceFor, type Disagreement, type Question } from "./disagreement.js";
import type { Corpus, Entry } from "./sets.js";

/** What git's tools found. `unchecked`: they were not asked, so nothing may be good. */
type Found =
  | "good"
  | "key-expired"
  | "key-revoked"
  | "signature-expired"
  | "unknown-key"
  | "bad"
  | "unsigned"
  | "unchecked";

/** Lets every weak algorithm through: then only what is mathematically wrong or untrusted is refused. */
const HISTORY_RULES: SignatureRules = {
  ...STRICT_RULES,
  legacy: { allow: WEAKNESSES, signedBefore: Infinity },
};
const RULES = [
  ["strict", STRICT_RULES],
  ["history", HISTORY_RULES],
] as const;

/** Compares every object with its reference answers: the split, and the verdicts under both rules. */
export function compareCorpus({ entries, trust }: Corpus, at: Date): Disagreement[] {
  const cache = new ProofCache(1);
  const unreadable = trust.problems.map((problem): Disagreement => {
    const base = { set: "corpus", name: problem.path, rules: "strict", question: "keys" } as const;
    return { ...base, theirs: "readable", ours: problem.message, reason: null, documented: null };
  });
  return [...unreadable, ...entries.flatMap((entry) => compareEntry(entry))];

  function compareEntry(entry: Entry): Disagreement[] {
    const judge = (instant: Date, rules: SignatureRules): SignatureVerdict =>
      verifyObject(entry, trust, instant, { rules, cache });
    const found = RULES.flatMap(([name, rules]) =>
      compareVerdicts(entry, at, (when) => judge(when, rules), name),
    );
    return [...compareSplit(entry), ...found];
  }
}

function compareSplit({ type, raw, oid, kind, payload_sha256, signature_sha256 }: Entry): Disagreement[] {
  const { payload, signature } = splitObject(type, raw, formatOf(oid) ?? "sha1");
  const ours = signature === null ? "unsigned" : `${sha256(payload)}/${sha256(signature)}`;
  const theirs = kind === "none" ? "unsigned" : `${payload_sha256 ?? ""}/${signature_sha256 ?? ""}`;
  if (ours === theirs) return [];
  const base = { set: "corpus", name: oid, rules: "strict", question: "split" } as const;
  return [{ ...base, theirs, ours, reason: null, documented: null }];
}

function compareVerdicts(
  entry: Entry,
  at: Date,
  verify: (at: Date) => SignatureVerdict,
  rules: Disagreement["rules"],
): Disagreement[] {
  const disagreements: Disagreement[] = [];
  const compare = (question: Question, theirs: Found, ours: SignatureVerdict, agree: boolean): void => {
    if (agree) return;
    const said = question === "standing-now" ? ours.standing.atEvaluation : ours.verdict;
    const documented = choiceFor(question, theirs, ours.reason);
    const { reason } = ours;
    disagreements.push({
      set: "corpus",
      name: entry.oid,
      rules,
      question,
      theirs,
      ours: said,
      reason,
      documented,
    });
  };
  const [then, now, ours] = [foundAtSigning(entry), foundNow(entry), verify(at)];
  compare("verdict", then, ours, agrees(then, ours));
  const signedAt = entry.sig_time ?? entry.signer_time ?? null;
  if (signedAt !== null) {
    const early = verify(new Date((signedAt + 1) * 1000));
    // A verdict that is the same at both instants is one disagreement.
    compare("verdict-when-signed", then, early, agrees(then, early) || early.reason === ours.reason);
  }
  if (ours.verdict === "good") compare("standing-now", now, ours, ours.standing.atEvaluation === now);
  return disagreements;
}

/** Our verdict is on the signature as it was when it was made. */
function agrees(theirs: Found, { verdict, standing }: SignatureVerdict): boolean {
  switch (theirs) {
    case "good":
      return verdict === "good" && verdictOf(standing.atSigning) === "good";
    case "unsigned":
    case "unknown-key":
      return verdict === theirs;
    case "unchecked":
      return verdict !== "good";
    default:
      return verdict === "bad";
  }
}

function foundNow({ kind, verdict, gpg_status }: Entry): Found {
  switch (kind) {
    case "none":
      return "unsigned";
    case "x509":
      return "unchecked";
    case "ssh":
      return verdict === "good" ? "good" : "bad";
    case "pgp":
      return foundByGpg(gpg_status ?? []);
  }
}

function foundAtSigning(entry: Entry): Found {
  const { kind, gpg_status_at_sig_time } = entry;
  if (kind !== "pgp" || (gpg_status_at_sig_time ?? []).length === 0) return foundNow(entry);
  return foundByGpg(gpg_status_at_sig_time ?? []);
}

/** gpg's doc/DETAILS, "General status codes": exactly one of these is written for each signature. */
const GPG_FINDINGS: ReadonlyMap<string, Found> = new Map([
  ["GOODSIG", "good"],
  ["EXPSIG", "signature-expired"],
  ["EXPKEYSIG", "key-expired"],
  ["REVKEYSIG", "key-revoked"],
  ["BADSIG", "bad"],
]);

function foundByGpg(status: readonly string[]): Found {
  const words = status.map((line) => line.split(" ", 1)[0] ?? "");
  const found = words.flatMap((word) => GPG_FINDINGS.get(word) ?? []);
  if (found.length === 0 && words.includes("NO_PUBKEY")) return "unknown-key";
  return found.length === 1 ? (found[0] ?? "bad") : "bad";
}

const sha256 = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");
