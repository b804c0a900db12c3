import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { NO_SECONDARY } from "./http/secondary-limits.js";
import { asUser, openPull, refusal, setStage, type Stage } from "./support/stage.js";

const HERE = { owner: "acme", repo: "deploy" };

let stage: Stage;
let head_sha: string;

beforeEach(async () => {
  stage = await setStage();
  head_sha = await stage.repository.tip();
});

afterEach(async () => {
  await stage.github.close();
});

const repository = async () => await stage.octokit.rest.repos.get(HERE);

/** The answer as it comes over the wire, without a client that tries again. */
async function raw(path: string, headers: Record<string, string> = {}): Promise<Response> {
  const authorization = `token ${stage.author.token}`;
  return await fetch(`${stage.github.apiUrl}${path}`, { headers: { authorization, ...headers } });
}

describe("faults", () => {
  it("strike as often as they should, and only what they should", async () => {
    const fault = stage.github.faults.next(
      { operation: "repos/get", times: 2 },
      { kind: "error", status: 502 },
    );
    expect((await raw("/users/ada")).status).toBe(200);
    expect([(await raw("/repos/acme/deploy")).status, (await raw("/repos/acme/deploy")).status]).toEqual([
      502, 502,
    ]);
    expect((await raw("/repos/acme/deploy")).status).toBe(200);
    expect(fault.hits).toBe(2);
  });

  it.each([
    [{ kind: "secondary-limit", retryAfter: 7 } as const, 403, { "retry-after": "7" }],
    [{ kind: "too-many-requests", retryAfter: 9 } as const, 429, { "retry-after": "9" }],
    [{ kind: "primary-limit" } as const, 403, { "x-ratelimit-remaining": "0" }],
    [{ kind: "error", status: 500 } as const, 500, {}],
  ])("of kind %j answer as GitHub does", async (fault, status, headers) => {
    stage.github.faults.next({ method: "GET", path: /^\/repos/ }, fault);
    const response = await raw("/repos/acme/deploy");
    expect(response.status).toBe(status);
    expect(Object.fromEntries(response.headers)).toMatchObject(headers);
  });

  it("drop the connection before or after GitHub did what was asked", async () => {
    const create = async () =>
      await stage.octokit.rest.checks.create({ ...HERE, name: "countersign", head_sha });
    await repository();
    for (const when of ["before", "after"] as const) {
      stage.github.faults.next({ operation: "checks/create" }, { kind: "drop", when });
      await expect(create()).rejects.toThrow();
    }
    expect(stage.repository.repo.checkRuns).toHaveLength(1);
    expect(stage.github.requests.filter(({ status }) => status === 0)).toHaveLength(2);
  });

  it("break an answer off in the middle", async () => {
    stage.github.faults.next({ operation: "repos/get" }, { kind: "half-body" });
    const response = await raw("/repos/acme/deploy");
    await expect(response.text()).rejects.toThrow();
  });

  it("hold an answer until the test lets it go", async () => {
    const slow = stage.github.faults.next({ operation: "checks/list-for-ref" }, { kind: "slow" });
    const held = stage.octokit.rest.checks.listForRef({ ...HERE, ref: head_sha });
    await slow.met;
    await stage.octokit.rest.checks.create({ ...HERE, name: "countersign", head_sha });
    slow.release();
    // It tells what was true when GitHub looked, before the check run was made.
    expect((await held).data.total_count).toBe(0);
  });

  it("give the answer of last time, for REST and GraphQL", async () => {
    const list = async () =>
      (await stage.octokit.rest.checks.listForRef({ ...HERE, ref: head_sha })).data.total_count;
    const title = async (number: number) => {
      const query = `query Title { repository(owner: "acme", name: "deploy") { pullRequest(number: ${number}) { title } } }`;
      return JSON.stringify(await stage.octokit.graphql(query));
    };
    const pull = await openPull(stage);
    const before = [await list(), await title(pull.number)];
    await stage.octokit.rest.checks.create({ ...HERE, name: "countersign", head_sha });
    await pull.edit(stage.author, { title: "Renamed" });
    stage.github.faults.next({ operation: "checks/list-for-ref" }, { kind: "stale" });
    stage.github.faults.next({ operation: "Title" }, { kind: "stale" });
    expect([await list(), await title(pull.number)]).toEqual(before);
    expect([await list(), await title(pull.number)]).toEqual([1, expect.stringContaining("Renamed")]);
  });
});

