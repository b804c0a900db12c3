import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { known, type ResultFact, unknown } from "../../../src/facts/facts.js";
import { baseDigest, type PullState, stateDigest, stateOf } from "../../../src/policy/verdict/seen.js";
import { APP_ID, checkRun, facts, protection, ruleset } from "../make.js";

const run = (changes: Parameters<typeof checkRun>[0] = {}): ResultFact => checkRun({ id: 1, ...changes });
const state: PullState = { ...stateOf(facts()), results: known([run(), run({ id: 2, name: "other" })]) };
const digest = (changes: Partial<PullState> = {}): string => stateDigest({ ...state, ...changes }, APP_ID);

describe("the state of a pull request", () => {
  it.each([
    ["another head", { headOid: "f".repeat(40) }],
    ["another base", { baseRef: "release" }],
    ["something was done to it", { updatedAt: "2026-11-20T11:59:59Z" }],
    ["a result changed", { results: known([run({ conclusion: "FAILURE" }), run({ id: 2, name: "other" })]) }],
    ["a result is gone", { results: known([run()]) }],
    ["results cannot be read", { results: unknown("forbidden", "No.", "Grant it.") }],
    [
      "someone else reports under our name",
      {
        results: known([
          ...(state.results.known ? state.results.value : []),
          run({ id: 3, name: "countersign" }),
        ]),
      },
    ],
  ])("is another one: %s", (_, changes) => {
    expect(digest(changes)).not.toBe(digest());
  });

  it("is the same in whichever order results are listed, and whatever our own check runs say", () => {
    const listed = fc.shuffledSubarray([run(), run({ id: 2, name: "other" })], { minLength: 2 });
    fc.assert(
      fc.property(listed, fc.string(), fc.nat({ max: 2 }), (results, conclusion, at) => {
        const ours = run({
          id: 9,
          name: "countersign",
          app: { id: APP_ID, slug: "countersign" },
          conclusion,
        });
        expect(digest({ results: known(results.toSpliced(at, 0, ours)) })).toBe(digest());
      }),
    );
  });

  it("can hold what canonical JSON cannot carry", () => {
    expect(digest({ results: known([run({ name: "\ud800" })]) })).toMatch(/^[0-9a-f]{64}$/);
  });
});

describe("what a base branch asks", () => {
  const { controlFiles } = facts();
  const files = controlFiles.known ? controlFiles.value : null;
  if (files === null) throw new Error("the sample's control files are known");
  const policy = { path: ".github/countersign.yml", oid: "1".repeat(40), text: "version: 1" };

  const place = "acme/.github";
  const used = {
    revision: 3,
    digest: "a".repeat(64),
    commitOid: "3".repeat(40),
    usedAt: "2026-11-20T09:00:00Z",
  };
  const account = { place, file: { ...policy, commitOid: "2".repeat(40) }, used: null };

  it("is another one where protection, policy or trust changed, and not by a merge", () => {
    const guarded = known(protection());
    const before = baseDigest(guarded, known(files));
    const others = [
      baseDigest(known(protection({ classic: null, rulesets: [ruleset({ id: 77 })] })), known(files)),
      baseDigest(unknown("forbidden", "No.", "Grant it."), known(files)),
      baseDigest(guarded, known({ ...files, policy })),
      baseDigest(guarded, known({ ...files, defaultPolicy: policy })),
      baseDigest(guarded, known({ ...files, keyring: [...files.keyring, { ...policy, path: "k.asc" }] })),
      baseDigest(guarded, unknown("forbidden", "No.", "Grant it.")),
      baseDigest(guarded, known({ ...files, organization: known(account) })),
      baseDigest(guarded, known({ ...files, organization: unknown("forbidden", "No.", "Grant it.") })),
    ];
    expect(new Set([before, ...others]).size).toBe(others.length + 1);
    expect(baseDigest(guarded, known({ ...files, commitOid: "e".repeat(40) }))).toBe(before);
  });

  it("is the same once the account's policy has judged, and whatever else changes in its repository", () => {
    const of = (organization: typeof account | (Omit<typeof account, "used"> & { used: typeof used })) =>
      baseDigest(known(protection()), known({ ...files, organization: known(organization) }));
    const elsewhere = { ...account.file, commitOid: "4".repeat(40) };
    expect(of({ ...account, file: elsewhere, used })).toBe(of(account));
  });
});
