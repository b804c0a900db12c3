import type { Finding } from "../../policy/finding.js";
import { REASONS } from "../../signatures/reasons.js";
import { code } from "../escape.js";

/** Verdicts on signatures that the page on the policy says itself what to do about. */
const ON_THE_POLICY_PAGE: ReadonlySet<string> = new Set(["unsigned", "unknown-key"]);

/** The page and place of the documentation that explain a finding, within the folder `docs`. */
export function placeInDocs({ rule, reason }: Pick<Finding, "rule" | "reason">): string {
  const ofVerdict =
    rule === "commit-signature" && Object.hasOwn(REASONS, reason) && !ON_THE_POLICY_PAGE.has(reason);
  return ofVerdict ? "signatures.md#reasons" : `policy.md#rule-${rule}`;
}

/**
 * A finding by its rule and reason, as Markdown: linked to what explains it, where that can be read.
 * @param docsUrl the address of the folder `docs`; `null`: nowhere
 */
export function ruleAndReason(finding: Pick<Finding, "rule" | "reason">, docsUrl: string | null): string {
  const name = code(`${finding.rule}/${finding.reason}`);
  return docsUrl === null ? name : `[${name}](${docsUrl}/${placeInDocs(finding)})`;
}
