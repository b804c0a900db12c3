import type { Finding, Gate, OrganizationIdentity } from "../../finding.js";
import type { Loosening } from "../../organization/govern.js";
import type { Refusal, Revision } from "../../organization/standing.js";
import { ORGANIZATION_POLICY_PATH, POLICY_PATH } from "../../paths.js";
import type { PolicySource } from "../../resolve.js";
import { advice, type Complaint, failed, passed } from "../build.js";
import { shortOid } from "../repository.js";

/**
 * Whether the repository's policy is as tight as its account enforces; nothing where the account has none. `origin`: the
 * address of the GitHub that both are on.
 */
export function organizationFindings(
  { identity: { organization }, loosenings }: PolicySource & { kind: "usable" },
  origin: string,
): Finding[] {
  if (organization === undefined) return [];
  const { place, commitOid } = organization;
  if (loosenings.length === 0) {
    const message = `The policy is as tight as ${fileOf(organization)} enforces.`;
    const subject = `${place}:${ORGANIZATION_POLICY_PATH}`;
    return [passed("organization-policy", { subject, reason: "organization-policy-held", message })];
  }
  return loosenings.map((loosening) =>
    failed("organization-policy", {
      subject: loosening.key,
      reason: "organization-policy-loosened",
      message: `${inWords(loosening, organization)}. The tighter of both judges.`,
      remedy: advice(
        `Tighten \`${loosening.key}\` in ${POLICY_PATH} of the base branch, or take the key out: then what is enforced holds.`,
        [],
        `${origin}/${place}/blob/${commitOid}/${ORGANIZATION_POLICY_PATH}#L${loosening.enforced.line}`,
      ),
      location: { path: POLICY_PATH, line: loosening.own.line },
    }),
  );
}

/** What a repository's file says, and against which line of the account's, without its stop. */
export const inWords = (
  { key, lack, own, enforced }: Loosening,
  organization: OrganizationIdentity,
): string =>
  `\`${key}\` in line ${own.line} of ${POLICY_PATH} ${lack}, against line ${enforced.line} of ${fileOf(organization)}`;

const fileOf = ({ place, revision }: OrganizationIdentity): string =>
  `${ORGANIZATION_POLICY_PATH} of ${place}${revision === null ? "" : ` (revision ${revision})`}`;

/** Why the account's policy lets nothing pass, in one gate. */
export function refusedFindings(
  { identity, refusal }: PolicySource & { kind: "refused" },
  gate: Gate,
): Finding[] {
  const place = identity.organization?.place ?? "";
  return complaintsOf(refusal, place).map((complaint) =>
    failed("organization-policy", { ...complaint, gate }),
  );
}

function complaintsOf(refusal: Refusal, place: string): Complaint[] {
  const subject = `${place}:${ORGANIZATION_POLICY_PATH}`;
  switch (refusal.kind) {
    case "invalid":
      return refusal.problems.map(({ line, column, message, remedy }) => ({
        subject: `${subject}:${line}:${column}`,
        reason: "organization-policy-invalid",
        message: `${ORGANIZATION_POLICY_PATH} of ${place}, line ${line}: ${message}`,
        remedy: advice(remedy),
      }));
    case "older":
    case "rewritten":
      return [replayed(refusal, subject)];
    case "conflict":
      return [
        {
          subject,
          reason: "organization-policy-conflict",
          message: `${POLICY_PATH} and ${ORGANIZATION_POLICY_PATH} of ${place} make no policy together: ${refusal.problem}`,
          remedy: advice("Change one of the two, so that both can hold."),
        },
      ];
  }
}

function replayed(
  { kind, read, used }: Refusal & { kind: "older" | "rewritten" },
  subject: string,
): Complaint {
  const older = kind === "older";
  const next = Math.max(read.revision, used.revision) + 1;
  return {
    subject,
    reason: older ? "organization-policy-older" : "organization-policy-rewritten",
    message: older
      ? `The account's policy is ${named(read)}, but ${named(used)} has judged before: an older one counts no more.`
      : `The account's policy is ${named(read)}, but the one that has judged as that revision is ${named(used)}.`,
    remedy: advice(
      `Restore the file of commit ${shortOid(used.commitOid)}, or, if the change is meant, set \`revision: ${next}\` in it.`,
    ),
  };
}

const named = ({ revision, digest, commitOid }: Revision): string =>
  `revision ${revision} (digest ${digest.slice(0, 16)}, commit ${shortOid(commitOid)})`;
