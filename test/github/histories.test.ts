import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { openPull, refusal, setStage, type Stage } from "./support/stage.js";

const HERE = { owner: "acme", repo: "deploy" };
const FILE = { message: "A change", files: { "change.yaml": "x\n" } };

let stage: Stage;

beforeEach(async () => {
  stage = await setStage();
});

afterEach(async () => {
  await stage.github.close();
});

const HISTORY = `query BranchHistory($owner: String!, $repo: String!, $ref: String!, $first: Int!, $after: String) {
  repository(owner: $owner, name: $repo) {
    databaseId url defaultBranchRef { name }
    ref(qualifiedName: $ref) { target { ... on Commit { oid
      history(first: $first, after: $after) { totalCount pageInfo { hasNextPage endCursor } nodes {
        oid parents(first: 10) { nodes { oid } }
        associatedPullRequests(first: 10) { totalCount nodes {
          number state baseRefName baseRepository { databaseId } mergeCommit { oid } commits { totalCount } } } } } } } }
  }
}`;

interface HistoryPage {
  readonly totalCount: number;
  readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
  readonly nodes: readonly {
    readonly oid: string;
    readonly parents: { readonly nodes: readonly { readonly oid: string }[] };
    readonly associatedPullRequests: {
      readonly totalCount: number;
      readonly nodes: readonly {
        readonly number: number;
        readonly state: string;
        readonly baseRefName: string;
      }[];
    };
  }[];
}

async function history(branch: string, first = 100, after: string | null = null): Promise<HistoryPage> {
  const variables = { ...HERE, ref: `refs/heads/${branch}`, first, after };
  interface Answer {
    readonly repository: { readonly ref: { readonly target: { readonly history: HistoryPage } } };
  }
  return (await stage.octokit.graphql<Answer>(HISTORY, variables)).repository.ref.target.history;
}

async function pullsOfHistory(
  branch: string,
  first: number,
): Promise<{ number: number; baseRefName: string }[][]> {
  return (await history(branch, first)).nodes.map(({ associatedPullRequests }) =>
    associatedPullRequests.nodes.map(({ number, baseRefName }) => ({ number, baseRefName })),
  );
}

describe("a branch's history", () => {
  it("is every ancestor, the newest first, page by page", async () => {
    const { repository, author, clock } = stage;
    const root = await repository.tip();
    clock.advance(60_000);
    const pull = await openPull(stage);
    clock.advance(60_000);
    const aside = await repository.push(author, "main", FILE);
    clock.advance(60_000);
    const merge = await pull.merge(author);
    const all = await history("main");
    expect(all.nodes.map(({ oid }) => oid)).toEqual([merge, aside, pull.headOid, root]);
    expect(all.nodes[0]?.parents.nodes).toEqual([{ oid: aside }, { oid: pull.headOid }]);
    const one = await history("main", 3);
    const two = await history("main", 3, one.pageInfo.endCursor);
    expect([one.totalCount, one.pageInfo.hasNextPage, two.pageInfo.hasNextPage]).toEqual([4, true, false]);
    expect([...one.nodes, ...two.nodes]).toEqual(all.nodes);
  });

  it.each(["merge", "squash", "rebase"] as const)(
    "leads from each commit of a %s to its pull request",
    async (method) => {
      const { repository, author, clock } = stage;
      const pull = await openPull(stage);
      await pull.push(author, { message: "More", files: { "more.yaml": "x\n" } });
      clock.advance(60_000);
      const direct = await repository.push(author, "main", FILE);
      clock.advance(60_000);
      const tip = await pull.merge(author, { method });
      const { nodes } = await history("main");
      const brought = nodes.filter(
        ({
          associatedPullRequests: {
            nodes: [found],
          },
        }) => found?.number === pull.number,
      );
      expect(brought).toHaveLength({ merge: 3, squash: 1, rebase: 2 }[method]);
      expect(brought[0]).toMatchObject({
        oid: tip,
        associatedPullRequests: {
          totalCount: 1,
          nodes: [
            {
              state: "MERGED",
              baseRefName: "main",
              baseRepository: { databaseId: repository.repo.id },
              mergeCommit: { oid: tip },
              commits: { totalCount: 2 },
            },
          ],
        },
      });
      expect(nodes.find(({ oid }) => oid === direct)?.associatedPullRequests.totalCount).toBe(0);
    },
  );

  it("moved forward to another branch leads to the pull requests for that one", async () => {
    const { repository, author } = stage;
    await repository.pushOid(author, "production", await repository.tip());
    const merged = await (await openPull(stage)).merge(author);
    expect(await repository.fastForward(author, "production", "main")).toBe(merged);
    const { data } = await stage.octokit.rest.repos.listActivities({ ...HERE, ref: "production" });
    expect(data.map((entry) => entry.activity_type)).toEqual(["push", "branch_creation"]);
    expect(await pullsOfHistory("production", 1)).toEqual([[{ number: 1, baseRefName: "main" }]]);
  });

  it("comes with the repository's names, and those of its branches", async () => {
    const { repository, author, octokit, github } = stage;
    await repository.pushOid(author, "release/1.0", await repository.tip());
    await openPull(stage);
    const query = `query Names($after: String) { repository(owner: "acme", name: "deploy") {
      databaseId nameWithOwner url defaultBranchRef { name }
      refs(refPrefix: "refs/heads/", first: 2, after: $after) { pageInfo { hasNextPage endCursor } nodes { name } } } }`;
    interface Names {
      repository: { refs: { pageInfo: { endCursor: string }; nodes: { name: string }[] } };
    }
    const { repository: first } = await octokit.graphql<Names>(query);
    expect(first).toMatchObject({
      databaseId: repository.repo.id,
      nameWithOwner: "acme/deploy",
      url: `${github.url}/acme/deploy`,
      defaultBranchRef: { name: "main" },
      refs: { nodes: [{ name: "feature" }, { name: "main" }] },
    });
    const second = await octokit.graphql<Names>(query, { after: first.refs.pageInfo.endCursor });
    expect(second.repository.refs.nodes).toEqual([{ name: "release/1.0" }]);
  });
});

