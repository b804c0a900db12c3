import { parsePolicy } from "../../../src/policy/file/parse.js";
import { valueAt, withValue } from "../../../src/policy/organization/keys.js";

/** Stands for a key that is left out, where that means something of its own. */
export const LEFT_OUT = undefined;

/** Values of one key as a policy file has them. */
export interface Values {
  /** Each is tighter than all before it, and none of those as tight as it. */
  readonly chain: readonly unknown[];
  /** Neither of two is as tight as the other. */
  readonly apart?: readonly (readonly [unknown, unknown])[];
}

const FLAG: Values = { chain: [false, true] };
const PERMISSION: Values = { chain: [true, false] };
const GRANT: Values = {
  chain: [
    { people: [1, 2], teams: [5] },
    { people: [1], teams: [5] },
    { people: [1] },
    { people: [], teams: [] },
  ],
  apart: [
    [{ people: [1] }, { people: [2] }],
    [{ people: [1] }, { teams: [1] }],
  ],
};
const BOTS: Values = {
  chain: [[1, { app: 1 }, 2], [1, { app: 1 }], [{ app: 1 }], []],
  apart: [
    [[1], [2]],
    [[1], [{ app: 1 }]],
  ],
};
const SPAN: Values = {
  chain: ["3d", "2d", "24h", "30m"],
  apart: [
    ["1bd", "4h"],
    ["2bd", "2d"],
  ],
};
const conftest = (more: object = {}) => ({ check: "conftest", app: 5, ...more });
const plan = { status: "ci/plan", creator: 6 };
const waiver = (rule: string) => ({
  rule,
  owner: "platform",
  reason: "Until the migration is over.",
  expires: "2026-12-01",
  controls: ["SOC2:CC8.1"],
});

