import { known } from "../../src/facts/facts.js";
import { groupResultFindings, makerFindings } from "../../src/policy/merge-group/findings.js";
import { memberDecision } from "../../src/policy/merge-group/member-decision.js";
import { CHECK_NAME } from "../../src/policy/document.js";
import { type PullDecision, renderChecks, type RenderedCheck } from "../../src/report/checks.js";
import * as make from "../policy/make.js";
import {
  approval,
  bob,
  carol,
  COMMITS,
  conftest,
  HEAD,
  oid,
  scene,
  type Scene,
  UNSIGNED,
  verdictOn,
} from "./story.js";

/** One picture of `docs/checks.md`: check runs as the app writes them, and which of them is open. */
export interface Example {
  /** Also the file's name. */
  readonly name: string;
  /** What the page's heading says above the check. */
  readonly pull: string;
  readonly checks: readonly RenderedCheck[];
  readonly open: string;
}

const someUnsigned = COMMITS.map((commit, index) => verdictOn(commit, index > 0 ? UNSIGNED : {}));
const failing: Scene = {
  verdicts: someUnsigned,
  facts: {
    reviews: known([]),
    results: known([{ ...conftest, conclusion: "FAILURE" }]),
  },
};
const waiting: Scene = { facts: { reviews: known([]) } };

const dismissal = {
  at: "2026-11-20T11:50:00Z",
  by: make.account(11, "alice"),
  was: "APPROVED" as const,
  message: "",
  commitOid: HEAD,
};
const outdated: Scene = {
  facts: {
    reviews: known([
      { ...approval, commitOid: COMMITS[0]?.oid ?? "" },
      {
        ...approval,
        id: "r2",
        author: carol,
        state: "DISMISSED",
        commitOid: COMMITS[1]?.oid ?? "",
        dismissal,
      },
    ]),
  },
};

const drifted: Scene = {
  facts: {
    protection: known(
      make.protection({
        rulesets: [
          make.ruleset({
            name: "production",
            pullRequest: { approvals: 1, dismissStale: false, codeOwners: true, lastPushApproval: true },
            requiredChecks: [{ name: "countersign", appId: null }],
            forcePushBlocked: false,
            bypass: known([{ kind: "team", id: 4127, name: "platform", mode: "always" }]),
          }),
        ],
      }),
    ),
  },
};

const brokenPolicy = `version: 1
branches: ["~DEFAULT_BRANCH"]
results:
  - { check: conftest, app: 5 }
review:
  aprovals: 2
`;

const exempted: Scene = {
  policy: `version: 1
results:
  - { check: conftest, app: 5 }
waivers:
  - rule: required-result
    subject: conftest
    owner: platform team
    reason: conftest cannot read the new chart before its release of December
    expires: "2026-12-15"
    controls: ["SOC2:CC8.1"]
`,
  facts: { results: known([{ ...conftest, conclusion: "FAILURE" }]) },
};

const observing: Scene = {
  ...failing,
  policy: `version: 1
mode: observe
results:
  - { check: conftest, app: 5 }
`,
};

function group(): PullDecision[] {
  const made = make.commit({ oid: oid("queue"), message: "Scale payments up for the sale (#128)" });
  const queue = { headRef: `gh-readonly-queue/main/pr-128-${oid("base")}`, baseRef: "main" };
  const one = scene({});
  const results = groupResultFindings(
    { headOid: made.oid, baseOid: oid("base") },
    { url: one.pull.url ?? "", observedAt: make.OBSERVED_AT },
    known([{ ...conftest, status: "IN_PROGRESS", conclusion: null }]),
    make.policy("results: [{ check: conftest, app: 5 }]"),
  );
  const verdicts = known([verdictOn(made, { identity: "forge" })]);
  const member = { number: 128, headOid: HEAD, below: oid("base"), commits: [made] };
  const more = [...makerFindings(member, "squash", verdicts), ...results];
  return [{ ...one, decision: memberDecision(one.decision, more), group: queue }];
}

const declared = {
  by: bob.login,
  until: "2026-11-20T16:00:00Z",
  caseId: "bg-7f3a91c02e",
  issueUrl: "https://github.com/acme/deploy/issues/131",
};

const example = (
  name: string,
  decisions: readonly PullDecision[],
  more: Partial<Pick<Example, "open">> = {},
): Example => {
  const [first] = decisions;
  const pull = `${first?.pull.title ?? ""} #${first?.pull.number ?? 0}`;
  return { name, pull, checks: renderChecks(decisions), open: CHECK_NAME, ...more };
};

/** All pictures, in the order of `docs/checks.md`. */
export const EXAMPLES: readonly Example[] = [
  example("failed", [scene(failing)]),
  example("passed", [scene({})]),
  example("approvals", [scene(outdated)], { open: `${CHECK_NAME}/review` }),
  example("protection", [scene(drifted)]),
  example("policy-file", [scene({ policy: brokenPolicy })]),
  example("exception", [scene(exempted)]),
  example("observe", [scene(observing)]),
  example("emergency", [scene(waiting, declared)]),
  example("shared", [scene(waiting), scene({ number: 131, title: "Release 12", base: "release/12" })]),
  example("merge-group", group()),
];
