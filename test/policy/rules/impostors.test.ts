import { describe, expect, it } from "@jest/globals";
import { known, type ResultFact, unknown } from "../../../src/facts/facts.js";
import { protectionFindings } from "../../../src/policy/rules/protection.js";
import { APP_ID, bob, facts, policy } from "../make.js";

const run = (name: string, app: number | null): ResultFact => ({
  kind: "check-run",
  id: 1,
  name,
  app: app === null ? null : { id: app, slug: "mimic" },
  status: "COMPLETED",
  conclusion: "SUCCESS",
  startedAt: null,
  completedAt: null,
  url: null,
});
const status = (name: string): ResultFact => ({
  kind: "status",
  name,
  creator: bob,
  state: "SUCCESS",
  createdAt: "2026-11-20T11:00:00Z",
  url: null,
});
const impostors = (...results: ResultFact[]) =>
  protectionFindings(facts({ results: known(results) }), policy("")).filter(
    ({ reason }) => reason === "impostor-check",
  );

describe("results under our names", () => {
  it.each([
    ["a check run of another app", run("countersign", 5)],
    ["a check run of nobody known", run("countersign/review", null)],
    ["a check run that only looks the same", run(" Countersign ", 5)],
    ["a commit status, whoever sets it", status("countersign")],
  ])("%s is noted, and weighs nothing", (_what, result) => {
    expect(impostors(result)).toMatchObject([{ status: "note", gate: "protection", subject: result.name }]);
  });

  it.each([
    ["our own", run("countersign", APP_ID)],
    ["one of another name", run("countersigned", 5)],
    ["one whose name begins like ours", status("countersign-docs")],
  ])("%s is none", (_what, result) => {
    expect(impostors(result)).toEqual([]);
  });

  it("are named five at most", () => {
    const many = Array.from({ length: 20 }, (_, at) => run(`countersign/${at}`, 5));
    expect(impostors(...many)).toHaveLength(6);
    expect(impostors(...many).at(-1)?.message).toContain("15 more");
  });

  it("are not guessed at where results cannot be read", () => {
    const results = unknown("forbidden", "Not shown.", "Grant it.");
    const found = protectionFindings(facts({ results }), policy(""));
    expect(found.filter(({ reason }) => reason === "impostor-check")).toEqual([]);
  });
});
