import { CountersignError } from "../../../errors.js";
import type { ControlFile } from "../../../facts/control-files.js";
import type { GitRepository } from "../../../git/repository.js";
import { TRUST_FOLDER } from "../../../policy/paths.js";
import { visible } from "../../../report/escape.js";
import { STRICT_RULES, type SignatureRules } from "../../../signatures/rules.js";
import { buildTrust, type Trust, type TrustMaterial } from "../../../signatures/trust.js";
import type { VerifyOptions } from "../options.js";
import { readCommitFiles } from "./commit-files.js";
import { readKeyFiles, readNamedFile } from "./key-files.js";

/** By what is verified. `material` is what `trust` was built from: a thread builds its own from it. */
export interface Ground {
  readonly material: TrustMaterial;
  readonly trust: Trust;
  readonly rules: SignatureRules;
  /** Where keys and rules come from, and what of them cannot be used; for people. */
  readonly notes: readonly string[];
}

/**
 * Reads the keys and rules that the options name, or else those of a commit of the repository.
 * @throws CountersignError where there are none, or one cannot be read
 */
export async function readGround(options: VerifyOptions, repository: GitRepository): Promise<Ground> {
  const { material, policy, notes } =
    "paths" in options.keys
      ? { material: await readKeyFiles(options.keys.paths), policy: null, notes: [] }
      : await groundOfCommit(repository, options.keys.commit);
  const named = options.policy;
  const rules = named === null ? await rulesOfFile(policy) : await rulesIn(named, await readNamedFile(named));
  const trust = await buildTrust(material);
  const problems = trust.problems.map(
    ({ path, line, message }) => `${visible(path)}${line === null ? "" : `:${line}`}: ${visible(message)}`,
  );
  return { material, trust, rules, notes: [...notes, ...problems] };
}

async function groundOfCommit(repository: GitRepository, revision: string) {
  const { commit, material, policy } = await readCommitFiles(repository, revision);
  const { roots, timestampAuthorities, transparencyLogs } = material.x509;
  const files = [material.allowedSigners, material.revokedKeys, ...material.keyring].filter(
    (file) => file !== null,
  );
  const all = [
    ...files,
    ...roots,
    ...timestampAuthorities,
    ...transparencyLogs,
    ...(policy === null ? [] : [policy]),
  ];
  const vouching = [
    ...material.keyring,
    ...roots,
    ...(material.allowedSigners === null ? [] : ["allowed_signers"]),
  ];
  if (vouching.length === 0) throw noKeys(revision);
  const list = all.map(({ path }) => visible(path)).join(", ");
  return { material, policy, notes: [`Keys and rules as of ${revision} (${commit.slice(0, 12)}): ${list}.`] };
}

function noKeys(revision: string): CountersignError {
  const where = `${revision} has no trusted keys in ${TRUST_FOLDER}/`;
  return new CountersignError("keys-missing", `No keys are given, and ${where}.`, {
    remedy:
      "Name the keys: --keyring FILE|DIR, --allowed-signers FILE, --x509-roots FILE|DIR, or --trust REV.",
  });
}

const rulesOfFile = (policy: ControlFile | null): Promise<SignatureRules> =>
  policy === null ? Promise.resolve(STRICT_RULES) : rulesIn(policy.path, policy.text);

/** @throws CountersignError `policy-invalid`: no falling back to rules that nobody chose */
async function rulesIn(path: string, text: string): Promise<SignatureRules> {
  // Most runs have no policy, and its schema takes longer to load than a thousand signatures to verify.
  const { parsePolicy } = await import("../../../policy/file/parse.js");
  const { rulesOf } = await import("../../../policy/document/signatures.js");
  const parsed = parsePolicy(text);
  if (parsed.ok) return rulesOf(parsed.policy.signatures);
  const problems = parsed.problems.map(
    ({ line, message, remedy }) => `${visible(path)}:${line}: ${visible(message)} ${visible(remedy)}`,
  );
  throw new CountersignError("policy-invalid", problems.join("\n"), {
    remedy: "Mend the policy (docs/policy.md), or name another: --policy FILE.",
  });
}
