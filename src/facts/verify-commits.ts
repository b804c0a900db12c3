import { rulesOf } from "../policy/document/signatures.js";
import type { PolicySource } from "../policy/resolve.js";
import {
  STRICT_RULES,
  type SignatureRules,
  type SignatureVerdict,
  type TrustMaterial,
  type TrustProblem,
  unresolvedCommitters,
  type Verifier,
} from "../signatures/index.js";
import type { CommitFact, ControlFiles, Fact, RegisteredKeys } from "./facts.js";
import { known } from "./facts.js";
import type { FactSource, PullRequestReading } from "./source.js";

export type { TrustProblem };

export interface VerifiedCommits {
  readonly verdicts: Fact<readonly SignatureVerdict[]>;
  readonly trustProblems: readonly TrustProblem[];
  /** Of the trust that gave the verdicts; `null` where there are none. */
  readonly trustDigest: string | null;
  readonly registeredKeys: readonly Fact<RegisteredKeys>[];
}

export interface VerifyPorts {
  readonly source: FactSource;
  readonly verifier: Verifier;
}

/**
 * Verifies every commit with the keys that the controlled branch trusts, and asks GitHub for registered keys only
 * where those do not know the signer and the policy lets them count.
 */
export async function verifyCommits(
  { repository, commits }: Pick<PullRequestReading, "repository" | "commits">,
  controlFiles: Fact<ControlFiles>,
  policy: PolicySource,
  { source, verifier }: VerifyPorts,
  at: Date,
): Promise<VerifiedCommits> {
  if (!commits.known) return { ...UNVERIFIED, verdicts: commits };
  if (!controlFiles.known) return { ...UNVERIFIED, verdicts: controlFiles };
  const material = { ...trustFiles(controlFiles.value), registered: [] };
  const rules = policy.kind === "usable" ? rulesOf(policy.policy.signatures) : STRICT_RULES;
  const verifyAll = verifiesAll(verifier, commits.value, rules, at);
  const first = await verifyAll(material);
  const registeredKeys = await readKeys(first.verdicts, commits.value, policy, (login, kind) =>
    source.readRegisteredKeys(repository, login, kind),
  );
  const registered = registeredKeys.flatMap((keys) => (keys.known ? [keys.value] : []));
  const { verdicts, ...trust } =
    registered.length === 0 ? first : await verifyAll({ ...material, registered });
  return { ...trust, verdicts: known(verdicts), registeredKeys };
}

const UNVERIFIED = { trustProblems: [], trustDigest: null, registeredKeys: [] };

const trustFiles = ({
  allowedSigners,
  revokedKeys,
  keyring,
  x509,
}: ControlFiles): Omit<TrustMaterial, "registered"> => ({
  allowedSigners,
  revokedKeys,
  keyring,
  x509,
});

type Verified = Pick<VerifiedCommits, "trustProblems" | "trustDigest"> & { verdicts: SignatureVerdict[] };

function verifiesAll(
  verifier: Verifier,
  commits: readonly CommitFact[],
  rules: SignatureRules,
  at: Date,
): (material: TrustMaterial) => Promise<Verified> {
  return async (material) => {
    const trust = await verifier.trustIn(material);
    const verdicts = commits.map((commit) => verifier.verify(commit, trust, at, rules));
    return { verdicts, trustProblems: trust.problems, trustDigest: trust.digest };
  };
}

async function readKeys(
  verdicts: readonly SignatureVerdict[],
  commits: readonly CommitFact[],
  source: PolicySource,
  read: (login: string, kind: RegisteredKeys["kind"]) => Promise<Fact<RegisteredKeys> | null>,
): Promise<Fact<RegisteredKeys>[]> {
  if (source.kind !== "usable") return [];
  const wanted = unresolvedCommitters(verdicts, commits).filter(
    ({ kind }) => kind === "forge" || source.policy.signatures.registeredKeys,
  );
  const answers = await Promise.all(wanted.map(({ login, kind }) => read(login, kind)));
  return answers.filter((answer) => answer !== null);
}
