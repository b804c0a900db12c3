import { createHash } from "node:crypto";
import { describe, expect, it } from "@jest/globals";
import {
  type CaseFile,
  caseIdOf,
  changeKeys,
  readCaseFile,
  writeCaseFile,
} from "../../src/breakglass/stored.js";
import { canonicalJson } from "../../src/evidence/canonical.js";
import { isCountersignError } from "../../src/errors.js";
import { CASES, make, open } from "./make.js";

const file = (change: Partial<CaseFile> = {}): CaseFile => ({
  version: 1,
  case: CASES.closed(),
  handling: {
    routes: [{ channels: ["chat"], mention: ["acme/security"] }],
    issue: { repository: null, labels: ["break-glass"] },
    retroactivePullRequest: "team",
    freeze: false,
    budget: { percent: 10, days: 30 },
  },
  policyDigest: "b".repeat(64),
  successor: null,
  repositoryUrl: "https://github.com/acme/shop",
  appOpens: false,
  how: "push",
  decision: null,
  changeRecordDigest: "a".repeat(64),
  offer: { number: 8, url: "https://github.com/acme/shop/pull/8", verdict: null },
  ...change,
});

const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");
const broken = (act: () => unknown): boolean => {
  try {
    act();
    return false;
  } catch (error) {
    return isCountersignError(error, "invariant-broken");
  }
};

describe("a case's file", () => {
  it.each(Object.keys(CASES) as (keyof typeof CASES)[])("is read as it was written: %s", (state) => {
    const written = file({ case: CASES[state]() });
    const { body, digest } = writeCaseFile(written);
    expect(readCaseFile(body, digest)).toEqual(written);
    expect(canonicalJson(JSON.parse(body))).toBe(body);
    expect(digest).toBe(sha256(body));
  });

  it("is not read if a single letter differs", () => {
    const { body, digest } = writeCaseFile(file());
    expect(broken(() => readCaseFile(body.replace('"closed"', '"landed"'), digest))).toBe(true);
  });

  it.each(["{}", "null", '{"version":2}'])("is not read if it is of another version: %s", (body) => {
    expect(broken(() => readCaseFile(body, sha256(body)))).toBe(true);
  });

  it("takes what strangers wrote, half surrogate pairs included", () => {
    const hostile = open(make.landed({ why: "\uD800 \u0000 </script>" }));
    const { body, digest } = writeCaseFile(file({ case: hostile }));
    expect(readCaseFile(body, digest).case.steps[0]?.event.why).toBe("\uFFFD \u0000 </script>");
  });
});

describe("names", () => {
  it("a case's id follows from its change", () => {
    expect(caseIdOf("10#7")).toBe(`bg-${sha256("10#7").slice(0, 10)}`);
    expect(caseIdOf("10#7")).not.toBe(caseIdOf("10#8"));
  });

  it.each([
    ["10#7", changeKeys.pullRequest(10, 7)],
    ["10/main@a", changeKeys.forward(10, "main", "a")],
    ["10/main@a..b", changeKeys.moved(10, "main", "a", "b")],
    [`10/main@a..${"0".repeat(40)}`, changeKeys.moved(10, "main", "a", null)],
    ["10/main@b", changeKeys.ofMove(10, "main", { form: "push", before: "a", after: "b" })],
    ["10/main@b", changeKeys.ofMove(10, "main", { form: "compared", before: "a", after: "b" })],
    ["10/main@a..b", changeKeys.ofMove(10, "main", { form: "force-push", before: "a", after: "b" })],
    ["10/main@a..b", changeKeys.ofMove(10, "main", { form: "re-created", before: "a", after: "b" })],
    ["10/main@baseline", changeKeys.baseline(10, "main")],
  ])("%s", (expected, key) => {
    expect(key).toBe(expected);
  });
});
