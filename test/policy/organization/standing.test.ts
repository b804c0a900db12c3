import { describe, expect, it } from "@jest/globals";
import { known, type OrganizationReading, unknown, type UsedRevision } from "../../../src/facts/facts.js";
import { evaluate } from "../../../src/policy/evaluate.js";
import { NO_EMERGENCIES } from "../../../src/policy/emergencies.js";
import type { Finding } from "../../../src/policy/finding.js";
import { parseOrganizationPolicy } from "../../../src/policy/organization/parse.js";
import { type PolicySource, resolvePolicy } from "../../../src/policy/resolve.js";
import { isControlledBranch } from "../../../src/policy/controlled.js";
import { BASE_OID, brief, controlFiles, facts, only, verdict } from "../make.js";

const PLACE = "o/.github";
const COMMIT = "c".repeat(40);
const OLD = "a".repeat(40);
const ENFORCING = "version: 1\nrevision: 4\nenforced:\n  review: { approvals: 2 }\n";

const reading = (text: string | null, used: UsedRevision | null = null): OrganizationReading => ({
  place: PLACE,
  file: text === null ? null : { path: "countersign.yml", oid: "0".repeat(40), text, commitOid: COMMIT },
  used,
});
function used(text: string, revision?: number): UsedRevision {
  const parsed = parseOrganizationPolicy(text);
  if (!parsed.ok) throw new Error("a file of the test");
  const { digest } = parsed.policy;
  return {
    revision: revision ?? parsed.policy.revision,
    digest,
    commitOid: OLD,
    usedAt: "2026-11-20T10:00:00Z",
  };
}
const under = (organization: OrganizationReading, own: string | null = null) =>
  controlFiles({
    organization: known(organization),
    policy: own === null ? null : { path: ".github/countersign.yml", oid: "1".repeat(40), text: own },
  });
const resolved = (organization: OrganizationReading, own: string | null = null): PolicySource =>
  resolvePolicy(known(under(organization, own)), BASE_OID);

/** What the policy gate finds of the account's policy. */
function found(source: PolicySource, gate = "policy"): readonly Finding[] {
  const gates = evaluate(facts(), source, known([verdict()]), [], NO_EMERGENCIES);
  const findings = gates.find((one) => one.gate === gate)?.findings ?? [];
  return findings.filter(({ rule }) => rule === "organization-policy" || rule === "policy-file");
}

