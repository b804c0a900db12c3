import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { asUser, openPull, refusal, setStage, type Stage } from "./support/stage.js";

const HERE = { owner: "acme", repo: "deploy" };

let stage: Stage;
let head_sha: string;

beforeEach(async () => {
  stage = await setStage();
  head_sha = await stage.repository.tip();
});

afterEach(async () => {
  await stage.github.close({ check: false });
});

const annotations = (count: number, level = "failure" as const) =>
  Array.from({ length: count }, (_, at) => ({
    path: "app.yaml",
    start_line: at + 1,
    end_line: at + 1,
    annotation_level: level,
    message: `line ${at + 1}`,
  }));

const completed = { status: "completed", conclusion: "failure" } as const;

describe("a check run", () => {
  it("is created, read back, listed and updated", async () => {
    const { checks } = stage.octokit.rest;
    const output = { title: "2 problems", summary: "two", annotations: annotations(2) };
    const made = await checks.create({ ...HERE, head_sha, name: "countersign", ...completed, output });
    expect(made.data).toMatchObject({
      head_sha,
      ...completed,
      app: { id: stage.github.appId },
      output: { annotations_count: 2 },
    });
    const check_run_id = made.data.id;
    await checks.update({
      ...HERE,
      check_run_id,
      ...completed,
      conclusion: "success",
      output: { ...output, title: "fine" },
    });
    expect((await checks.get({ ...HERE, check_run_id })).data).toMatchObject({
      conclusion: "success",
      output: { title: "fine" },
    });
    expect(
      stage.github.checkRuns(stage.repository, head_sha).map(({ name, conclusion }) => [name, conclusion]),
    ).toEqual([["countersign", "success"]]);
    stage.github.assertClean();
  });

  it("gains annotations with every update", async () => {
    const { checks } = stage.octokit.rest;
    const output = { title: "many", summary: "many", annotations: annotations(50) };
    const { data } = await checks.create({ ...HERE, head_sha, name: "countersign", ...completed, output });
    const check_run_id = data.id;
    await checks.update({ ...HERE, check_run_id, output: { ...output, annotations: annotations(20) } });
    const listed = await stage.octokit.paginate(checks.listAnnotations, {
      ...HERE,
      check_run_id,
      per_page: 30,
    });
    expect(listed).toHaveLength(70);
    expect(stage.github.count("checks/list-annotations")).toBe(3);
    stage.github.assertClean();
  });

  it("is listed by name and app, the newest of each name unless all are asked for", async () => {
    const { checks } = stage.octokit.rest;
    const scanner = stage.github.otherApp("scanner");
    await stage.repository.checkRun(scanner, head_sha, "scan", { conclusion: "failure" });
    await stage.repository.checkRun(scanner, head_sha, "scan", { conclusion: "success" });
    await checks.create({ ...HERE, head_sha, name: "scan" });
    const list = async (filters: object) => {
      const { data } = await checks.listForRef({ ...HERE, ref: head_sha, ...filters });
      return data.check_runs.map(({ app, conclusion }) => [app?.slug, conclusion]);
    };
    expect(await list({})).toEqual([
      ["countersign", null],
      ["scanner", "success"],
    ]);
    expect(await list({ app_id: scanner.id, filter: "all" })).toEqual([
      ["scanner", "success"],
      ["scanner", "failure"],
    ]);
    expect(await list({ check_name: "other" })).toEqual([]);
    stage.github.assertClean();
  });

  it("of another app cannot be changed", async () => {
    const run = await stage.repository.checkRun(stage.github.otherApp("scanner"), head_sha, "scan");
    const update = stage.octokit.rest.checks.update({
      ...HERE,
      check_run_id: run.id,
      ...completed,
      conclusion: "success",
    });
    expect((await refusal(update)).status).toBe(403);
    expect(run.conclusion).toBeNull();
  });

  it.each<[string, object]>([
    ["an unknown commit", { head_sha: "0123456789".repeat(4) }],
    ["no conclusion although completed", { status: "completed" }],
    ["a conclusion that only GitHub sets", { conclusion: "stale" }],
    ["a conclusion while in progress", { status: "in_progress", conclusion: "success" }],
    ["a title of 256 characters", { output: { title: "x".repeat(256), summary: "" } }],
  ])("is refused with %s", async (_, change) => {
    const request = { ...HERE, name: "countersign", head_sha, ...change };
    expect(
      (await refusal(stage.octokit.request("POST /repos/{owner}/{repo}/check-runs", request))).status,
    ).toBe(422);
    expect(stage.repository.repo.checkRuns).toEqual([]);
  });

  it.each<[string, object]>([
    ["51 annotations", { output: { title: "x", summary: "x", annotations: annotations(51) } }],
    ["a summary of 65,536 characters", { output: { title: "x", summary: "x".repeat(65_536) } }],
    ["a text of 65,536 characters", { output: { title: "x", summary: "x", text: "x".repeat(65_536) } }],
    [
      "four actions",
      { actions: Array.from({ length: 4 }, () => ({ label: "a", description: "b", identifier: "c" })) },
    ],
    [
      "an action label of 21 characters",
      { actions: [{ label: "x".repeat(21), description: "b", identifier: "c" }] },
    ],
    ["an undeclared property", { output: { title: "x", summary: "x", colour: "red" } }],
    [
      "an unknown annotation level",
      {
        output: {
          title: "x",
          summary: "x",
          annotations: [{ ...annotations(1)[0], annotation_level: "error" }],
        },
      },
    ],
    ["a number for a name", { name: 7 }],
  ])("against GitHub's description, with %s, is refused and fails the test", async (_, change) => {
    const request = { ...HERE, name: "countersign", head_sha, ...change };
    expect(
      (await refusal(stage.octokit.request("POST /repos/{owner}/{repo}/check-runs", request))).status,
    ).toBe(422);
    expect(stage.github.violations).toEqual([expect.stringContaining("checks/create")]);
    expect(() => {
      stage.github.assertClean();
    }).toThrow(/checks\/create/);
  });
});

