import { createHash } from "node:crypto";
import { GraphqlResponseError } from "@octokit/graphql";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "@jest/globals";
import * as queries from "../../src/github/pull-requests/queries.js";
import { createKeyring, type Keyring } from "../support/signing.js";
import { asInstallation, MANIFEST, openPull, SECRET, setStage, type Stage } from "./support/stage.js";
import { startLoopbackGitHub } from "./loopback.js";
import { isJson, type Json } from "./world/json.js";

const HERE = { owner: "acme", name: "deploy" };

let keyring: Keyring;
let stage: Stage;

beforeAll(async () => {
  keyring = await createKeyring();
});

afterAll(async () => {
  await keyring.dispose();
});

beforeEach(async () => {
  stage = await setStage();
});

afterEach(async () => {
  await stage.github.close();
});

const PATHS = {
  policyPath: "HEAD:.github/countersign.yml",
  trustPath: "HEAD:.github/countersign",
  organizationCommit: "HEAD",
  keepsOrganizationPolicy: false,
};

/** Asks as the app does. That a file or the account's `.github` is not there is an error to GitHub; the rest stands. */
async function ask(query: string, variables: Readonly<Record<string, unknown>>): Promise<Json> {
  try {
    return await stage.octokit.graphql<Json>(query, { ...variables });
  } catch (error) {
    if (!(error instanceof GraphqlResponseError)) throw error;
    const { data, errors = [] } = error as GraphqlResponseError<Json>;
    if (!errors.every(({ message }) => MAY_BE_ABSENT.test(message))) throw error;
    return data;
  }
}

