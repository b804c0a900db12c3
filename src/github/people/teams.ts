import type { Octokit } from "@octokit/rest";
import { z } from "zod";
import { isCountersignError } from "../../errors.js";
import type { Account, Fact, Unknown } from "../../facts/facts.js";
import { known, unknown } from "../../facts/facts.js";
import { query } from "../client/graphql.js";
import { page } from "../nodes/schemas.js";
import { someoneElse } from "./access.js";

/** The teams that a person is in. Who it is stands on each page: a login can be given up between two of them. */
const TEAMS = /* GraphQL */ `
  query TeamsOfPerson($organization: String!, $login: String!, $after: String) {
    user(login: $login) { databaseId }
    organization(login: $organization) {
      teams(first: 100, userLogins: [$login], after: $after) {
        totalCount
        pageInfo { hasNextPage endCursor }
        nodes { databaseId }
      }
    }
  }
`;

const answer = z.object({
  user: z.object({ databaseId: z.number().nullable() }).nullable(),
  organization: z.object({ teams: page(z.object({ databaseId: z.number().nullable() })) }).nullable(),
});

/** GitHub says NOT_FOUND of a login that nobody has, and of an organization that is none or may not be seen. */
const MAY_BE_ABSENT = ["user", "organization"];

/** See `PeopleSource.readTeams`. */
export async function readTeams(
  client: Octokit,
  organization: string,
  account: Account,
  teams: readonly number[],
): Promise<Fact<readonly number[]>> {
  if (teams.length === 0) return known([]);
  const member: (number | null)[] = [];
  let after: string | null = null;
  for (;;) {
    const data = await readPage(client, organization, account.login, after);
    if (!data?.organization) return notTold(organization);
    if (data.user?.databaseId !== account.id) return someoneElse(account);
    const { nodes, pageInfo, totalCount } = data.organization.teams;
    member.push(...nodes.map(({ databaseId }) => databaseId));
    if (pageInfo.hasNextPage && pageInfo.endCursor !== null) after = pageInfo.endCursor;
    else if (member.length === totalCount) return known(teams.filter((team) => member.includes(team)));
    else return cut(account, member.length, totalCount);
  }
}

/** `null` where GitHub does not let the app read teams. */
async function readPage(
  client: Octokit,
  organization: string,
  login: string,
  after: string | null,
): Promise<z.infer<typeof answer> | null> {
  try {
    const variables = { organization, login, after };
    const { data, refused } = await query(client, TEAMS, answer, variables, MAY_BE_ABSENT);
    return refused.length > 0 ? null : data;
  } catch (error) {
    if (isCountersignError(error, "github-forbidden")) return null;
    throw error;
  }
}

const notTold = (organization: string): Unknown =>
  unknown(
    "forbidden",
    `GitHub did not let the app read the teams of ${organization}.`,
    "Grant the app the organization permission “Members: read”, then try again.",
  );

const cut = ({ login }: Account, listed: number, total: number): Unknown =>
  unknown("truncated", `GitHub lists ${listed} of the ${total} teams that ${login} is in.`, "Try again.");