describe("other mistakes of a client that fail the test", () => {
  it.each([
    ["an unknown query parameter", "/repos/acme/deploy/pulls?colour=red", "query"],
    ["a page number that is none", "/repos/acme/deploy/pulls?page=two", "query"],
    ["an operation that GitHub does not have", "/repos/acme/deploy/pull-requests", "not an operation"],
  ])("%s", async (_, url, message) => {
    await refusal(stage.octokit.request(`GET ${url}`));
    expect(stage.github.violations).toEqual([expect.stringContaining(message)]);
  });
});

describe("a commit status", () => {
  it("is created by a user and listed newest first", async () => {
    const octokit = asUser(stage.github, stage.author);
    for (const state of ["pending", "success"] as const) {
      await octokit.rest.repos.createCommitStatus({ ...HERE, sha: head_sha, state, context: "ci/build" });
    }
    const { data } = await stage.octokit.rest.repos.listCommitStatusesForRef({ ...HERE, ref: head_sha });
    expect(data.map(({ context, state, creator }) => [context, state, creator?.login])).toEqual([
      ["ci/build", "success", "ada"],
      ["ci/build", "pending", "ada"],
    ]);
    stage.github.assertClean();
  });

  it("is refused on an unknown commit", async () => {
    const status = stage.repository.status(stage.author, "1".repeat(40), "ci", "success");
    await expect(status).rejects.toMatchObject({ status: 422 });
  });
});

describe("code scanning", () => {
  it("answers 404 until a tool reported, then analyses and alerts by ref", async () => {
    const { codeScanning } = stage.octokit.rest;
    expect((await refusal(codeScanning.listRecentAnalyses(HERE))).status).toBe(404);
    const pull = await openPull(stage);
    const ref = `refs/pull/${pull.number}/merge`;
    const alerts = [
      { rule: "privileged-container", securitySeverity: "high", path: "app.yaml", line: 3 } as const,
    ];
    stage.repository.codeScanning("Trivy", { ref, oid: pull.headOid, alerts });
    const analyses = await codeScanning.listRecentAnalyses({ ...HERE, ref });
    expect(analyses.data).toMatchObject([
      { ref, commit_sha: pull.headOid, tool: { name: "Trivy" }, results_count: 1 },
    ]);
    const open = await codeScanning.listAlertsForRepo({ ...HERE, ref, state: "open" });
    expect(open.data).toMatchObject([{ state: "open", rule: { security_severity_level: "high" } }]);
    expect((await codeScanning.listAlertsForRepo(HERE)).data).toEqual([]);
    stage.github.assertClean();
  });
});
