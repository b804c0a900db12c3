import { describe, expect, it } from "@jest/globals";
import { known, unknown } from "../../src/facts/facts.js";
import { resolvePolicy } from "../../src/policy/resolve.js";
import { BASE_OID, controlFiles } from "./make.js";

const withPolicy = (text: string) =>
  resolvePolicy(
    known(controlFiles({ policy: { path: ".github/countersign.yml", oid: "f".repeat(40), text } })),
    BASE_OID,
  );

describe("resolvePolicy", () => {
  it("takes the strict default where there is no file, and says so", () => {
    const source = resolvePolicy(known(controlFiles()), BASE_OID);
    expect(source).toMatchObject({
      kind: "usable",
      identity: { source: "built-in", path: null, commitOid: BASE_OID },
    });
    expect(source.identity.digest).toMatch(/^[0-9a-f]{64}$/);
  });

  it("takes the file where there is one", () => {
    const source = withPolicy("version: 1\nreview: { approvals: 2 }");
    expect(source).toMatchObject({
      kind: "usable",
      identity: { source: "repository", path: ".github/countersign.yml" },
      policy: { review: { approvals: 2 } },
    });
  });

  it("does not fall back to a default where the file cannot be used", () => {
    const source = withPolicy("version: 1\nreveiw: {}");
    expect(source).toMatchObject({
      kind: "invalid",
      identity: { source: "invalid" },
      problems: [{ line: 2 }],
    });
    expect(source.identity.digest).toMatch(/^[0-9a-f]{64}$/);
    expect(source.identity.digest).not.toBe(withPolicy("version: 1\nreveiw: []").identity.digest);
  });

  it("has no policy where the files could not be read", () => {
    const unread = unknown("forbidden", "Contents cannot be read.", "Grant contents: read.");
    expect(resolvePolicy(unread, null)).toMatchObject({
      kind: "unreadable",
      identity: { source: "unreadable", digest: null },
    });
  });
});