describe("rate limits", () => {
  it("count down by caller, and refuse when used up until the hour is over", async () => {
    stage.github.limits.limit = 3;
    const remaining = async () => (await raw("/repos/acme/deploy")).headers.get("x-ratelimit-remaining");
    expect([await remaining(), await remaining(), await remaining()]).toEqual(["2", "1", "0"]);
    expect((await raw("/repos/acme/deploy")).status).toBe(403);
    const other = await asUser(stage.github, stage.reviewer).rest.rateLimit.get();
    expect(other.data.rate).toMatchObject({ limit: 3, used: 0 });
    stage.clock.advance(3_600_000);
    expect((await raw("/repos/acme/deploy")).status).toBe(200);
  });

  it("are not touched by what is answered 304", async () => {
    const first = await raw("/repos/acme/deploy");
    const again = await raw("/repos/acme/deploy", { "if-none-match": first.headers.get("etag") ?? "" });
    expect(again.status).toBe(304);
    expect(again.headers.get("x-ratelimit-remaining")).toBe(first.headers.get("x-ratelimit-remaining"));
  });

  describe("of the second kind", () => {
    const create = async () => {
      const url = `${stage.github.apiUrl}/repos/acme/deploy/issues`;
      const authorization = `token ${stage.author.token}`;
      return await fetch(url, { method: "POST", headers: { authorization }, body: '{"title":"Content"}' });
    };
    const statuses = async (...requests: (() => Promise<Response>)[]) => {
      const found = [];
      for (const request of requests) found.push((await request()).status);
      return found;
    };
    const read = () => raw("/repos/acme/deploy");

    it("are off unless a test sets them", () => {
      expect(stage.github.limits.secondary).toBe(NO_SECONDARY);
    });

    it("allow so many points in any minute, of which a write costs five", async () => {
      stage.github.limits.secondary = { ...NO_SECONDARY, pointsAMinute: { core: 7, graphql: 1 } };
      expect(await statuses(read, create, read, read)).toEqual([200, 201, 200, 403]);
      stage.clock.advance(59_000);
      const refused = await read();
      expect([refused.status, refused.headers.get("retry-after")]).toEqual([403, "60"]);
      stage.clock.advance(1_000);
      expect(await statuses(create, read, read, read)).toEqual([201, 200, 200, 403]);
      expect(stage.github.limits.refusals.map(({ limit }) => limit)).toEqual(["points", "points", "points"]);
      // Another caller has points of its own, and GraphQL others than REST.
      await stage.octokit.graphql("query A { rateLimit { limit } }");
      await expect(stage.octokit.graphql("query B { rateLimit { limit } }")).rejects.toThrow("secondary");
    });

    it("allow so much content in any minute and hour", async () => {
      stage.github.limits.secondary = { ...NO_SECONDARY, contentAMinute: 2, contentAnHour: 3 };
      expect(await statuses(create, create, create, read)).toEqual([201, 201, 403, 200]);
      stage.clock.advance(60_000);
      expect(await statuses(create, create)).toEqual([201, 403]);
      stage.clock.advance(3_540_000);
      expect(await statuses(create)).toEqual([201]);
    });

    it("allow so many requests under way at once", async () => {
      stage.github.limits.secondary = { ...NO_SECONDARY, concurrent: 0 };
      expect((await read()).status).toBe(403);
      stage.github.limits.secondary = { ...NO_SECONDARY, concurrent: 1 };
      expect(await statuses(read, read)).toEqual([200, 200]);
    });
  });
});

describe("conditional requests", () => {
  it("answer 304 while nothing changed", async () => {
    const first = await raw(`/repos/acme/deploy/commits/${head_sha}/check-runs`);
    const etag = first.headers.get("etag") ?? "";
    const again = async () =>
      (await raw(`/repos/acme/deploy/commits/${head_sha}/check-runs`, { "if-none-match": etag })).status;
    expect(await again()).toBe(304);
    await stage.octokit.rest.checks.create({ ...HERE, name: "countersign", head_sha });
    expect(await again()).toBe(200);
  });
});

describe("pages", () => {
  it("lead to one another by Link headers, to the end", async () => {
    for (const state of ["pending", "failure", "success"] as const) {
      await stage.repository.status(stage.author, head_sha, "ci", state);
    }
    const statuses = { ...HERE, ref: head_sha, per_page: 1 };
    const first = await stage.octokit.rest.repos.listCommitStatusesForRef(statuses);
    expect(first.headers.link).toMatch(/page=2>; rel="next".*page=3>; rel="last"/);
    const all = await stage.octokit.paginate(stage.octokit.rest.repos.listCommitStatusesForRef, statuses);
    expect(all.map(({ state }) => state)).toEqual(["success", "failure", "pending"]);
  });

  it("are counted by activity's cursor, too", async () => {
    for (const branch of ["a", "b", "c"])
      await stage.repository.push(stage.author, branch, { message: branch });
    const listed = await stage.octokit.paginate(stage.octokit.rest.repos.listActivities, {
      ...HERE,
      per_page: 2,
    });
    expect(listed.map(({ ref }) => ref)).toEqual(["c", "b", "a"].map((branch) => `refs/heads/${branch}`));
  });
});

describe("files", () => {
  it("are read at a revision, folders listed, and a missing one is not found", async () => {
    const { repos } = stage.octokit.rest;
    const oid = await stage.repository.push(stage.author, "files", {
      message: "Files",
      files: { "folder/a.yaml": "a: 1\n" },
    });
    const { data } = await repos.getContent({ ...HERE, path: "folder/a.yaml", ref: oid });
    expect(data).toMatchObject({
      type: "file",
      encoding: "base64",
      content: Buffer.from("a: 1\n").toString("base64"),
    });
    expect((await repos.getContent({ ...HERE, path: "folder", ref: "files" })).data).toMatchObject([
      { type: "file", path: "folder/a.yaml" },
    ]);
    expect((await refusal(repos.getContent({ ...HERE, path: "folder/a.yaml" }))).status).toBe(404);
  });
});
