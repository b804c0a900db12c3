import { readFileSync } from "node:fs";
import { describe, expect, it } from "@jest/globals";
import { organizationPolicyJsonSchema } from "../../../src/policy/organization/document.js";
import { parseOrganizationPolicy } from "../../../src/policy/organization/parse.js";

function digestOf(text: string): string {
  const read = parseOrganizationPolicy(text);
  if (!read.ok) throw new Error(JSON.stringify(read.problems));
  return read.policy.digest;
}

const problemsOf = (text: string) => {
  const read = parseOrganizationPolicy(text);
  return read.ok ? [] : read.problems;
};

const HEAD = "version: 1\nrevision: 2\n";

describe("countersign.yml of an account", () => {
  it("may ask for nothing", () => {
    const read = parseOrganizationPolicy(HEAD);
    expect(read).toMatchObject({ ok: true, policy: { revision: 2 } });
    if (read.ok) expect([read.policy.defaults.size, read.policy.enforced.size]).toEqual([0, 0]);
  });

  it("says only what is written, whatever a policy file has by default", () => {
    const read = parseOrganizationPolicy(
      `${HEAD}enforced:\n  protection: { approvals: 2 }\n  review: {}\ndefaults: { mode: observe }\n`,
    );
    if (!read.ok) throw new Error("it is good");
    const { defaults, enforced } = read.policy;
    expect([...enforced].map(([{ path }, value]) => [path.join("."), value])).toEqual([
      ["protection.approvals", 2],
    ]);
    expect([...defaults].map(([{ path }, value]) => [path.join("."), value])).toEqual([["mode", "observe"]]);
  });

  it("has a digest over what it says, not over how", () => {
    const plain = digestOf(`${HEAD}enforced:\n  review:\n    approvals: 2\n`);
    expect(digestOf(`# A comment\n${HEAD}enforced: { review: { approvals: 2 } }\n`)).toBe(plain);
    expect(digestOf(`${HEAD}enforced: { review: { approvals: 3 } }\n`)).not.toBe(plain);
    expect(digestOf(`version: 1\nrevision: 3\nenforced: { review: { approvals: 2 } }\n`)).not.toBe(plain);
    // A key that only says the default enforces something all the same.
    expect(digestOf(`${HEAD}enforced: { review: { approvals: 1 } }\n`)).not.toBe(digestOf(HEAD));
  });

  it.each([
    ["an empty file", "", 1, "The file is empty.", "`revision`"],
    ["no revision", "version: 1\n", 1, "`revision` is missing.", "Add it"],
    ["a revision of none", "version: 1\nrevision: 0\n", 2, "`revision` is too small or too short.", "1"],
    [
      "a revision as text",
      'version: 1\nrevision: "2"\n',
      2,
      "`revision` has the wrong type.",
      "It must be a number",
    ],
    ["another version", "version: 2\nrevision: 2\n", 1, "`version` has a value it cannot have.", "1"],
    ["an unknown part", `${HEAD}enforce: {}\n`, 3, "There is no key `enforce` here.", "`enforced`"],
    [
      "an unknown key of a policy",
      `${HEAD}enforced:\n  review:\n    approval: 2\n`,
      5,
      "There is no key `approval` here.",
      "`approvals`",
    ],
    [
      "a value that no policy can have",
      `${HEAD}defaults:\n  protection: { approvals: 11 }\n`,
      4,
      "`defaults.protection.approvals` is too big or too long.",
      "10",
    ],
    [
      "a version in a part",
      `${HEAD}enforced: { version: 1 }\n`,
      3,
      "There is no key `version` here.",
      "branches",
    ],
    ["an anchor", `${HEAD}enforced: &all {}\n`, 3, "The file uses an anchor.", "Write the value out"],
    ["a repeated key", `${HEAD}enforced: {}\nenforced: {}\n`, 4, "The key is repeated.", "Keep one"],
    [
      "two documents",
      `${HEAD}---\nversion: 1\n`,
      3,
      "The file holds more than one YAML document.",
      "Keep one",
    ],
    ["no YAML at all", "a: [\n", 2, "This is not valid YAML", "docs/organization-policy.md"],
    [
      "parts that make no policy",
      `${HEAD}enforced:\n  breakGlass: { clocks: { calendar: { workingDays: [mon] } } }\ndefaults:\n  breakGlass: { clocks: { review: 30bd } }\n`,
      3,
      "Its parts do not fit together",
      "Change `defaults` or `enforced`",
    ],
  ])("is refused with %s, at its line and with what mends it", (_what, text, line, message, remedy) => {
    const [problem] = problemsOf(text);
    expect(problem).toMatchObject({
      line,
      message: expect.stringContaining(message),
      remedy: expect.stringContaining(remedy),
    });
  });

  it("has a schema that is published, and tells of no default that does not hold", () => {
    const file = new URL("../../../schema/countersign-organization.schema.json", import.meta.url);
    const published: unknown = JSON.parse(readFileSync(file, "utf8"));
    expect(published).toEqual(JSON.parse(JSON.stringify(organizationPolicyJsonSchema())));
    expect(JSON.stringify(published)).not.toContain('"default":');
    expect(published).toMatchObject({
      required: ["version", "revision"],
      additionalProperties: false,
      properties: { enforced: { additionalProperties: false, properties: { review: {} } } },
    });
  });
});
