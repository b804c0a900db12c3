import { afterAll, beforeAll, beforeEach, describe, expect, it } from "@jest/globals";
import type { CheckAnnotation, CheckRunContent } from "../../src/github/check-runs.js";
import { HEAD, REPOSITORY } from "./nodes.js";
import { APP_ID, type Call, StubGitHub } from "./stub.js";

let github: StubGitHub;

beforeAll(async () => {
  github = await StubGitHub.start();
});
afterAll(() => github.stop());
beforeEach(() => {
  github.calls.length = 0;
  github.answer(() => ({ json: { id: 9 } }));
});

const annotation = (line: number): CheckAnnotation => ({
  path: ".github/countersign.yml",
  start_line: line,
  end_line: line,
  annotation_level: "failure",
  title: "t",
  message: "m",
});
const content = (annotations = 0): CheckRunContent => ({
  name: "countersign",
  headOid: HEAD,
  externalId: "countersign@3",
  conclusion: "failure",
  title: "Not yet",
  summary: "s",
  text: "t",
  actions: [{ label: "Re-check", description: "Look again", identifier: "recheck" }],
  annotations: Array.from({ length: annotations }, (_, index) => annotation(index + 1)),
});

/** The lines that a request annotates. */
const linesOf = ({ body }: Call): number[] => {
  const output = body["output"];
  return typeof output === "object" && output !== null && "annotations" in output
    ? (output.annotations as CheckAnnotation[]).map((it) => it.start_line)
    : [];
};
const range = (from: number, to: number): number[] =>
  Array.from({ length: to - from + 1 }, (_, index) => from + index);

describe("creating a check run", () => {
  it("says it all in one request", async () => {
    expect(await github.connect().checks.create(REPOSITORY, content(1))).toBe(9);
    expect(github.calls).toEqual([
      {
        method: "POST",
        path: "/repos/acme/infra/check-runs",
        body: {
          name: "countersign",
          head_sha: HEAD,
          external_id: "countersign@3",
          status: "completed",
          conclusion: "failure",
          output: { title: "Not yet", summary: "s", text: "t", annotations: [annotation(1)] },
          actions: [{ label: "Re-check", description: "Look again", identifier: "recheck" }],
        },
      },
    ]);
  });

  it.each([
    [50, [range(1, 50)]],
    [51, [range(1, 50), [51]]],
    [120, [range(1, 50), range(51, 100), range(101, 120)]],
  ])("sends %i annotations fifty at a time, each once and in order", async (count, pages) => {
    await github.connect().checks.create(REPOSITORY, content(count));
    expect(github.calls.map(linesOf)).toEqual(pages);
    const appended = github.calls.slice(1);
    expect(appended.every((call) => call.method === "PATCH" && call.path.endsWith("/check-runs/9"))).toBe(
      true,
    );
    expect(appended.every(({ body }) => !("conclusion" in body))).toBe(true);
  });

  it("does not make up an id", async () => {
    github.answer(() => ({ json: {} }));
    const created = github.connect().checks.create(REPOSITORY, content());
    await expect(created).rejects.toMatchObject({ code: "github-unavailable" });
  });
});

describe("rewriting a check run", () => {
  it("keeps its id and says all of it anew", async () => {
    await github.connect().checks.update(REPOSITORY, 9, content());
    expect(github.calls).toMatchObject([
      {
        method: "PATCH",
        path: "/repos/acme/infra/check-runs/9",
        body: {
          external_id: "countersign@3",
          conclusion: "failure",
          output: { title: "Not yet", annotations: [] },
        },
      },
    ]);
  });
});

describe("our newest check run", () => {
  const run = (id: number, annotations = 0) => ({
    id,
    external_id: `countersign@${id}`,
    output: { annotations_count: annotations },
  });

  it("asks for ours only, and goes by the id", async () => {
    github.answer(() => ({ json: { check_runs: [run(7, 1), run(8), run(6)] } }));
    expect(await github.connect().checks.newest(REPOSITORY, content())).toEqual({
      id: 8,
      externalId: "countersign@8",
      annotated: false,
    });
    const query = new URL(github.calls[0]?.path ?? "", github.url).searchParams;
    expect(query.get("app_id")).toBe(String(APP_ID));
    expect(query.get("check_name")).toBe("countersign");
    expect(query.get("filter")).toBe("all");
  });

  it("tells whether it has annotations, which GitHub never takes away", async () => {
    github.answer(() => ({ json: { check_runs: [run(7), run(8, 1)] } }));
    expect(await github.connect().checks.newest(REPOSITORY, content())).toMatchObject({ annotated: true });
  });

  it("is none where there is none", async () => {
    github.answer(() => ({ json: { check_runs: [] } }));
    expect(await github.connect().checks.newest(REPOSITORY, content())).toBeNull();
  });
});