describe("a comparison", () => {
  it("gives the commits that the head has and the base has not, and their files", async () => {
    const { repository, author, octokit, clock } = stage;
    const fork = await repository.push(author, "main", {
      message: "Moved",
      files: { "a.yaml": "one\ntwo\nthree\n" },
    });
    clock.advance(60_000);
    const one = await repository.push(author, "side", { message: "One", files: { "b.yaml": "x\ny\n" } });
    clock.advance(60_000);
    const two = await repository.push(author, "side", {
      message: "Two",
      files: { "a.yaml": null, "moved/a.yaml": "one\ntwo\nthree\n", "README.md": null },
    });
    const main = await repository.push(author, "main", FILE);
    const compared = octokit.rest.repos.compareCommitsWithBasehead({ ...HERE, basehead: `${main}...side` });
    const { data } = await compared;
    expect(data).toMatchObject({
      status: "diverged",
      ahead_by: 2,
      behind_by: 1,
      total_commits: 2,
      base_commit: { sha: main },
      merge_base_commit: { sha: fork },
    });
    expect(data.commits.map(({ sha }) => sha)).toEqual([one, two]);
    const files = data.files?.map((file) => [
      file.status,
      file.filename,
      file.previous_filename,
      file.additions,
    ]);
    expect(files).toEqual([
      ["removed", "README.md", undefined, 0],
      ["added", "b.yaml", undefined, 2],
      ["renamed", "moved/a.yaml", "a.yaml", 0],
    ]);
  });

  it.each([
    ["identical", "main", "main"],
    ["ahead", "main", "side"],
    ["behind", "side", "main"],
  ])("says %s", async (status, base, head) => {
    await stage.repository.push(stage.author, "side", FILE);
    const basehead = `${base}...${head}`;
    const { data } = await stage.octokit.rest.repos.compareCommitsWithBasehead({ ...HERE, basehead });
    expect(data.status).toBe(status);
  });

  it("is paged with files on the first page only, and not paged gives the newest commits", async () => {
    const { repository, author, octokit } = stage;
    const oids: string[] = [];
    for (let at = 0; at < 5; at += 1) {
      const files = { [`${at}.yaml`]: "x\n" };
      oids.push(await repository.push(author, "side", { message: "Step", files }));
    }
    const compared = async (query: { page?: number; per_page?: number }) => {
      const request = { ...HERE, basehead: "main...side", ...query };
      const { data, headers } = await octokit.rest.repos.compareCommitsWithBasehead(request);
      expect(data.total_commits).toBe(5);
      return {
        oids: data.commits.map(({ sha }) => sha),
        files: data.files?.length,
        more: headers.link?.includes('rel="next"') ?? false,
      };
    };
    expect(await compared({ per_page: 2 })).toEqual({ oids: oids.slice(0, 2), files: 5, more: true });
    const second = { oids: oids.slice(2, 4), files: undefined, more: true };
    expect(await compared({ per_page: 2, page: 2 })).toEqual(second);
    const last = { oids: oids.slice(4), files: undefined, more: false };
    expect(await compared({ per_page: 2, page: 3 })).toEqual(last);
    expect(await compared({})).toEqual({ oids, files: 5, more: false });
  });

  it("is not found for what is not there, or has nothing in common", async () => {
    const { repository, author, octokit } = stage;
    const orphan = await repository.commit({ message: "Orphan", author: author.person, parents: [] });
    await repository.pushOid(author, "orphan", orphan);
    for (const basehead of ["main...nowhere", `main...${"a".repeat(40)}`, "main...orphan"]) {
      const request = octokit.rest.repos.compareCommitsWithBasehead({ ...HERE, basehead });
      expect((await refusal(request)).status).toBe(404);
    }
  });
});

describe("a tree", () => {
  it("lists every file below it, by commit or tree, and says when it is cut off", async () => {
    const { repository, author, octokit, github } = stage;
    const files = { "apps/one.yaml": "1\n", "apps/two/two.yaml": "22\n" };
    const tree_sha = await repository.push(author, "main", { message: "Apps", files });
    const { data } = await octokit.rest.git.getTree({ ...HERE, tree_sha, recursive: "1" });
    expect(data.truncated).toBe(false);
    expect(data.tree.map(({ path, mode, type, size }) => [path, mode, type, size])).toEqual([
      ["README.md", "100644", "blob", 9],
      ["apps", "040000", "tree", undefined],
      ["apps/one.yaml", "100644", "blob", 2],
      ["apps/two", "040000", "tree", undefined],
      ["apps/two/two.yaml", "100644", "blob", 3],
    ]);
    const sub = data.tree.find(({ path }) => path === "apps")?.sha ?? "";
    const below = await octokit.rest.git.getTree({ ...HERE, tree_sha: sub });
    expect(below.data.tree.map(({ path }) => path)).toEqual(["one.yaml", "two"]);
    github.world.largestTree = 2;
    const cut = await octokit.rest.git.getTree({ ...HERE, tree_sha, recursive: "1" });
    expect([cut.data.truncated, cut.data.tree.length]).toEqual([true, 2]);
    expect((await refusal(octokit.rest.git.getTree({ ...HERE, tree_sha: "a".repeat(40) }))).status).toBe(404);
  });
});
