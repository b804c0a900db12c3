import type { PolicySource } from "../policy/resolve.js";
import {
  buildTrust,
  type SignatureVerdict,
  type TrustMaterial,
  type TrustProblem,
  unresolvedCommitters,
  verifyCommitFact,
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

/**
 * Verifies every commit with the keys that the controlled branch trusts, and asks GitHub for registered keys only
 * where those do not know the signer and the policy lets them count.
 */
export async function verifyCommits(
  { repository, commits }: Pick<PullRequestReading, "repository" | "commits">,
  controlFiles: Fact<ControlFiles>,
  policy: PolicySource,
  source: FactSource,
  at: Date,
): Promise<VerifiedCommits> {
  if (!commits.known) return { ...UNVERIFIED, verdicts: commits };
  if (!controlFiles.known) return { ...UNVERIFIED, verdicts: controlFiles };
  const material = { ...trustFiles(controlFiles.value), registered: [] };
  const first = await verifyAll(commits.value, material, at);
  const registeredKeys = await readKeys(first.verdicts, commits.value, policy, (login, kind) =>
    source.readRegisteredKeys(repository, login, kind),
  );
  const registered = registeredKeys.flatMap((keys) => (keys.known ? [keys.value] : []));
  const { verdicts, ...trust } =
    registered.length === 0 ? first : await verifyAll(commits.value, { ...material, registered }, at);
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

async function verifyAll(
  commits: readonly CommitFact[],
  material: TrustMaterial,
  at: Date,
): Promise<Pick<VerifiedCommits, "trustProblems" | "trustDigest"> & { verdicts: SignatureVerdict[] }> {
  const trust = await buildTrust(material);
  const verdicts = commits.map((commit) => verifyCommitFact(commit, trust, at));
  return { verdicts, trustProblems: trust.problems, trustDigest: trust.digest };
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