describe("an account's policy", () => {
  it("is none as long as there is none, and nothing is said of it", () => {
    const source = resolved(reading(null));
    expect(source.identity).toMatchObject({ source: "built-in" });
    expect(source.identity).not.toHaveProperty("organization");
    expect(brief(found(source))).toEqual(["note policy-built-in"]);
  });

  it("judges where the repository has no policy, and is named with revision, digest and commit", () => {
    const source = resolved(reading(ENFORCING));
    expect(source).toMatchObject({
      kind: "usable",
      policy: { review: { approvals: 2 } },
      identity: {
        source: "organization",
        commitOid: BASE_OID,
        organization: { place: PLACE, revision: 4, digest: used(ENFORCING).digest, commitOid: COMMIT },
      },
    });
    expect(brief(found(source))).toEqual(["note policy-of-organization", "pass organization-policy-held"]);
    // What the repository says of itself, which is nothing, is the same whatever its account says.
    expect(source.identity.digest).toBe(resolved(reading(null)).identity.digest);
  });

  it("makes a looser policy fail, with the line of each file, and judges in its place", () => {
    const own = "version: 1\nmode: enforce\nreview:\n  approvals: 1\n";
    const source = resolved(reading(ENFORCING), own);
    expect(source).toMatchObject({ policy: { review: { approvals: 2 } } });
    const finding = only(found(source), "organization-policy-loosened");
    expect(finding).toMatchObject({
      status: "fail",
      subject: "review.approvals",
      location: { path: ".github/countersign.yml", line: 4 },
      remedy: { url: `https://github.com/o/.github/blob/${COMMIT}/countersign.yml#L4` },
    });
    expect(finding.message).toContain("line 4 of .github/countersign.yml is 1 where at least 2 is enforced");
    expect(finding.message).toContain("line 4 of countersign.yml of o/.github (revision 4)");
    expect(brief(found(resolved(reading(ENFORCING), "version: 1\nreview: { approvals: 2 }\n")))).toEqual([
      "pass policy-read",
      "pass organization-policy-held",
    ]);
  });

  it("that cannot be used fails every gate at its lines", () => {
    for (const own of [null, "version: 1\nmode: observe\n"]) {
      const source = resolved(reading("version: 1\nrevision: 4\nenforce: {}\n"), own);
      expect(source.identity).toMatchObject({ source: "invalid", organization: { revision: null } });
      expect(source.identity).not.toHaveProperty("mode");
      for (const gate of ["signatures", "protection", "policy", "review"]) {
        const finding = only(found(source, gate), "organization-policy-invalid");
        expect(finding).toMatchObject({ status: "fail", subject: "o/.github:countersign.yml:3:1", gate });
        expect(finding.message).toContain("line 3");
      }
    }
  });

  it("that has judged and is not shown any more is unknown, and nothing passes", () => {
    const source = resolved(reading(null, used(ENFORCING)), "version: 1\n");
    expect(source.kind).toBe("unreadable");
    const [finding] = found(source, "review");
    expect(finding).toMatchObject({ status: "unknown", reason: "unknown-not-found" });
    expect(finding?.message).toContain("Revision 4");
    expect(finding?.remedy?.text).toContain("install the app on o/.github");
    expect(finding?.remedy?.text).toContain("raise its `revision`");
  });

  it("that could not be read is unknown, and nothing passes", () => {
    const files = { ...under(reading(null)), organization: unknown("forbidden", "No.", "Grant it.") };
    expect(brief(found(resolvePolicy(known(files), BASE_OID)))).toEqual(["unknown unknown-forbidden"]);
  });

  it.each([
    ["an older one", ENFORCING, used(ENFORCING, 5), "organization-policy-older", "`revision: 6`"],
    [
      "another of the same number",
      ENFORCING,
      { ...used(ENFORCING), digest: "9".repeat(64) },
      "organization-policy-rewritten",
      "`revision: 5`",
    ],
  ])("is refused as %s, naming both", (_what, text, before, reason, remedy) => {
    const finding = only(found(resolved(reading(text, before))), reason);
    expect(finding.status).toBe("fail");
    for (const words of [
      "revision 4",
      `revision ${before.revision}`,
      used(text).digest.slice(0, 16),
      before.digest.slice(0, 16),
      COMMIT.slice(0, 10),
      OLD.slice(0, 10),
    ])
      expect(finding.message).toContain(words);
    expect(finding.remedy?.text).toContain(remedy);
  });

  it("is the one that has judged, or a later one", () => {
    expect(resolved(reading(ENFORCING, used(ENFORCING)))).toMatchObject({ kind: "usable" });
    expect(resolved(reading(ENFORCING, used("version: 1\nrevision: 3\n")))).toMatchObject({ kind: "usable" });
  });

  it("is refused where it and the repository's make no policy together", () => {
    const text =
      "version: 1\nrevision: 4\nenforced: { breakGlass: { clocks: { calendar: { workingDays: [mon] } } } }\n";
    const source = resolved(reading(text), "version: 1\nbreakGlass: { clocks: { review: 30bd } }\n");
    expect(only(found(source), "organization-policy-conflict").message).toContain("breakGlass.clocks.review");
  });

  it("adds to the branches that are controlled, and frees none", () => {
    const organization = reading('version: 1\nrevision: 1\nenforced: { branches: ["env/*"] }\n');
    const own = 'version: 1\nbranches: ["other"]\n';
    const files = known({
      ...under(organization, own),
      defaultPolicy: { path: ".github/countersign.yml", oid: "1".repeat(40), text: own },
    });
    const controlled = (branch: string) => isControlledBranch(files, resolvePolicy(files, BASE_OID), branch);
    expect(["env/prod", "other", "main"].map(controlled)).toEqual([true, true, false]);
    const gone = known({ ...files.value, organization: known(reading(null, used(ENFORCING))) });
    expect(isControlledBranch(gone, resolvePolicy(gone, BASE_OID), "main")).toBe(true);
  });
});
