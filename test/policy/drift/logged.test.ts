import { describe, expect, it } from "@jest/globals";
import type { ToldChange } from "../../../src/policy/drift/drift.js";
import { heardAround, isTold, sinceSeen } from "../../../src/policy/drift/logged.js";

const AT = new Date("2026-11-24T03:00:00Z");
const seconds = (n: number): string => new Date(AT.getTime() + n * 1_000).toISOString();
const by = { id: 17, login: "root", type: "User" } as const;
const LOGGED = { at: AT.toISOString(), kind: "classic", action: "edited", name: "main", by } as const;
const TOLD: ToldChange = {
  at: seconds(2),
  kind: "classic",
  action: "edited",
  name: "main",
  by,
  source: "webhook",
};

describe("a change in the audit log", () => {
  it.each<[string, Partial<ToldChange>, boolean]>([
    ["is told by its webhook", {}, true],
    ["by one that our clock has before it", { at: seconds(-60) }, true],
    ["not by one before that", { at: seconds(-61) }, false],
    ["by one that came somewhat later", { at: seconds(300) }, true],
    ["not by one after that", { at: seconds(301) }, false],
    ["not by a webhook of another rule", { name: "release/*" }, false],
    ["not of a ruleset of that name", { kind: "ruleset" }, false],
    ["not of another deed", { action: "deleted" }, false],
    ["not of somebody else", { by: { ...by, id: 18 } }, false],
    ["not of nobody", { by: null }, false],
    ["not by another entry of the log", { source: "audit-log" }, false],
  ])("%s", (_, change, expected) => {
    expect(
      isTold(LOGGED, [
        { ...TOLD, name: "other" },
        { ...TOLD, ...change },
      ]),
    ).toBe(expected);
  });

  it("is told within the span that is looked through", () => {
    expect(heardAround(AT).map((at) => at.toISOString())).toEqual([seconds(-60), seconds(300)]);
  });
});

it("before a branch was first seen only what webhooks told is of interest", () => {
  const logged = [-1, 0, 1].map((n): ToldChange => ({ ...TOLD, at: seconds(n), source: "audit-log" }));
  const told: ToldChange = { ...TOLD, at: seconds(-1) };
  expect(sinceSeen([told, ...logged], seconds(0))).toEqual([told, logged[2]]);
});
