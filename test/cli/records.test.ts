import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import type { Case } from "../../src/breakglass/case.js";
import { caseIdOf } from "../../src/breakglass/stored.js";
import { transition } from "../../src/breakglass/transition.js";
import { UsageError } from "../../src/cli/command.js";
import { recordsCommand } from "../../src/cli/records.js";
import { issueRecord, refusalRecord, stepKey, stepRecord } from "../../src/evidence/case-record.js";
import { baselineRecord } from "../../src/evidence/push-record.js";
import type { RecordContent } from "../../src/evidence/record.js";
import { refuse } from "../../src/breakglass/rules.js";
import type { NewRecord } from "../../src/store/store.js";
import { actor, ann, dev, make, open } from "../breakglass/make.js";
import { aRecord, AT } from "../store/samples.js";
import { REPOSITORY } from "../store/tables/samples.js";
import { type CommandLine, openCommandLine } from "./command-line.js";

const TENANT = 601;
const KEY = "5/main@push";
const CASE = caseIdOf(KEY);
const OTHER = caseIdOf("5/main@another");

let line: CommandLine;
beforeAll(async () => {
  line = await openCommandLine();
  const tenant = { id: TENANT, login: "octo", installationId: 1, suspended: false, asOf: AT };
  await line.store.saveTenant(tenant);
  for (const record of RECORDS) await append(record);
});
afterAll(() => line.close());

const append = (record: NewRecord) => line.store.transaction((tx) => tx.appendRecord(record));

const record = (kind: NewRecord["kind"], content: Partial<RecordContent>, rest: Partial<NewRecord> = {}) =>
  aRecord({ tenantId: TENANT, kind, pullNumber: null, ...content, ...rest });

/** An acknowledgement by someone whom the policy does not name, and then by someone whom it does. */
function story(): Case {
  const refused = transition(open(), make.acknowledged({ by: actor(dev) })).case;
  return transition(refused, make.acknowledged({ by: actor(ann) })).case;
}

function steps(id: string): NewRecord[] {
  const subject = { ...story(), id };
  return subject.steps.map((step, index) =>
    record(
      "break-glass",
      stepRecord({
        case: subject,
        step,
        index,
        repository: REPOSITORY,
        branch: "main",
        previousDigest: index === 0 ? null : "0".repeat(64),
      }),
    ),
  );
}

const RECORDS: readonly NewRecord[] = [
  record("baseline", baselineRecord({ repository: REPOSITORY, branch: "main", oid: "c".repeat(40), at: "" })),
  record("push", { changeKey: KEY, bypass: true, outcome: "failed" }),
  record("push", { changeKey: "5/main@bot", outcome: "exempt" }),
  ...steps(CASE),
  record(
    "break-glass-issue",
    issueRecord({
      caseId: CASE,
      repository: REPOSITORY,
      issue: 3,
      eventId: "guid-1",
      by: dev,
      at: "",
      action: "edited",
      what: "",
      response: "restored",
    }),
  ),
  record("break-glass-sealed", { changeKey: CASE, outcome: "closed" }),
  record(
    "break-glass-refused",
    refusalRecord({
      repository: REPOSITORY,
      commentId: 99,
      url: "",
      on: 8,
      by: dev,
      at: "",
      text: "/break-glass now please",
      refusal: refuse("not-authorised"),
    }),
    { branch: "", commitOid: "", headOid: "", pullNumber: 8 },
  ),
  ...steps(OTHER).slice(0, 1),
  record("merge", { changeKey: "5#42", outcome: "passed" }, { pullNumber: 42 }),
];

const show = (...args: string[]) => line.run(recordsCommand, ...args);

/** A line without place, time and digest. */
const said = (text: string): string[] => text.trim().split(/ {2,}/).slice(2, -1);

describe("countersign records", () => {
  it("gives one line a record, of whatever kind, each with what it is about and what came of it", async () => {
    const { code, lines } = await show();
    expect(code).toBe(0);
    const main = "octo/deploy → main";
    const commit = "b".repeat(12);
    expect(lines.map(said)).toEqual([
      ["baseline", main, commit, "baseline"],
      ["push", main, commit, "BYPASS (failed)"],
      ["push", main, commit, "exempt"],
      ["break-glass", main, stepKey(CASE, 0), "landed: landed"],
      ["break-glass", main, stepKey(CASE, 1), "acknowledged refused by not-authorised: landed"],
      ["break-glass", main, stepKey(CASE, 2), "acknowledged: acknowledged"],
      ["break-glass-issue", main, `${CASE}/issue:guid-1`, "restored"],
      ["break-glass-sealed", main, CASE, "closed"],
      ["break-glass-refused", "octo/deploy#8", "comment:99", "not-authorised"],
      ["break-glass", main, stepKey(OTHER, 0), "landed: landed"],
      ["merge", "octo/deploy#42 → main", commit, "passed"],
    ]);
  });

  it("lists what belongs to one case: its change, its steps, its issue and its seal", async () => {
    const { lines } = await show("--case", CASE);
    expect(lines.map((text) => said(text)[0])).toEqual([
      "push",
      "break-glass",
      "break-glass",
      "break-glass",
      "break-glass-issue",
      "break-glass-sealed",
    ]);
  });

  it("lists what belongs to one repository or pull request", async () => {
    expect((await show("--pull", "42")).lines).toHaveLength(1);
    expect((await show("--repository", "octo/deploy")).lines).toHaveLength(RECORDS.length);
    expect((await show("--repository", "octo/other")).lines).toEqual([]);
    expect(() => recordsCommand.run(["--pull", "x"])).toThrow(UsageError);
  });

  it("gives the whole record as JSON", async () => {
    const { lines } = await show("--json", "--case", CASE);
    expect(JSON.parse(lines[2] ?? "")).toMatchObject({
      kind: "break-glass",
      changeKey: stepKey(CASE, 1),
      intact: true,
      record: { type: "break-glass", event: { kind: "acknowledged" }, refusal: { rule: "not-authorised" } },
    });
  });

  it("ends with 1 for a record that is not what its digest says, and reads nothing from it", async () => {
    const broken = { changeKey: `${OTHER}/9`, body: '{"event": "no"', outcome: "landed" };
    await append(record("break-glass", { ...broken, digest: "0".repeat(64) }, { branch: "\u001b[2Jx" }));
    const { code, lines } = await show();
    expect(code).toBe(1);
    expect(lines.at(-1)).toContain("landed  BROKEN: its digest does not fit");
    expect(lines.at(-1)).toContain("→ \\u{1b}[2Jx");
  });
});
