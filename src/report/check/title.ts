import type { Finding, Outcome } from "../../policy/finding.js";
import { isOutsideFinding } from "../../policy/rules/path-scope.js";
import { isOpen, type SharedFinding } from "../merged.js";
import { counted, OUTSIDE_TITLE, type Verdict } from "../words.js";
import { lowered, phrasesOf, sentence } from "./phrases.js";

/** More would not be read in a list. */
const NAMED = 4;

const VERDICTS: Readonly<Record<Outcome, string>> = {
  passed: "passed",
  failed: "failed",
  waiting: "waiting",
  unknown: "could not be checked",
};

const WOULD: Readonly<Record<Outcome, string>> = {
  passed: "would pass",
  failed: "would fail",
  waiting: "would wait",
  unknown: "could not be checked",
};

/**
 * The title of a check run: its verdict, and what is most useful to know about it, in our own words only, for titles are
 * shown in lists where nothing strangers wrote belongs. `outcome` is that of `findings`.
 */
export function titleOf(
  verdict: Exclude<Verdict, "declared">,
  outcome: Outcome,
  findings: readonly SharedFinding[],
): string {
  const outside = outcome === "passed" && findings.every(({ finding }) => isOutsideFinding(finding));
  if (outside) return verdict === "observed" ? `Observing only: ${lowered(OUTSIDE_TITLE)}` : OUTSIDE_TITLE;
  const head = verdict === "observed" ? `Observing only, ${WOULD[outcome]}` : sentence(VERDICTS[outcome]);
  const facts = outcome === "passed" ? passedFacts(findings) : openFacts(findings);
  return facts === "" ? head : `${head}: ${facts}`;
}

function passedFacts(shared: readonly SharedFinding[]): string {
  const findings = shared.map(({ finding }) => finding);
  const exceptions = findings.filter(({ status }) => status === "waived").length;
  return [...passPhrases(findings), ...(exceptions === 0 ? [] : [counted(exceptions, "exception")])].join(
    ", ",
  );
}

function openFacts(findings: readonly SharedFinding[]): string {
  const open = findings.filter(isOpen).map(({ finding }) => finding);
  return open.length === 0 ? "nothing was shown to pass" : shortened(phrasesOf(open));
}

/** The first phrases, and how many there are more. */
export const shortened = (phrases: readonly string[], most: number = NAMED): string =>
  phrases.length <= most
    ? phrases.join(", ")
    : `${phrases.slice(0, most).join(", ")} and ${phrases.length - most} more`;

/** What passed, counted where a count says something. */
export function passPhrases(findings: readonly Finding[]): string[] {
  const passes = findings.filter(({ status }) => status === "pass");
  const of = (...rules: string[]): number => passes.filter(({ rule }) => rules.includes(rule)).length;
  const phrases = [
    [of("commit-signature"), "commit", " signed"],
    [of("required-result", "code-scanning"), "result", " passed"],
    [of("independent-approval"), "approval", ""],
  ] as const;
  const said = phrases.flatMap(([count, noun, how]) => (count > 0 ? [`${counted(count, noun)}${how}`] : []));
  const settings = passes.filter(({ gate, reason }) => gate === "protection" && reason === "met").length;
  return said.length === 0 && settings > 0 ? [`${counted(settings, "setting")} as asked`] : said;
}
