import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import type { Policy } from "../../../src/policy/document.js";
import { parsePolicy } from "../../../src/policy/file/parse.js";
import { govern, type Governed } from "../../../src/policy/organization/govern.js";
import { isWritten, valueAt } from "../../../src/policy/organization/keys.js";
import { KEYS } from "../../../src/policy/organization/orders/table.js";
import { type OrganizationPolicy, parseOrganizationPolicy } from "../../../src/policy/organization/parse.js";
import { documentOf, VALUES } from "./values.js";

type Document = Readonly<Record<string, unknown>>;

/** JSON is YAML. */
function organization(parts: {
  readonly defaults?: Document;
  readonly enforced?: Document;
}): OrganizationPolicy {
  const read = parseOrganizationPolicy(JSON.stringify({ version: 1, revision: 3, ...parts }));
  if (!read.ok) throw new Error(JSON.stringify(read.problems));
  return read.policy;
}

function own(document: Document): { policy: Policy; source: OrganizationPolicy["source"] } {
  const read = parsePolicy(JSON.stringify({ version: 1, ...document }));
  if (!read.ok) throw new Error(JSON.stringify(read.problems));
  return read;
}

function governed(result: Governed): Governed & { readonly ok: true } {
  if (!result.ok) throw new Error(result.problem);
  return result;
}

const LINES = `version: 1
revision: 7
defaults:
  mode: observe
  review: { approvals: 2 }
enforced:
  branches: ["~DEFAULT_BRANCH"]
  protection:
    codeOwners: true
    approvals: 2
`;

function underLines(text: string | null) {
  const read = parseOrganizationPolicy(LINES);
  const written = text === null ? null : parsePolicy(text);
  if (!read.ok || written?.ok === false) throw new Error("a file of the test");
  return governed(govern(read.policy, written));
}

describe("a repository's policy under its account's", () => {
  it("has the account's defaults where there is no file, and what is enforced", () => {
    const { policy, loosenings } = underLines(null);
    expect(policy).toMatchObject({
      mode: "observe",
      review: { approvals: 2 },
      protection: { codeOwners: true, approvals: 2 },
      branches: ["~DEFAULT_BRANCH"],
    });
    expect(loosenings).toEqual([]);
  });

  it("has its own word where it says something, the default where not, and nothing loosened by leaving out", () => {
    const { policy, loosenings } = underLines("version: 1\nmode: enforce\nprotection: { approvals: 3 }\n");
    expect(policy).toMatchObject({
      mode: "enforce",
      review: { approvals: 2, bots: [] },
      protection: { codeOwners: true, approvals: 3 },
    });
    expect(loosenings).toEqual([]);
  });

  it("is judged by what is enforced where it is looser, and both lines are named", () => {
    const { policy, loosenings } = underLines(
      "version: 1\nprotection:\n  approvals: 1\n  codeOwners: false\nbranches:\n  - env/*\n",
    );
    expect(policy).toMatchObject({
      protection: { codeOwners: true, approvals: 2 },
      branches: ["env/*", "~DEFAULT_BRANCH"],
    });
    expect(loosenings).toEqual([
      {
        key: "branches",
        lack: "lacks ~DEFAULT_BRANCH, or asks less of it",
        own: { line: 5, column: 1 },
        enforced: { line: 7, column: 3 },
      },
      {
        key: "protection.approvals",
        lack: "is 1 where at least 2 is enforced",
        own: { line: 3, column: 3 },
        enforced: { line: 10, column: 5 },
      },
      {
        key: "protection.codeOwners",
        lack: "is false where true is enforced",
        own: { line: 4, column: 3 },
        enforced: { line: 9, column: 5 },
      },
    ]);
  });

  it("is no policy where the two do not fit together, and says over what", () => {
    const parts = organization({
      enforced: documentOf({ "breakGlass.clocks.calendar": { workingDays: ["mon"] } }),
    });
    const written = own(documentOf({ "breakGlass.clocks.review": "30bd" }));
    expect(govern(parts, written)).toEqual({
      ok: false,
      problem: expect.stringContaining("`breakGlass.clocks.review`: 30bd with 1 working day"),
    });
  });
});

/** Some of the keys, each with one of its values; of spans those in days alone, which go with any calendar. */
const document: fc.Arbitrary<Document> = fc
  .record(
    Object.fromEntries(
      Object.entries(VALUES).map(([key, { chain, apart = [] }]) => [
        key,
        fc.constantFrom(...[...chain, ...apart.flat()].filter((value) => !String(value).endsWith("bd"))),
      ]),
    ),
    { requiredKeys: [] },
  )
  .map((keys) => documentOf(keys));

describe("any repository's policy under any account's", () => {
  it("is never looser than what is enforced, and loosens where it says so and only there", () => {
    fc.assert(
      fc.property(document, document, document, (defaults, enforced, document) => {
        const account = organization({ defaults, enforced });
        const written = own(document);
        const { policy, loosenings } = governed(govern(account, written));
        for (const { path, order } of KEYS) {
          const key = path.join(".");
          const wrote = isWritten(written.source.value, path);
          const least = [...account.enforced].find(([one]) => one.path === path);
          const lacks =
            least !== undefined && wrote && order.lack(valueAt(written.policy, path), least[1]) !== null;
          expect([key, loosenings.some((one) => one.key === key)]).toEqual([key, lacks]);
          if (least !== undefined)
            expect([key, order.lack(valueAt(policy, path), least[1])]).toEqual([key, null]);
          else if (wrote) expect(valueAt(policy, path)).toEqual(valueAt(written.policy, path));
        }
      }),
      { numRuns: 60 },
    );
  });

  it("is the same once more, and loosens nothing then", () => {
    fc.assert(
      fc.property(document, document, document, (defaults, enforced, document) => {
        const { policy } = governed(govern(organization({ defaults, enforced }), own(document)));
        // What the policy leaves out for being the tighter must not be filled in by a default.
        const again = governed(govern(organization({ enforced }), own({ ...policy })));
        expect(again).toEqual({ ok: true, policy, loosenings: [] });
      }),
      { numRuns: 30 },
    );
  });

  it("is its own where the account asks for nothing", () => {
    fc.assert(
      fc.property(document, (document) => {
        const written = own(document);
        expect(governed(govern(organization({}), written)).policy).toEqual(written.policy);
      }),
      { numRuns: 30 },
    );
  });
});
