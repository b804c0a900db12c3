/**
 * Two outside sets of objects, where they are present: real ones of public repositories and adversarial ones, each
 * with the answers of git, gpg and ssh-keygen. Where they are not, nothing is compared.
 *
 * The list of disagreements is exact: a new one fails the test, and so does one that has gone. `npm run test:corpus`
 * prints them one by one.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "@jest/globals";
import { POLICY_WORDS } from "../corpus/adversarial.js";
import { CHOICES, type Disagreement } from "../corpus/disagreement.js";
import { compareSets, type Comparison } from "../corpus/report.js";
import { DEFAULT_FOLDERS, readAdversarial, REFERENCE_CLOCK } from "../corpus/sets.js";

const rows = readFileSync(join(import.meta.dirname, "../../docs/signatures.md"), "utf8")
  .split("\n")
  .filter((line) => line.startsWith("|"));
const isDocumented = (words: string): boolean => rows.some((row) => row.includes(words));

let found: Comparison;
beforeAll(async () => {
  found = await compareSets(DEFAULT_FOLDERS, REFERENCE_CLOCK);
});

/** How many disagreements there are of each kind. */
function counted(disagreements: readonly Disagreement[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { set, rules, question, theirs, ours, reason } of disagreements) {
    const kind = [set, rules, question, theirs, ours, reason ?? "-"].join(" ");
    counts[kind] = (counts[kind] ?? 0) + 1;
  }
  return counts;
}

/** SHA-1: forgeries can be made for the price of a car. */
const REAL_OBJECTS: Readonly<Record<string, number>> = {
  "corpus strict verdict good bad weak-digest": 37,
  "corpus strict verdict unknown-key bad weak-digest": 44,
};

describe("objects with reference answers", () => {
  it("are split and judged as git, gpg and ssh-keygen do, but for documented choices", () => {
    expect(found.disagreements.filter(({ documented }) => documented === null)).toEqual([]);
  });

  it("are judged otherwise just as often as is known", () => {
    const { disagreements, summary } = found;
    const of = (set: Disagreement["set"]) => counted(disagreements.filter((one) => one.set === set));
    expect(of("corpus")).toEqual(summary.corpus === null ? {} : REAL_OBJECTS);
    expect(of("adversarial")).toEqual({});
  });
});

describe("what is decided otherwise than by a reference tool", () => {
  it.each([...CHOICES.map(({ row }) => row), ...POLICY_WORDS.values()])("is documented: %s", (words) => {
    expect(isDocumented(words)).toBe(true);
  });

  it("covers every choice of policy that the cases ask for", async () => {
    const cases = (await readAdversarial(DEFAULT_FOLDERS.adversarial)) ?? [];
    const words = new Set(cases.flatMap(({ policy }) => policy ?? []));
    expect([...words].filter((word) => !POLICY_WORDS.has(word))).toEqual([]);
  });
});
