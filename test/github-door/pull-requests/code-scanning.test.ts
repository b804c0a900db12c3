import { afterAll, beforeAll, beforeEach, describe, expect, it } from "@jest/globals";
import type { FactSource } from "../../../src/facts/source.js";
import { ADDRESS, BASE, HEAD } from "../nodes.js";
import { StubGitHub } from "../stub.js";

let github: StubGitHub;
let facts: FactSource;

beforeAll(async () => {
  github = await StubGitHub.start();
});
afterAll(() => github.stop());
beforeEach(() => {
  github.calls.length = 0;
  facts = github.connect().facts;
});

describe("code scanning", () => {
  const MERGE = "6".repeat(40);
  const BEFORE = "2026-11-20T11:00:00Z";
  const MERGED_AT = new Date("2026-11-20T12:00:00Z");
  const AFTER = "2026-11-20T12:00:01Z";
  const analysis = (commit_sha: string, created_at = BEFORE) => ({
    commit_sha,
    created_at,
    error: "",
    tool: { name: "CodeQL" },
  });
  const alert = (number: number, rule: object = {}, times: object = {}) => ({
    number,
    created_at: BEFORE,
    fixed_at: null,
    dismissed_at: null,
    ...times,
    html_url: `https://github.com/acme/infra/security/code-scanning/${number}`,
    rule: { id: "r", description: "d", ...rule },
    tool: { name: "CodeQL" },
    most_recent_instance: { location: { path: "a.tf", start_line: 3 } },
  });
  const read = (asOf: Date | null = null) => facts.readCodeScanning(ADDRESS, HEAD, asOf);

  interface Scanned {
    readonly head?: readonly object[];
    readonly merge?: readonly object[];
    readonly alerts?: readonly object[];
    /** Of the commits that analyses name; others are gone. */
    readonly parents?: Readonly<Record<string, readonly string[]>>;
  }
  const scanned = ({ head = [], merge = [], alerts = [], parents = {} }: Scanned) => {
    github.answer(({ path }) => {
      if (path.includes("/alerts")) return { json: alerts };
      if (path.includes("/analyses")) return { json: path.includes("head") ? head : merge };
      const found = parents[path.split("/").at(-1) ?? ""];
      return found ? { json: { parents: found.map((sha) => ({ sha })) } } : { status: 404, json: {} };
    });
  };
  const alertCalls = () => github.calls.filter(({ path }) => path.includes("/alerts"));

  it("counts the analyses of exactly this head, and each alert once", async () => {
    scanned({
      head: [analysis(HEAD), analysis("9".repeat(40))],
      alerts: [alert(1, { severity: "error" })],
    });
    expect(await read()).toMatchObject({
      value: {
        analyses: [{ tool: "CodeQL", commitOid: HEAD }],
        openAlerts: [{ number: 1, severity: "error", path: "a.tf", line: 3 }],
      },
    });
    expect(alertCalls().every(({ path }) => path.includes("state=open"))).toBe(true);
  });

  it.each([
    [{ severity: "note", security_severity_level: "high" }, "high"],
    [{ severity: "note", security_severity_level: null }, "note"],
    [{}, "critical"],
    [{ severity: null }, "critical"],
  ])("an alert with %j is %s", async (rule, severity) => {
    scanned({ alerts: [alert(1, rule)] });
    expect(await read()).toMatchObject({ value: { openAlerts: [{ severity }] } });
  });

  it.each([
    ["counts of a merge of the head into some base", { [MERGE]: [BASE, HEAD] }, [MERGE]],
    ["does not count of a merge of an earlier head", { [MERGE]: [BASE, "9".repeat(40)] }, []],
    ["does not count of a commit on top of the head, which is none", { [MERGE]: [HEAD] }, []],
    ["does not count of a commit that is gone", {}, []],
  ])("of the test merge %s", async (_what, parents, oids) => {
    scanned({ merge: [analysis(MERGE)], parents });
    const commitOids = oids.map((commitOid) => ({ commitOid }));
    expect(await read()).toMatchObject({ value: { analyses: commitOids } });
  });

  it("of test merges is looked for among the ten newest commits", async () => {
    const merges = Array.from({ length: 12 }, (_, at) => at.toString(16).repeat(40));
    const minutes = (at: number) => `2026-11-20T10:${String(10 + at)}:00Z`;
    scanned({
      merge: merges.flatMap((oid, at) => [analysis(oid, minutes(at)), analysis(oid, minutes(at))]),
      parents: Object.fromEntries(merges.map((oid) => [oid, [BASE, HEAD]])),
    });
    expect(await read()).toMatchObject({ value: { analyses: { length: 20 } } });
    expect(github.calls.filter(({ path }) => path.includes("/git/commits/"))).toHaveLength(10);
  });

  it("counts where the head was never analysed", async () => {
    github.answer(({ path }) => {
      if (path.includes(encodeURIComponent("refs/pull/12/head")))
        return { status: 404, json: { message: "no analysis found" } };
      if (path.includes("/git/commits/")) return { json: { parents: [{ sha: BASE }, { sha: HEAD }] } };
      return { json: path.includes("/analyses") ? [analysis(MERGE)] : [alert(1, { severity: "error" })] };
    });
    expect(await read()).toMatchObject({
      value: { analyses: [{ commitOid: MERGE }], openAlerts: [{ number: 1 }] },
    });
  });

  it("of a merged change is that from before the merge", async () => {
    scanned({
      head: [analysis(HEAD, AFTER), analysis(HEAD)],
      merge: [analysis(MERGE, AFTER)],
      alerts: [
        alert(1),
        alert(2, {}, { created_at: AFTER }),
        alert(3, {}, { fixed_at: BEFORE }),
        alert(4, {}, { dismissed_at: BEFORE }),
        alert(5, {}, { fixed_at: AFTER }),
        alert(6, {}, { dismissed_at: AFTER }),
      ],
      parents: { [MERGE]: [BASE, HEAD] },
    });
    expect(await read(MERGED_AT)).toMatchObject({
      value: {
        analyses: [{ commitOid: HEAD, createdAt: BEFORE }],
        openAlerts: [{ number: 1 }, { number: 5 }, { number: 6 }],
      },
    });
    expect(alertCalls().some(({ path }) => path.includes("state="))).toBe(false);
  });

  it("that was never run is known to be absent; that is refused is unknown; that fails is an error", async () => {
    github.answer(() => ({ status: 404, json: {} }));
    expect(await read()).toEqual({ known: true, value: { analyses: [], openAlerts: [] } });
    github.answer(() => ({ status: 403, json: {} }));
    expect(await read()).toMatchObject({ known: false, reason: { code: "forbidden" } });
    github.answer(() => ({ status: 500, json: {} }));
    await expect(read()).rejects.toMatchObject({ code: "github-unavailable" });
  });
});
