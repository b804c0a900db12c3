import type { Fact, OrganizationFile, OrganizationReading } from "../../facts/facts.js";
import { unknown } from "../../facts/facts.js";
import { ORGANIZATION_POLICY_PATH, ORGANIZATION_REPOSITORY } from "../../policy/document.js";
import { mapFile, wholeFiles } from "./map-files.js";
import type { OrganizationPolicyNode } from "./schemas.js";

/** Fields whose absence is an answer: an account need not have the repository, and that need not have the file. */
export const ORGANIZATION_MAY_BE_ABSENT = [
  "organization",
  "organization.commit",
  "organization.commit.policy",
];

const ORGANIZATION_FIELDS = /^organization(\.|$)/;

/**
 * Maps the account's policy file. GitHub says alike that there is none and that the app may not see it, so both are a file
 * that is not there; one that is there but cannot be read whole is unknown.
 */
export function mapOrganization(
  owner: string,
  node: OrganizationPolicyNode,
  refused: readonly string[],
): Fact<OrganizationReading> {
  const place = `${owner}/${ORGANIZATION_REPOSITORY}`;
  if (refused.some((path) => ORGANIZATION_FIELDS.test(path))) {
    return unknown(
      "forbidden",
      `GitHub did not let the app read ${ORGANIZATION_POLICY_PATH} of ${place}.`,
      `Install the app on ${place} with the permission “Contents: read”, then re-run this check.`,
    );
  }
  return wholeFiles(() => ({ place, file: fileOf(node), used: null }));
}

function fileOf(node: OrganizationPolicyNode): OrganizationFile | null {
  const commitOid = node?.commit?.oid;
  const file = mapFile(ORGANIZATION_POLICY_PATH, node?.commit?.policy?.object ?? null);
  return file === null || commitOid === undefined ? null : { ...file, commitOid };
}
