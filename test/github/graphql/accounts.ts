import { nodeId } from "../render/accounts.js";
import type { CommitObject, GitPerson } from "../world/git/commit-object.js";
import type { Account, App, NamedActor, Team } from "../world/model.js";
import { connection, type PageArguments } from "./connection.js";
import type { Context } from "./context.js";

/** An account as an `Actor`. A bot's login has no `[bot]` here, other than in REST. */
export function actorNode(account: Account): object {
  return {
    __typename: account.type,
    id: nodeId(account.type, account.id),
    databaseId: account.id,
    login: account.login.replace(/\[bot\]$/, ""),
    name: account.name,
    createdAt: account.createdAt,
  };
}

export function appNode(app: App): object {
  return {
    __typename: "App",
    id: nodeId("App", app.id),
    databaseId: app.id,
    slug: app.slug,
    name: app.name,
    createdAt: app.createdAt,
    updatedAt: app.createdAt,
  };
}

const ALLOWANCE_TYPE = { user: "User", team: "Team", app: "App" } as const;

/** Whom an allowance or a bypass names. */
export function namedActorNode({ kind, id, name }: NamedActor): object {
  return { __typename: ALLOWANCE_TYPE[kind], databaseId: id, login: name, slug: name, name };
}

/** Author or committer of a commit. Only people are found by e-mail; a bot's commit has no user. */
export function gitActorNode({ world }: Context, { name, email, date }: GitPerson): object {
  const account = world.accountByEmail(email);
  return { name, email, date, user: account?.type === "User" ? actorNode(account) : null };
}

/** The author and those whom the message's trailers name as co-authors, each once. */
export function commitAuthors({ author, message }: CommitObject): GitPerson[] {
  const trailers = message.matchAll(/^co-authored-by:\s*(?<name>.*?)\s*<(?<email>[^>]+)>\s*$/gim);
  const named = [...trailers].map(({ groups }) => ({
    name: groups?.["name"] ?? "",
    email: groups?.["email"] ?? "",
    date: author.date,
  }));
  const people = [author, ...named];
  return people.filter(({ email }, at) => people.findIndex((person) => person.email === email) === at);
}

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
