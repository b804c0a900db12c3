import { ORGANIZATION_POLICY_PATH } from "../../policy/document.js";
import { GATES, type OrganizationIdentity, type PolicyIdentity } from "../../policy/finding.js";
import { declaredBlock } from "../case/declared.js";
import { table } from "../case/sections/lines.js";
import { code, linkTarget, plain } from "../escape.js";
import { type Block, block, fitText } from "../limits.js";
import {
  type DeclaredPull,
  findingsOver,
  isOpen,
  outcomeOver,
  type PullDecision,
  type SharedFinding,
} from "../merged.js";
import { counted, GATE_NAMES, OUTCOME_WORDS, type Verdict, VERDICT_SIGNS } from "../words.js";
import { pullName, said } from "./finding-line.js";
import { fileUrl, subjectOf } from "./links.js";
import { phrasesOf, sentence } from "./phrases.js";
import { tableBlocks } from "./tables.js";
import { passPhrases, shortened } from "./title.js";

/** The first line: the verdict. */
export const headline = (verdict: Verdict, title: string): string =>
  `## ${VERDICT_SIGNS[verdict]} ${plain(title)}`;

/** Says openly that nothing is stopped. */
export const observedBlock = (verdict: Verdict): Block[] =>
  verdict === "observed"
    ? [block(`The policy says ${code("mode: observe")}: this is what it would say, and it stops nothing.`)]
    : [];

/** What the emergencies that were declared let through, until when, and what is owed then. */
export const declaredBlocks = (pulls: readonly DeclaredPull[], severalPulls: boolean): Block[] =>
  pulls.map(({ pull, declared }) =>
    block(`${severalPulls ? `${pullName(pull)}: ` : ""}${declaredBlock(declared)}`),
  );

/**
 * Where several pull requests share the commit, or a merge group has it: each with its own verdict. Nothing of one that
 * has the commit alone.
 */
export function pullsBlock(decisions: readonly PullDecision[]): Block[] {
  const groups = new Set(decisions.flatMap(({ group }) => group?.headRef ?? []));
  if (decisions.length < 2 && groups.size === 0) return [];
  const rows = decisions.map((one) => ({
    cells: [
      `${pullName(one.pull)} ${plain(fitText(one.pull.title, 100))}`,
      code(one.pull.baseRef),
      verdictOf(one),
    ],
    findings: 0,
  }));
  return [block(sharedBy(decisions, [...groups])), ...tableBlocks(["Pull request", "Base", "Verdict"], rows)];
}

function sharedBy(decisions: readonly PullDecision[], groups: readonly string[]): string {
  const pulls = counted(decisions.length, "pull request");
  const strictest = "the strictest verdict counts for each.";
  if (groups.length === 0) return `This commit is the head of ${pulls}; ${strictest}`;
  return `The merge queue lands this commit as ${groups.map(code).join(", ")}: ${pulls}; ${strictest}`;
}

const verdictOf = ({ decision: { outcome }, declared }: PullDecision): string =>
  `${OUTCOME_WORDS[outcome]}${outcome !== "passed" && declared !== null ? ", break-glass declared" : ""}`;

/** One line a gate. */
export function gatesTable(decisions: readonly PullDecision[]): string {
  const rows = GATES.map((gate) => {
    const findings = findingsOver(decisions, [gate]);
    const outcome = outcomeOver(decisions, gate);
    const waived = outcome === "passed" && findings.some(({ finding }) => finding.status === "waived");
    const verdict = waived ? "⚠️ passed with an exception" : OUTCOME_WORDS[outcome];
    return `| ${GATE_NAMES[gate]} | ${verdict} | ${inShort(findings)} |`;
  });
  return table(["Gate", "Verdict", "In short"], rows);
}

const SHORT = 200;

/** What is open: the one thing, or how many of which kind; or what there is to say of a pass. */
function inShort(findings: readonly SharedFinding[]): string {
  const open = findings.filter(isOpen);
  const waived = findings.filter(({ finding }) => finding.status === "waived");
  const passes = findings.filter(({ finding }) => finding.status === "pass");
  for (const some of [open, waived]) {
    const [first] = some;
    if (first === undefined) continue;
    if (some.length === 1) return `${subjectOf(first)}: ${said(fitText(first.finding.message, SHORT))}`;
    return sentence(shortened(phrasesOf(some.map(({ finding }) => finding))));
  }
  const [only] = passes;
  if (only !== undefined && passes.length === 1) return said(fitText(only.finding.message, SHORT));
  const phrases = passPhrases(passes.map(({ finding }) => finding));
  return phrases.length === 0 ? `${passes.length} passed` : sentence(phrases.join(", "));
}

/** Which policy judged. */
export function policyLine(decisions: readonly PullDecision[]): string {
  const lines = decisions.map(({ pull, decision: { policy } }) => policyWords(policy, pull.url));
  return [...new Set(lines)].map((text) => `<sub>${text}</sub>`).join("\n");
}

function policyWords(policy: PolicyIdentity, pullUrl?: string): string {
  const { source, organization } = policy;
  if (organization === undefined) return ownPolicyWords(policy, pullUrl);
  const named = organizationFile(organization, pullUrl);
  return source === "invalid"
    ? `Policy: ${named}, lets nothing pass.`
    : `${ownPolicyWords(policy, pullUrl)} Over it: ${named}.`;
}

function ownPolicyWords(policy: PolicyIdentity, pullUrl?: string): string {
  const digest = policy.digest === null ? "" : `, digest ${code(policy.digest.slice(0, 16))}`;
  const file = policyFile(policy, pullUrl);
  switch (policy.source) {
    case "repository":
      return `Policy: ${file} of the base branch${digest}.`;
    case "organization":
      return "Policy: the organization's defaults, because the base branch has no policy file.";
    case "built-in":
      return `Policy: the built-in strict default, because the base branch has no policy file${digest}.`;
    case "invalid":
      return `Policy: ${file} of the base branch cannot be used, so nothing passes${digest}.`;
    case "unreadable":
      return "Policy: could not be read, so nothing passes.";
    case "not-read":
      return "Not judged yet by any policy, so nothing passes.";
  }
}

function organizationFile(
  { place, revision, digest, commitOid }: OrganizationIdentity,
  pullUrl?: string,
): string {
  const name = code(ORGANIZATION_POLICY_PATH);
  const origin = /^https?:\/\/[^/]+/.exec(pullUrl ?? "")?.[0];
  const target =
    origin === undefined
      ? null
      : linkTarget(`${origin}/${place}/blob/${commitOid}/${ORGANIZATION_POLICY_PATH}`);
  const file = target === null ? name : `[${name}](${target})`;
  const which = revision === null ? "" : `, revision ${revision}`;
  return `${file} of ${code(place)}${which}, digest ${code(digest.slice(0, 16))}`;
}

/** The policy as it judged, not as the branch has it by now. */
function policyFile({ path, commitOid }: PolicyIdentity, pullUrl?: string): string {
  const name = code(path ?? "");
  if (pullUrl === undefined || path === null || commitOid === null) return name;
  const target = linkTarget(fileUrl(pullUrl, commitOid, path));
  return target === null ? name : `[${name}](${target})`;
}
