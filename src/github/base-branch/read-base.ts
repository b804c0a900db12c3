import type { Octokit } from "@octokit/rest";
import { z } from "zod";
import type { BaseReading } from "../../facts/base-branch.js";
import type { RepositoryRef } from "../../facts/facts.js";
import { POLICY_PATH, TRUST_FOLDER } from "../../policy/document.js";
import { query } from "../client/graphql.js";
import { mustBeThere } from "../client/must-be.js";
import { mapRepository } from "../nodes/map.js";
import { list } from "../nodes/schemas.js";
import { CLASSIC_PROTECTION, CONTROL_FILES, FILE, ORGANIZATION_POLICY, RULE } from "./fragments.js";
import { ORGANIZATION_MAY_BE_ABSENT } from "./map-organization.js";
import { mapProtection } from "./map-protection.js";
import { readControlFiles } from "./read-files.js";
import { baseRef, controlFiles, organizationPolicy, rule } from "./schemas.js";

/** Under the names by which a pull request has them, as what is refused is known by its path. */
const BASE_BRANCH = /* GraphQL */ `
  query BaseBranch(
    $owner: String!
    $name: String!
    $branch: String!
    $ref: String!
    $policyPath: String!
    $trustPath: String!
    $organizationCommit: String!
  ) {
    organization: repository(owner: $owner, name: ".github") { ...OrganizationPolicy }
    repository(owner: $owner, name: $name) {
      databaseId
      nameWithOwner
      url
      ...ControlFiles
      mergeQueue(branch: $branch) { id }
      baseRef: ref(qualifiedName: $ref) {
        name
        prefix
        target { oid }
        branchProtectionRule { databaseId ...ClassicProtection }
        rules(first: 100) { totalCount nodes { ...Rule repositoryRuleset { updatedAt } } }
      }
    }
  }
  ${CLASSIC_PROTECTION}${RULE}${CONTROL_FILES}${FILE}${ORGANIZATION_POLICY}
`;

const classic = z.intersection(
  baseRef.shape.branchProtectionRule.unwrap(),
  z.object({ databaseId: z.number().nullable() }),
);
const datedRule = z.intersection(
  rule,
  z.object({ repositoryRuleset: z.object({ updatedAt: z.string() }).nullable() }),
);
const branch = baseRef.extend({
  prefix: z.string(),
  branchProtectionRule: classic.nullable(),
  rules: list(datedRule).nullable(),
});
type BranchNode = z.infer<typeof branch>;
const answer = z.object({
  organization: organizationPolicy,
  repository: controlFiles
    .extend({
      nameWithOwner: z.string(),
      url: z.string(),
      mergeQueue: z.object({ id: z.string() }).nullable(),
      baseRef: branch.nullable(),
    })
    .nullable(),
});

const HEADS = "refs/heads/";

/**
 * Reads what protects a branch and what its control files say, in one request; `null`: there is no such branch.
 *
 * @throws CountersignError a `github-*` code
 */
export async function readBase(
  client: Octokit,
  repository: RepositoryRef,
  name: string,
): Promise<BaseReading | null> {
  const ref = `${HEADS}${name}`;
  const asked = {
    owner: repository.owner,
    name: repository.name,
    branch: name,
    ref,
    policyPath: `${ref}:${POLICY_PATH}`,
    trustPath: `${ref}:${TRUST_FOLDER}`,
    organizationCommit: "HEAD",
  };
  const { data, refused } = await query(client, BASE_BRANCH, answer, asked, ORGANIZATION_MAY_BE_ABSENT);
  const node = mustBeThere(repository, data.repository);
  // Where there is no such branch GitHub takes the name for a short one: of a tag or branch called `refs/heads/…`.
  if (node.baseRef?.prefix !== HEADS || node.baseRef.name !== name || node.baseRef.target === null)
    return null;
  const { oid: tip } = node.baseRef.target;
  return {
    repository: mapRepository(node, repository),
    url: node.url,
    tip,
    protection: mapProtection(node.baseRef, refused, node.mergeQueue !== null),
    identities: identitiesOf(node.baseRef),
    controlFiles: await readControlFiles(client, repository, node, {
      commitOid: tip,
      organization: data.organization,
      refused,
    }),
  };
}

function identitiesOf({ branchProtectionRule: classicRule, rules }: BranchNode): string[] {
  const rulesets = (rules?.nodes ?? []).flatMap(({ repositoryRuleset: ruleset }) =>
    ruleset === null ? [] : [`ruleset ${ruleset.databaseId ?? ""} ${ruleset.updatedAt}`],
  );
  const own = classicRule === null ? [] : [`classic ${classicRule.databaseId ?? ""}`];
  return [...own, ...new Set(rulesets)].sort();
}
