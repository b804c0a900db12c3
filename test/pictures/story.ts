import { createHash } from "node:crypto";
import { type ChangeFacts, type CommitFact, known } from "../../src/facts/facts.js";
import { decide } from "../../src/policy/decide.js";
import { NO_EMERGENCIES } from "../../src/policy/emergencies.js";
import { evaluate } from "../../src/policy/evaluate.js";
import type { Decision } from "../../src/policy/finding.js";
import { resolvePolicy } from "../../src/policy/resolve.js";
import type { PullDecision } from "../../src/report/checks.js";
import type { SignatureVerdict } from "../../src/signatures/verdict.js";
import * as make from "../policy/make.js";

/** The pull request that all pictures are of: facts in, a decision by the real rules out. */

export const [alice, bob, carol] = [
  make.account(11, "alice"),
  make.account(12, "bob"),
  make.account(13, "carol"),
] as const;

/** An object id that looks like one, the same each time. */
export const oid = (name: string): string => createHash("sha1").update(name).digest("hex");

const BASE = oid("base");
export const COMMITS: readonly CommitFact[] = [
  "Raise replicas",
  "Raise memory limits",
  "Explain the sale in the runbook",
].map((message, index, all) =>
  make.commit({
    oid: oid(message),
    parents: [index === 0 ? BASE : oid(all[index - 1] ?? "")],
    message,
    author: make.identity(alice),
    committer: make.identity(alice),
    authors: [make.identity(alice)],
  }),
);
export const HEAD = COMMITS.at(-1)?.oid ?? "";

export const verdictOn = (commit: CommitFact, change: Partial<SignatureVerdict> = {}): SignatureVerdict =>
  make.verdict({
    oid: commit.oid,
    format: "ssh",
    signer: {
      fingerprint: "SHA256:2kqUw1Tq0jvhcoX4xnlT8mS8zCq0lqU7t7JmB7Ue1mY",
      principal: "alice@example.com",
      source: "allowed-signers",
      account: null,
    },
    ...change,
  });
export const UNSIGNED = { verdict: "unsigned", reason: "unsigned", signer: null, identity: null } as const;

export const approval = make.review({ author: bob, commitOid: HEAD });
export const conftest = make.checkRun({ url: "https://github.com/acme/deploy/runs/4711" });

const POLICY = `version: 1
results:
  - { check: conftest, app: 5 }
`;

/** What a picture changes of a pull request that passes everything. */
export interface Scene {
  readonly number?: number;
  readonly title?: string;
  readonly base?: string;
  readonly policy?: string;
  readonly facts?: Partial<ChangeFacts>;
  readonly verdicts?: readonly SignatureVerdict[];
}

/** The facts of a scene. */
export function factsOf({
  number = 128,
  title = "Scale payments up for the sale",
  base = "main",
  facts,
}: Scene) {
  const usual = make.facts();
  return make.facts({
    repository: { id: 100, owner: "acme", name: "deploy" },
    pullRequest: {
      ...usual.pullRequest,
      number,
      title,
      url: `https://github.com/acme/deploy/pull/${number}`,
      author: alice,
      base: { ref: base, oid: BASE },
      head: { ref: "sale", oid: HEAD, repository: { id: 100, fullName: "acme/deploy" } },
    },
    commits: known(COMMITS),
    reviews: known([approval]),
    lastPusher: known(alice),
    results: known([conftest]),
    protection: known(make.protection({ branch: base })),
    ...facts,
  });
}

/** What the rules find of a scene. */
export function decisionOn(scene: Scene): Decision {
  const policy = { path: ".github/countersign.yml", oid: oid("policy"), text: scene.policy ?? POLICY };
  const controlFiles = known(make.controlFiles({ commitOid: BASE, policy, defaultPolicy: policy }));
  const facts = factsOf({ ...scene, facts: { controlFiles, proposedPolicy: known(policy), ...scene.facts } });
  const source = resolvePolicy(controlFiles, BASE);
  const verdicts = known(scene.verdicts ?? COMMITS.map((commit) => verdictOn(commit)));
  const gates = evaluate(facts, source, verdicts, [], NO_EMERGENCIES);
  return decide(gates, source.identity, facts.observedAt);
}

/** A scene as the check runs are rendered from it. */
export function scene(of: Scene, declared: PullDecision["declared"] = null): PullDecision {
  const { number, title, url, base } = factsOf(of).pullRequest;
  return { pull: { number, title, baseRef: base.ref, url }, decision: decisionOn(of), declared };
}
