import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { GraphqlResponseError } from "@octokit/graphql";
import { MANIFEST, setStage, type Stage } from "./support/stage.js";

const TEAMS = `query TeamsOf($organization: String!, $login: String!, $logins: [String!], $after: String) {
  user(login: $login) { databaseId }
  organization(login: $organization) { databaseId
    teams(first: 2, after: $after, userLogins: $logins) {
      totalCount pageInfo { hasNextPage endCursor } nodes { databaseId slug } } }
}`;

interface Teams {
  readonly user: { readonly databaseId: number } | null;
  readonly organization: {
    readonly databaseId: number;
    readonly teams: {
      readonly totalCount: number;
      readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
      readonly nodes: readonly { readonly databaseId: number; readonly slug: string }[];
    };
  } | null;
}

let stage: Stage;

beforeEach(async () => {
  stage = await setStage({ ...MANIFEST, permissions: { ...MANIFEST.permissions, members: "read" } });
});

afterEach(async () => {
  await stage.github.close();
});

async function ask(login: string, options: { organization?: string; after?: string } = {}): Promise<Teams> {
  const variables = { organization: "acme", login, logins: [login], ...options };
  return await stage.octokit.graphql<Teams>(TEAMS, variables);
}

/** What came of a question that GitHub answered with errors: their types, and the data beside them. */
async function errorsOf(question: Promise<Teams>): Promise<{ types: string[]; data: Teams }> {
  const refused: unknown = await question.catch((error: unknown) => error);
  if (isRefused(refused))
    return { types: (refused.errors ?? []).map(({ type }) => type), data: refused.data };
  throw new Error("there was no error");
}

function isRefused(error: unknown): error is GraphqlResponseError<Teams> {
  return error instanceof GraphqlResponseError;
}

describe("teams", () => {
  it("are those that the person is a member of, page by page", async () => {
    const { organization, author, reviewer } = stage;
    const names = ["On Call", "Compliance", "Platform"];
    const teams = names.map((name) => organization.team(name, author));
    organization.team("Others", reviewer);
    const first = await ask("ada");
    expect(first.user).toEqual({ databaseId: author.account.id });
    expect(first.organization?.databaseId).toBe(organization.account.id);
    expect(first.organization?.teams).toMatchObject({
      totalCount: 3,
      pageInfo: { hasNextPage: true },
      nodes: [
        { databaseId: teams[0]?.id, slug: "on-call" },
        { databaseId: teams[1]?.id, slug: "compliance" },
      ],
    });
    const after = first.organization?.teams.pageInfo.endCursor ?? "";
    const second = await ask("ada", { after });
    expect(second.organization?.teams.nodes).toEqual([{ databaseId: teams[2]?.id, slug: "platform" }]);
  });

  it("are none of a person who left them all", async () => {
    const team = stage.organization.team("on-call", stage.author);
    team.remove(stage.author);
    expect((await ask("ada")).organization?.teams.totalCount).toBe(0);
  });

  it("are refused without the permission to read members", async () => {
    const kept = Object.entries(MANIFEST.permissions).filter(([permission]) => permission !== "members");
    stage.installation.installation.permissions = Object.fromEntries(kept);
    const { types, data } = await errorsOf(ask("ada"));
    expect(types).toEqual(["FORBIDDEN"]);
    expect([data.user, data.organization]).toEqual([{ databaseId: stage.author.account.id }, null]);
  });

  it("of another organization are refused", async () => {
    stage.github.organization("rival").team("on-call", stage.author);
    expect((await errorsOf(ask("ada", { organization: "rival" }))).types).toEqual(["FORBIDDEN"]);
  });

  it("are of no one who is not there, and of no person's account", async () => {
    const nobody = await errorsOf(ask("nobody"));
    expect([nobody.types, nobody.data.user]).toEqual([["NOT_FOUND"], null]);
    const person = await errorsOf(ask("ada", { organization: "ada" }));
    expect([person.types, person.data.organization]).toEqual([["NOT_FOUND"], null]);
  });
});
