import type { RepositoryRef } from "../../facts/facts.js";
import type { Drift, DriftOutcome, ToldChange } from "../../policy/drift/drift.js";
import type { Miss } from "../../policy/drift/standing.js";
import type { Alert } from "../case/alert.js";
import { branchText, utc } from "../case/phrases.js";
import { visible } from "../escape.js";
import { fitText } from "../limits.js";

/** What an audit of a branch's protection found, for those who are to be told. */
export interface DriftView {
  readonly repository: RepositoryRef;
  /** The repository's web address. */
  readonly repositoryUrl: string;
  readonly branch: string;
  readonly drift: Drift;
  /** What the policy misses of protection now. */
  readonly misses: readonly Miss[];
  /** How many changes landed meanwhile, and how many of these went around their gates by their own records. */
  readonly landed: { readonly changes: number; readonly bypasses: number };
  readonly mentions: readonly string[];
}

/** More than a message is read for. */
const MOST_LINES = 10;

type Told = Exclude<DriftOutcome, "changed">;

const KINDS: Readonly<Record<Told, Alert["kind"]>> = {
  weakened: "protection-weakened",
  unreadable: "protection-weakened",
  restored: "protection-restored",
};
const SEVERITIES: Readonly<Record<Told, Alert["severity"]>> = {
  weakened: "critical",
  unreadable: "warning",
  restored: "info",
};
const HEADLINES: Readonly<Record<Told, string>> = {
  weakened: "is less than the policy asks",
  unreadable: "cannot be read any more",
  restored: "is what the policy asks again",
};

/**
 * What stakeholders are told of a branch's protection that drifted, for flows to send to each channel under an id of its
 * own; `null` where nobody has to act: something was changed, and the policy's demands are met as before. All alerts of
 * one branch belong together.
 */
export function driftAlert(view: DriftView): Omit<Alert, "id"> | null {
  const { repository, branch, drift } = view;
  if (drift.outcome === "changed") return null;
  const where = `${visible(`${repository.owner}/${repository.name}`)} ${branchText(branch)}`;
  return {
    kind: KINDS[drift.outcome],
    severity: SEVERITIES[drift.outcome],
    title: fitText(`Protection of ${where} ${HEADLINES[drift.outcome]}`, 250),
    lines: [
      ...view.misses.slice(0, MOST_LINES).map(missed),
      ...drift.changes.slice(-MOST_LINES).map(changed),
    ],
    facts: factsOf(view),
    url: `${view.repositoryUrl}/settings/rules`,
    caseId: `protection ${repository.id} ${branch}`,
    at: drift.between[1],
    mentions: view.mentions,
  };
}

const missed = ({ message }: Miss): string => fitText(visible(message), 300);

const changed = ({ action, kind, name, by, at }: ToldChange): string =>
  fitText(
    `The ${kind === "classic" ? "rule" : "ruleset"} ${visible(name)} was ${action} by ${who(by)} at ${utc(at)}.`,
    300,
  );

const who = (by: ToldChange["by"]): string => (by === null ? "someone unknown" : visible(by.login));

function factsOf({ repository, branch, drift, landed }: DriftView): (readonly [string, string])[] {
  const [after, until] = drift.between;
  const blamed =
    drift.cause === "policy"
      ? "the policy, not protection"
      : drift.changes.length === 0
        ? "nobody told"
        : null;
  return [
    ["Repository", visible(`${repository.owner}/${repository.name}`)],
    ["Branch", branchText(branch)],
    ["Changed", `between ${utc(after)} and ${utc(until)}`],
    ...(blamed === null ? [] : [["Changed by", blamed] as const]),
    ["Landed meanwhile", `${landed.changes}, of them around the gates ${landed.bypasses}`],
  ];
}
