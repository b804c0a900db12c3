import { nodeId } from "../render/accounts.js";
import type { Account, Team } from "../world/model.js";
import { actorNode } from "./accounts.js";
import { connection, type PageArguments } from "./connection.js";
import type { Context } from "./context.js";

type TeamsArguments = PageArguments & { readonly userLogins?: readonly string[] | null };

/** An organization with its teams, which only those see who may read its members. */
export function organizationNode(context: Context, account: Account): object {
  return {
    ...actorNode(account),
    teams: (page: TeamsArguments) => {
      context.needOfAccount(account, "members");
      const teams = context.world.teams.filter(
        (team) => team.organization === account && hasSome(context, team, page.userLogins ?? null),
      );
      return connection(teams, page, (some) => some.map((team) => teamNode(context, team)));
    },
  };
}

function hasSome({ world }: Context, { members }: Team, logins: readonly string[] | null): boolean {
  return logins === null || logins.some((login) => members.has(world.account(login)?.id ?? 0));
}

function teamNode(context: Context, team: Team): object {
  const { id, organization, slug, name, members } = team;
  return {
    __typename: "Team",
    id: nodeId("Team", id),
    databaseId: id,
    slug,
    name,
    combinedSlug: `${organization.login}/${slug}`,
    organization: () => organizationNode(context, organization),
    members: (page: PageArguments) => {
      const people = context.world.accounts.filter((account) => members.has(account.id));
      return connection(people, page, (some) => some.map(actorNode));
    },
  };
}