const MAY_BE_ABSENT = /^Could not resolve (file for path '|to a Repository with the name '\w+\/\.github')/;

const factsOf = (number: number): Promise<Json> =>
  ask(queries.PULL_REQUEST_FACTS, { ...HERE, number, ...PATHS });

/** What lies at a path of names and indices inside an answer. */
function at(value: unknown, ...path: (string | number)[]): unknown {
  return path.reduce<unknown>((inner, key) => {
    if (Array.isArray(inner)) return inner[Number(key)];
    return isJson(inner) ? inner[key] : undefined;
  }, value);
}

const pullOf = (facts: Json, ...path: (string | number)[]) => at(facts, "repository", "pullRequest", ...path);

describe("the queries of the app", () => {
  it("are all answered, with the pages after the first", async () => {
    const pull = await openPull(stage);
    const variables = { ...HERE, number: pull.number, after: "Y3Vyc29yOjA=" };
    await factsOf(pull.number);
    for (const query of [
      queries.PULL_REQUEST_COMMITS,
      queries.PULL_REQUEST_REVIEWS,
      queries.PULL_REQUEST_RESULTS,
    ]) {
      await stage.octokit.graphql(query, variables);
    }
    await ask(queries.CONTROL_FILES_AT, { ...HERE, ...PATHS });
    expect(stage.github.count("PullRequestFacts")).toBe(1);
    expect(stage.github.count("ControlFilesAt")).toBe(1);
  });

  it("see pull request, people, reviews and results as they are", async () => {
    const { repository, author, reviewer, github } = stage;
    const pull = await openPull(stage);
    pull.review(reviewer, "COMMENT");
    pull.review(reviewer, "APPROVE");
    const scanner = github.otherApp("scanner");
    await repository.checkRun(scanner, pull.headOid, "scan", { conclusion: "failure" });
    await repository.checkRun(scanner, pull.headOid, "scan", { conclusion: "success" });
    await repository.status(author, pull.headOid, "ci", "pending");
    await repository.status(author, pull.headOid, "ci", "success");
    const facts = await factsOf(pull.number);
    expect(pullOf(facts)).toMatchObject({
      state: "OPEN",
      author: { __typename: "User", login: "ada", databaseId: author.account.id },
      headRefOid: pull.headOid,
      baseRefOid: await repository.tip(),
      reviews: {
        totalCount: 2,
        nodes: [
          { state: "COMMENTED" },
          { state: "APPROVED", authorCanPushToRepository: true, commit: { oid: pull.headOid } },
        ],
      },
    });
    expect(
      pullOf(facts, "headCommit", "nodes", 0, "commit", "statusCheckRollup", "contexts", "nodes"),
    ).toEqual([
      expect.objectContaining({ __typename: "CheckRun", name: "scan", conclusion: "SUCCESS" }),
      expect.objectContaining({ __typename: "StatusContext", context: "ci", state: "SUCCESS" }),
    ]);
  });

  it("show a bot without the suffix that REST gives it", async () => {
    const { github, repository, author } = stage;
    const scanner = github.otherApp("scanner");
    const pull = await openPull(stage);
    await repository.checkRun(scanner, pull.headOid, "scan");
    const { data } = await stage.octokit.rest.users.getByUsername({ username: scanner.bot.login });
    expect(data.login).toBe("scanner[bot]");
    pull.pull.reviews.push({
      id: github.world.id(),
      author: scanner.bot,
      state: "COMMENTED",
      body: "",
      commitOid: pull.headOid,
      submittedAt: github.world.now(),
    });
    const facts = await factsOf(pull.number);
    expect(pullOf(facts, "reviews", "nodes", 0, "author")).toMatchObject({
      __typename: "Bot",
      login: "scanner",
    });
    expect(author.account.type).toBe("User");
  });

  it("page through commits", async () => {
    const pull = await openPull(stage);
    for (let more = 0; more < 4; more += 1) {
      await pull.push(stage.author, { message: `Change ${more}`, files: { "app.yaml": `${more}\n` } });
    }
    const query = `query Pages($owner: String!, $name: String!, $number: Int!, $after: String) {
      repository(owner: $owner, name: $name) { pullRequest(number: $number) {
        commits(first: 2, after: $after) { totalCount pageInfo { hasNextPage endCursor } nodes { commit { oid } } }
      } }
    }`;
    const oids: unknown[] = [];
    let after: unknown = null;
    let pages = 0;
    do {
      const page = await stage.octokit.graphql<Json>(query, { ...HERE, number: pull.number, after });
      const nodes = pullOf(page, "commits", "nodes");
      if (Array.isArray(nodes)) oids.push(...nodes.map((node) => at(node, "commit", "oid")));
      after =
        pullOf(page, "commits", "pageInfo", "hasNextPage") === true
          ? pullOf(page, "commits", "pageInfo", "endCursor")
          : null;
      pages += 1;
    } while (after !== null);
    expect([pages, oids.length, new Set(oids).size, oids.at(-1)]).toEqual([3, 5, 5, pull.headOid]);
  });

  it("name every open pull request of a head, on whatever base", async () => {
    const { repository, author } = stage;
    const pull = await openPull(stage);
    await repository.pushOid(author, "release", await repository.tip());
    const second = await repository.openPullRequest(author, {
      head: "feature",
      base: "release",
      title: "Again",
    });
    const facts = await factsOf(pull.number);
    const nodes = pullOf(facts, "headCommit", "nodes", 0, "commit", "associatedPullRequests", "nodes");
    expect(nodes).toEqual([
      expect.objectContaining({ number: pull.number, baseRefName: "main" }),
      expect.objectContaining({ number: second.number, baseRefName: "release" }),
    ]);
  });

  it("name of a commit that was merged only what merged it, and of its branch every open one", async () => {
    const { repository, author } = stage;
    const base = await repository.tip();
    const merged = await openPull(stage);
    await repository.pushOid(author, "staging", base);
    await merged.merge(author, { method: "rebase" });
    const promotion = await repository.openPullRequest(author, {
      head: "main",
      base: "staging",
      title: "On",
    });
    const facts = await factsOf(promotion.number);
    const ofCommit = pullOf(facts, "headCommit", "nodes", 0, "commit", "associatedPullRequests", "nodes");
    expect(ofCommit).toMatchObject([{ number: merged.number, state: "MERGED" }]);
    const ofBranch = pullOf(facts, "headRef", "associatedPullRequests", "nodes");
    expect(ofBranch).toMatchObject([{ number: promotion.number, state: "OPEN" }]);
  });

  it("read control files and their folder from a branch", async () => {
    await stage.repository.push(stage.admin, "main", {
      message: "Add the policy",
      files: { ".github/countersign.yml": "version: 1\n", ".github/countersign/keys/ada.asc": "key\n" },
    });
    const facts = await ask(queries.CONTROL_FILES_AT, { ...HERE, ...PATHS });
    expect(at(facts, "repository", "policyFile")).toMatchObject({
      __typename: "Blob",
      text: "version: 1\n",
    });
    expect(at(facts, "repository", "trustFolder", "entries", 0)).toMatchObject({
      name: "keys",
      object: { entries: [{ name: "ada.asc", object: { text: "key\n" } }] },
    });
  });
});

describe("a commit's signature", () => {
  /** The raw object again: `gpgsig` and its continuation lines go at the end of the headers. */
  function oidFrom(signature: unknown): string {
    const payload = String(at(signature, "payload"));
    const header = `gpgsig ${String(at(signature, "signature")).replaceAll("\n", "\n ")}`;
    const end = payload.indexOf("\n\n");
    const raw = Buffer.from(`${payload.slice(0, end)}\n${header}${payload.slice(end)}`);
    return createHash("sha1").update(`commit ${raw.length}\0`).update(raw).digest("hex");
  }

  async function signatureOf(number: number): Promise<unknown> {
    return pullOf(await factsOf(number), "commits", "nodes", 0, "commit", "signature");
  }

  it.each(["gpg", "ssh"] as const)(
    "by %s gives the raw object back, and is valid once its key is registered",
    async (kind) => {
      const { author, repository } = stage;
      const key = kind === "gpg" ? await keyring.gpgKey(author.person) : await keyring.sshKey();
      await repository.push(author, "feature", { message: "Signed\n\nWith a body.", files: { a: "1" }, key });
      const pull = await repository.openPullRequest(author, {
        head: "feature",
        base: "main",
        title: "Signed",
      });
      const unknown = await signatureOf(pull.number);
      expect(unknown).toMatchObject({
        isValid: false,
        state: "UNKNOWN_KEY",
      });
      expect(oidFrom(unknown)).toBe(pull.headOid);
      author.addKey(key);
      expect(await signatureOf(pull.number)).toMatchObject({ isValid: true, state: "VALID" });
    },
  );

  it("is missing on an unsigned commit, and belongs to no one under a strange e-mail", async () => {
    const { author, repository } = stage;
    expect(await signatureOf((await openPull(stage)).number)).toBeNull();
    const key = await keyring.sshKey();
    const stranger = { name: "Nobody", email: "nobody@nowhere.example" };
    await repository.push(author, "other", { message: "x", author: stranger, files: { b: "1" }, key });
    const pull = await repository.openPullRequest(author, { head: "other", base: "main", title: "x" });
    expect(await signatureOf(pull.number)).toMatchObject({ isValid: false, state: "NO_USER" });
  });

  it("is invalid where a registered key signed something else", async () => {
    const { author, repository } = stage;
    const key = await keyring.sshKey();
    author.addKey(key);
    const signed = await repository.commit({
      message: "Signed",
      author: author.person,
      files: { a: "1" },
      key,
    });
    const raw = await repository.repo.git.git(["cat-file", "commit", signed]);
    const forged = Buffer.from(raw.toString("latin1").replace(/Signed\n$/, "Forged\n"), "latin1");
    const written = await repository.repo.git.git(["hash-object", "-t", "commit", "-w", "--stdin"], {
      input: forged,
    });
    await repository.pushOid(author, "forged", written.toString("latin1").trim());
    const pull = await repository.openPullRequest(author, { head: "forged", base: "main", title: "x" });
    expect(await signatureOf(pull.number)).toMatchObject({ isValid: false });
  });

  it("comes with author, committer and co-authors, mapped by verified e-mail", async () => {
    const { author, reviewer, repository } = stage;
    const message = `Pair\n\nCo-authored-by: Grace <${reviewer.person.email}>\nco-authored-by: X <x@nowhere.example>`;
    await repository.push(author, "feature", { message, files: { a: "1" } });
    const pull = await repository.openPullRequest(author, { head: "feature", base: "main", title: "Pair" });
    const commit = pullOf(await factsOf(pull.number), "commits", "nodes", 0, "commit");
    expect(at(commit, "authors")).toMatchObject({
      totalCount: 3,
      nodes: [{ user: { login: "ada" } }, { user: { login: "grace" } }, { user: null }],
    });
    expect(at(commit, "committer", "user")).toMatchObject({ login: "ada" });
  });
});

describe("the rules of a branch", () => {
  it("are joined from the repository and its organization, active ones only", async () => {
    const { repository, organization, github } = stage;
    repository.protect("main", {
      adminEnforced: true,
      pullRequest: { approvals: 2, dismissStale: true, codeOwners: false, lastPushApproval: true },
      checks: [
        { context: "countersign", appId: github.appId },
        { context: "ci", appId: null },
      ],
    });
    const parameters = {
      required_status_checks: [{ context: "countersign", integration_id: github.appId }, { context: "ci" }],
    };
    repository.ruleset({
      name: "checks",
      rules: [
        {
          type: "required_status_checks",
          parameters: { ...parameters, strict_required_status_checks_policy: false },
        },
      ],
    });
    organization.ruleset({ name: "org", rules: [{ type: "required_signatures" }, { type: "deletion" }] });
    organization.ruleset({ name: "dry run", enforcement: "evaluate", rules: [{ type: "update" }] });
    organization.ruleset({ name: "elsewhere", repositories: ["other-*"], rules: [{ type: "update" }] });
    organization.ruleset({
      name: "not main",
      include: ["refs/heads/release/*"],
      rules: [{ type: "update" }],
    });
    const base = pullOf(await factsOf((await openPull(stage)).number), "baseRef");
    expect(at(base, "branchProtectionRule")).toMatchObject({
      pattern: "main",
      isAdminEnforced: true,
      requiredApprovingReviewCount: 2,
      requiredStatusChecks: [
        { context: "countersign", app: { databaseId: github.appId } },
        { context: "ci", app: null },
      ],
    });
    expect(at(base, "rules", "nodes")).toMatchObject([
      {
        type: "REQUIRED_SIGNATURES",
        parameters: null,
        repositoryRuleset: { name: "org", source: { login: "acme" } },
      },
      { type: "DELETION" },
      {
        type: "REQUIRED_STATUS_CHECKS",
        parameters: {
          requiredStatusChecks: [
            { context: "countersign", integrationId: github.appId },
            { context: "ci", integrationId: null },
          ],
        },
        repositoryRuleset: { name: "checks", source: { nameWithOwner: "acme/deploy" } },
      },
    ]);
    const { data } = await stage.octokit.rest.repos.getBranchRules({
      owner: "acme",
      repo: "deploy",
      branch: "main",
    });
    expect(data.map(({ type }) => type)).toEqual([
      "required_signatures",
      "deletion",
      "required_status_checks",
    ]);
    const protection = await stage.octokit.rest.repos.getBranchProtection({
      owner: "acme",
      repo: "deploy",
      branch: "main",
    });
    expect(protection.data).toMatchObject({ enforce_admins: { enabled: true } });
  });

  it("hide who may bypass a ruleset from those who may not edit it", async () => {
    const bypass = [
      { type: "RepositoryRole", id: 5, name: "admin", mode: "always" } as const,
      { type: "Team", id: 77, name: "release", mode: "pull_request" } as const,
    ];
    stage.repository.ruleset({ rules: [{ type: "deletion" }], bypass });
    const number = (await openPull(stage)).number;
    const path = ["baseRef", "rules", "nodes", 0, "repositoryRuleset", "bypassActors"];
    expect(pullOf(await factsOf(number), ...path)).toBeNull();
    stage.installation.installation.permissions = { ...MANIFEST.permissions, administration: "write" };
    stage = { ...stage, octokit: asInstallation(stage.github, stage.installation.id) };
    expect(pullOf(await factsOf(number), ...path)).toMatchObject({
      totalCount: 2,
      nodes: [
        { bypassMode: "ALWAYS", repositoryRoleName: "admin", actor: null },
        { bypassMode: "PULL_REQUEST", actor: { __typename: "Team", databaseId: 77, slug: "release" } },
      ],
    });
  });
});

describe("what may not be read, or asked", () => {
  it("is null with an error of type FORBIDDEN where a permission is missing", async () => {
    const permissions = {
      metadata: "read",
      contents: "read",
      pull_requests: "read",
      checks: "read",
    } as const;
    const manifest = { ...MANIFEST, permissions, events: [] };
    const github = await startLoopbackGitHub({ manifest, webhookSecret: SECRET, clock: stage.clock });
    const organization = github.organization("acme");
    const octokit = asInstallation(github, github.install(organization).id);
    const other = { ...stage, github, organization, octokit, author: github.user("ada") };
    const repository = await organization.repository("deploy");
    repository.grant(other.author, "write");
    const { number } = await openPull({ ...other, repository });
    const facts = octokit.graphql(queries.PULL_REQUEST_FACTS, { ...HERE, number, ...PATHS });
    // Fields are resolved side by side, so their errors come in any order.
    const errors = [["baseRef", "branchProtectionRule"], ["statusCheckRollup"]].map((path) =>
      expect.objectContaining({ type: "FORBIDDEN", path: expect.arrayContaining(path) }),
    );
    const answer = facts.finally(async () => {
      await github.close();
    });
    await expect(answer).rejects.toMatchObject({ errors: expect.arrayContaining(errors) });
  });

  it("is an error of type NOT_FOUND where it is not there", async () => {
    await expect(factsOf(99)).rejects.toMatchObject({
      errors: [{ path: ["organization"] }, { type: "NOT_FOUND", path: ["repository", "pullRequest"] }],
    });
    const strange = stage.octokit.graphql(queries.CONTROL_FILES_AT, { owner: "rival", name: "x", ...PATHS });
    await expect(strange).rejects.toMatchObject({
      errors: expect.arrayContaining([
        expect.objectContaining({ type: "NOT_FOUND", path: ["organization"] }),
        expect.objectContaining({ type: "NOT_FOUND", path: ["repository"] }),
      ]),
    });
  });

  it.each([
    ["no page size", "all: commits { nodes { id } } commits(first: 1)", "MISSING_PAGINATION_BOUNDARIES"],
    ["a page of 101", "commits(first: 101)", "EXCESSIVE_PAGINATION"],
    ["a cursor that is none", 'commits(first: 1, after: "x")', "INVALID_CURSOR_ARGUMENTS"],
  ])("is refused as GitHub does with %s", async (_, field, type) => {
    const { number } = await openPull(stage);
    const query = `{ repository(owner: "acme", name: "deploy") { pullRequest(number: ${number}) { ${field} { totalCount } } } }`;
    await expect(stage.octokit.graphql(query)).rejects.toMatchObject({ errors: [{ type }] });
  });

  it("is not how many there are, without naming a page", async () => {
    const { number } = await openPull(stage);
    const query = `{ repository(owner: "acme", name: "deploy") { pullRequest(number: ${number}) { commits { totalCount } } } }`;
    const counted = { repository: { pullRequest: { commits: { totalCount: 1 } } } };
    expect(await stage.octokit.graphql(query)).toEqual(counted);
  });

  it.each([
    ["a field that GitHub's schema does not have", "{ viewer { colour } }", /colour/],
    ["a field that the loopback GitHub does not serve", "{ viewer { login } }", /does not know Query.viewer/],
  ])("fails the test with %s", async (_, query, message) => {
    await expect(stage.octokit.graphql(query)).rejects.toThrow();
    expect(stage.github.violations).toEqual([expect.stringMatching(message)]);
    stage.github.violations.splice(0);
  });
});
