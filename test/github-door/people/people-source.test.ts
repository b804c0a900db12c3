import { afterAll, beforeAll, beforeEach, describe, expect, it } from "@jest/globals";
import type { PeopleSource } from "../../../src/facts/case-source.js";
import type { Account } from "../../../src/facts/facts.js";
import { graphqlError, ok, partly, variable } from "../asked.js";
import { page, REPOSITORY } from "../nodes.js";
import { type Answer, StubGitHub } from "../stub.js";

let github: StubGitHub;
let people: PeopleSource;

beforeAll(async () => {
  github = await StubGitHub.start();
});
afterAll(() => github.stop());
beforeEach(() => {
  github.calls.length = 0;
  people = github.connect().people;
});

const ADA: Account = { id: 1, login: "ada", type: "User" };
const teamsPage = (ids: (number | null)[], totalCount = ids.length, cursor: string | null = null) => ({
  teams: page(
    ids.map((databaseId) => ({ databaseId })),
    totalCount,
    cursor,
  ),
});
const answer = (organization: unknown, user: unknown = { databaseId: 1 }) => ({ user, organization });

describe("the teams of a person", () => {
  const teams = (asked: number[] = [70, 71, 72]) => people.readTeams("acme", ADA, asked);

  it("are those that were asked for", async () => {
    github.answer(() => ok(answer(teamsPage([72, 99, 70, null]))));
    expect(await teams()).toEqual({ known: true, value: [70, 72] });
    expect(github.calls.map((call) => [variable(call, "organization"), variable(call, "login")])).toEqual([
      ["acme", "ada"],
    ]);
  });

  it("are read to their last page", async () => {
    github.answer((call) =>
      ok(answer(variable(call, "after") === null ? teamsPage([99], 2, "next") : teamsPage([71], 2))),
    );
    expect(await teams()).toEqual({ known: true, value: [71] });
  });

  it("are none where none are asked for, and GitHub is not asked either", async () => {
    expect(await teams([])).toEqual({ known: true, value: [] });
    expect(github.calls).toEqual([]);
  });

  it("are none where the person is in none", async () => {
    github.answer(() => ok(answer(teamsPage([]))));
    expect(await teams()).toEqual({ known: true, value: [] });
  });

  it.each<[string, Answer, string]>([
    ["the login is someone else's", ok(answer(teamsPage([70]), { databaseId: 2 })), "inconsistent"],
    ["nobody has the login", partly(answer(teamsPage([70]), null), "NOT_FOUND", "user"), "inconsistent"],
    ["the organization is none", partly(answer(null), "NOT_FOUND", "organization"), "forbidden"],
    ["the organization may not be seen", ok(answer(null)), "forbidden"],
    ["teams are refused", partly(answer(null), "FORBIDDEN", "organization", "teams"), "forbidden"],
    [
      "a team is refused",
      partly(answer(teamsPage([null])), "FORBIDDEN", "organization", "teams", "nodes", 0),
      "forbidden",
    ],
    ["all is refused", { json: { data: null, errors: [graphqlError("FORBIDDEN")] } }, "forbidden"],
    ["the app may not ask", { status: 403, json: {} }, "forbidden"],
    ["the list is cut", ok(answer(teamsPage([70], 2))), "truncated"],
  ])("are unknown where %s", async (_what, whole, code) => {
    github.answer(() => whole);
    expect(await teams()).toMatchObject({ known: false, reason: { code } });
  });

  it("are unknown where the login passes to someone else between two pages", async () => {
    github.answer((call) =>
      variable(call, "after") === null
        ? ok(answer(teamsPage([99], 2, "next")))
        : ok(answer(teamsPage([70], 2), { databaseId: 2 })),
    );
    expect(await teams()).toMatchObject({ known: false, reason: { code: "inconsistent" } });
  });

  it("name the permission that is missing", async () => {
    github.answer(() => ok(answer(null)));
    expect(await teams()).toMatchObject({ reason: { remedy: expect.stringContaining("Members: read") } });
  });

  it("are an error where GitHub fails", async () => {
    github.answer(() => ({ status: 502, json: {} }));
    await expect(teams()).rejects.toMatchObject({ code: "github-unavailable" });
  });
});

describe("whether someone may write", () => {
  const canPush = (permission: string, user: unknown = { id: 1, login: "ada" }) => {
    github.answer(() => ({ json: { permission, user } }));
    return people.readCanPush(REPOSITORY, ADA);
  };

  it.each([
    ["admin", true],
    ["write", true],
    ["read", false],
    ["none", false],
  ])("is told by the permission: %s", async (permission, value) => {
    expect(await canPush(permission)).toEqual({ known: true, value });
    expect(github.calls.map(({ path }) => path)).toEqual(["/repos/acme/infra/collaborators/ada/permission"]);
  });

  it.each([[{ id: 2, login: "ada" }], [null]])("is not told of %j, who has the login now", async (user) => {
    expect(await canPush("admin", user)).toMatchObject({ known: false, reason: { code: "inconsistent" } });
  });

  it.each([403, 404])("is unknown where GitHub answers %i", async (code) => {
    github.answer(() => ({ status: code, json: {} }));
    expect(await people.readCanPush(REPOSITORY, ADA)).toMatchObject({ known: false });
  });

  it("is an error where GitHub says a permission that is not known, or fails", async () => {
    await expect(canPush("owner")).rejects.toMatchObject({ code: "github-unavailable" });
    github.answer(() => ({ status: 502, json: {} }));
    await expect(people.readCanPush(REPOSITORY, ADA)).rejects.toMatchObject({ code: "github-unavailable" });
  });
});
