import type { ChangeFacts, ControlFile, OrganizationReading } from "../../../facts/facts.js";
import type { Finding } from "../../finding.js";
import { type OrganizationPolicy, parseOrganizationPolicy } from "../../organization/parse.js";
import { ORGANIZATION_POLICY_PATH } from "../../paths.js";
import { advice, type Complaint, failed, noted, unclear } from "../build.js";

/**
 * Keeps an account's policy that would let nothing pass, in any repository, from reaching the branch that it is read from:
 * one that cannot be used, is gone though it has judged, or was changed without another revision. Finds nothing in other
 * repositories and of other branches.
 */
export function proposedOrganizationFindings({
  controlFiles,
  proposedOrganization,
  pullRequest: { base },
}: ChangeFacts): Finding[] {
  if (proposedOrganization === null) return [];
  if (controlFiles.known && base.ref !== controlFiles.value.defaultBranch) return [];
  const unread = [
    proposedOrganization,
    controlFiles,
    controlFiles.known ? controlFiles.value.organization : null,
  ];
  for (const fact of unread) {
    if (fact?.known === false) return [unclear("proposed-policy", ORGANIZATION_POLICY_PATH, fact.reason)];
  }
  if (!proposedOrganization.known || !controlFiles.known || !controlFiles.value.organization.known) return [];
  return compare(proposedOrganization.value, controlFiles.value.organization.value);
}

function compare(proposed: ControlFile | null, { file: current, used }: OrganizationReading): Finding[] {
  if (proposed?.oid === current?.oid) return [];
  if (proposed === null) return [removed()];
  const parsed = parseOrganizationPolicy(proposed.text);
  if (!parsed.ok) {
    return parsed.problems.map(({ line, column, message, remedy }) =>
      refuse("proposed-organization-policy-invalid", message, remedy, { line, column }),
    );
  }
  const now = current === null ? null : parseOrganizationPolicy(current.text);
  const held = [used, now?.ok === true ? now.policy : null].flatMap((one) => one ?? []);
  const behind = held.find((one) => isBehind(parsed.policy, one));
  return behind === undefined ? [changes()] : [outdated(parsed.policy, behind)];
}

/** Whether a proposal would take the place of one that it may not follow. */
const isBehind = (
  proposed: Pick<OrganizationPolicy, "revision" | "digest">,
  held: Pick<OrganizationPolicy, "revision" | "digest">,
): boolean =>
  proposed.revision < held.revision ||
  (proposed.revision === held.revision && proposed.digest !== held.digest);

function outdated({ revision, source }: OrganizationPolicy, held: { readonly revision: number }): Finding {
  const message =
    revision < held.revision
      ? `It is revision ${revision}, and revision ${held.revision} holds: an older one counts no more.`
      : `It says something else than the revision ${revision} that holds, under the same number.`;
  const remedy = `Set \`revision: ${held.revision + 1}\`: each change of the file has a higher one.`;
  return refuse("proposed-organization-policy-older", message, remedy, source.locate([], "revision"));
}

const removed = (): Finding =>
  refuse(
    "proposed-organization-policy-removed",
    `The head commit has no ${ORGANIZATION_POLICY_PATH}: once one has judged, nothing passes in any repository without it.`,
    "Keep the file. To have it ask for nothing, raise its `revision` and leave `defaults` and `enforced` out.",
    null,
  );

const changes = (): Finding =>
  noted("proposed-policy", {
    subject: ORGANIZATION_POLICY_PATH,
    reason: "organization-policy-changes",
    message: "The head commit has another policy for all repositories: review it as what it is.",
  });

function refuse(
  reason: string,
  message: string,
  remedy: string,
  at: { readonly line: number; readonly column: number } | null,
): Finding {
  const place = at === null ? "" : `:${at.line}:${at.column}`;
  const complaint: Complaint = {
    subject: `${ORGANIZATION_POLICY_PATH}${place}`,
    reason,
    message,
    remedy: advice(remedy),
    location: at === null ? null : { path: ORGANIZATION_POLICY_PATH, line: at.line },
  };
  return failed("proposed-policy", complaint);
}
