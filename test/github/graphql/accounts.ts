import { nodeId } from "../render/accounts.js";
import type { CommitObject, GitPerson } from "../world/commit-object.js";
import type { Account, App, NamedActor } from "../world/model.js";
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