/** Values of every key, from loose to tight. */
export const VALUES: Readonly<Record<string, Values>> = {
  mode: { chain: ["observe", "enforce"] },
  branches: {
    chain: [["main"], ["ma*"], ["ma*", "release/*"], ["**"]],
    apart: [
      [["~DEFAULT_BRANCH"], ["main"]],
      [["release/*"], ["release/1", "main"]],
      [["**"], ["gh-readonly-queue/main/*"]],
    ],
  },
  paths: {
    chain: [["apps/**"], ["clusters/**", "apps/**"], ["**"]],
    apart: [[["apps/**"], ["apps/web/**"]]],
  },
  "signatures.bots": BOTS,
  "signatures.forgeKeys": { chain: ["accept", "refuse"] },
  "signatures.registeredKeys": PERMISSION,
  "signatures.dsa": { chain: ["accept", "refuse"] },
  "signatures.legacy": {
    chain: [
      { allow: ["sha1", "md5"], signedBefore: "2020-01-01" },
      { allow: ["sha1"], signedBefore: "2020-01-01" },
      { allow: ["sha1"], signedBefore: "2019-01-01" },
      LEFT_OUT,
    ],
    apart: [
      [
        { allow: ["sha1"], signedBefore: "2020-01-01" },
        { allow: ["md5"], signedBefore: "2019-01-01" },
      ],
    ],
  },
  "signatures.userVerification": { chain: ["optional", "required"] },
  "signatures.x509.principals": {
    chain: [["*@acme.test,*@b.test"], ["*@acme.test"], ["*@acme.test", "!ceo@acme.test"], []],
    apart: [[["a@b.test"], ["c@b.test"]]],
  },
  "signatures.x509.issuers": {
    chain: [LEFT_OUT, ["https://a.test", "https://b.test"], ["https://a.test"]],
    apart: [[["https://a.test"], ["https://b.test"]]],
  },
  "protection.pullRequest": FLAG,
  "protection.approvals": { chain: [0, 1, 2, 10] },
  "protection.dismissStale": FLAG,
  "protection.codeOwners": FLAG,
  "protection.lastPushApproval": FLAG,
  "protection.requiredCheck": FLAG,
  "protection.requiredChecks": {
    chain: [
      [],
      [{ name: "build", app: 1 }],
      [
        { name: "lint", app: 1 },
        { app: 1, name: "build" },
      ],
    ],
    apart: [[[{ name: "build", app: 1 }], [{ name: "build", app: 2 }]]],
  },
  "protection.signedCommits": FLAG,
  "protection.forcePushBlocked": FLAG,
  "protection.deletionBlocked": FLAG,
  "protection.adminsIncluded": FLAG,
  "protection.bypassActors": {
    chain: [[{ kind: "user", id: 1 }, { kind: "organization-admin" }], [{ kind: "user", id: 1 }], []],
    apart: [[[{ kind: "user", id: 1 }], [{ kind: "team", id: 1 }]]],
  },
  "protection.unreadableBypass": { chain: ["accept", "fail"] },
  results: {
    chain: [
      [],
      [conftest({ pass: ["success", "neutral"] })],
      [conftest()],
      [conftest({ maxAge: "7d" })],
      [conftest({ maxAge: "24h" }), plan],
      [conftest({ maxAge: "30m" }), { ...plan, maxAge: "1d" }],
    ],
    apart: [
      [[conftest()], [plan]],
      [[conftest()], [conftest({ app: 7 })]],
      [[conftest({ maxAge: "1h", pass: ["success", "skipped"] })], [conftest()]],
    ],
  },
  codeScanning: {
    chain: [
      [],
      [{ tool: "CodeQL", failOn: "critical" }],
      [{ tool: "CodeQL" }],
      [{ tool: "CodeQL", failOn: "any" }],
      [
        { tool: "zizmor", failOn: "low" },
        { tool: "CodeQL", failOn: "any" },
      ],
    ],
    apart: [[[{ tool: "CodeQL" }], [{ tool: "zizmor" }]]],
  },
  "review.approvals": { chain: [1, 2, 10] },
  "review.bots": BOTS,
  waivers: {
    chain: [[waiver("required-result"), waiver("checks-required")], [waiver("required-result")], []],
    apart: [[[waiver("required-result")], [{ ...waiver("required-result"), expires: "2026-12-31" }]]],
  },
  "breakGlass.declare": GRANT,
  "breakGlass.acknowledge": GRANT,
  "breakGlass.extend": GRANT,
  "breakGlass.reject": GRANT,
  "breakGlass.close": GRANT,
  "breakGlass.review": {
    chain: [LEFT_OUT, { people: [1, 2] }, { people: [1] }],
    apart: [[{ people: [1] }, { people: [2] }]],
  },
  "breakGlass.approvals": { chain: [1, 2, 10] },
  "breakGlass.declaration": SPAN,
  "breakGlass.clocks.acknowledge": SPAN,
  "breakGlass.clocks.document": SPAN,
  "breakGlass.clocks.review": SPAN,
  "breakGlass.clocks.revert": SPAN,
  "breakGlass.clocks.reminders": { chain: [[], [50], [80, 50]], apart: [[[50], [80]]] },
  "breakGlass.clocks.escalation.every": SPAN,
  "breakGlass.clocks.escalation.times": { chain: [0, 1, 10] },
  "breakGlass.clocks.extensions.times": { chain: [5, 1, 0] },
  "breakGlass.clocks.extensions.longest": SPAN,
  "breakGlass.clocks.calendar": {
    chain: [{ timeZone: "UTC" }],
    apart: [[{ timeZone: "UTC" }, { timeZone: "Europe/Berlin" }]],
  },
  "breakGlass.routes": {
    chain: [
      [],
      [{ channels: ["chat"] }],
      [{ channels: ["chat", "pager"] }],
      [{ channels: ["chat", "pager"], mention: ["carol"] }],
    ],
    apart: [
      [[{ channels: ["chat"] }], [{ channels: ["pager"] }]],
      // The last round stands for all that would follow.
      [[{ channels: ["chat"] }, { channels: ["pager"] }], [{ channels: ["chat"] }]],
    ],
  },
  "breakGlass.issue.repository": {
    chain: ["compliance"],
    apart: [
      ["compliance", "other"],
      ["compliance", LEFT_OUT],
    ],
  },
  "breakGlass.issue.labels": { chain: [["a"], ["b", "a"]], apart: [[["a"], ["b"]]] },
  "breakGlass.retroactivePullRequest": { chain: ["team"], apart: [["team", "app"]] },
  "breakGlass.freeze": FLAG,
  "breakGlass.budget.percent": { chain: [100, 10, 0] },
  "breakGlass.budget.days": { chain: [30], apart: [[30, 7]] },
  "breakGlass.releaseBots": BOTS,
};

/** A policy document that says nothing but these keys. */
export const documentOf = (keys: Readonly<Record<string, unknown>>): Record<string, unknown> =>
  Object.entries(keys).reduce<Record<string, unknown>>(
    (document, [key, value]) => withValue(document, key.split("."), value),
    {},
  );

/** A key's value as the parser gives it. */
export function parsed(key: string, value: unknown): unknown {
  const read = parsePolicy(JSON.stringify({ version: 1, ...documentOf({ [key]: value }) }));
  if (!read.ok) throw new Error(`${key}: ${JSON.stringify(read.problems)}`);
  return valueAt(read.policy, key.split("."));
}
