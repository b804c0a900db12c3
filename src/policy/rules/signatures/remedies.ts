import type { CommitFact } from "../../../facts/facts.js";
import { readSshSignature } from "../../../signatures/openssh/sshsig.js";
import { typeOf } from "../../../signatures/openssh/wire.js";
import type { SignatureVerdict } from "../../../signatures/verdict.js";
import { ALLOWED_SIGNERS_PATH, KEYRING_FOLDER } from "../../document.js";
import type { Remedy } from "../../finding.js";
import { advice } from "../build.js";
import { shellWord } from "../shell.js";

/**
 * Signs every commit from `commits[first]` on again, and pushes; with `anew`, makes each of them anew before.
 * `base` stands in where the first commit has no parent that was read.
 */
export function resignRemedy(
  commits: readonly CommitFact[],
  first: number,
  base: string,
  anew: boolean,
): Remedy {
  const rest = commits.slice(first);
  const onto = rest[0]?.parents[0] ?? base;
  // Without it a rebase flattens merges, and the reviewed tree could change.
  const merges = rest.some((commit) => commit.parents.length > 1) ? "--rebase-merges " : "";
  // Amending keeps headers that Git does not know; a commit that is picked again has none but its own.
  const picks = anew ? "--no-ff " : "";
  return advice("Sign the commits again, from the first that needs it, and push.", [
    `git rebase ${picks}${merges}--exec 'git commit --amend --no-edit -n -S' ${shellWord(onto)}`,
    "git push --force-with-lease",
  ]);
}

/** How a key becomes trusted: a change to the trust files on the base branch, which others review. */
export function unknownKeyRemedy(commit: CommitFact, verdict: SignatureVerdict): Remedy {
  const place = verdict.format === "ssh" ? ALLOWED_SIGNERS_PATH : `${KEYRING_FOLDER}/`;
  const compare =
    verdict.signer === null
      ? ""
      : `, after checking with its owner that its fingerprint is ${verdict.signer.fingerprint}`;
  return advice(
    `If the key is to be trusted: in a pull request of its own, add it to ${place} on the base branch${compare}. If not, sign again with a trusted key.`,
    verdict.format === "ssh" ? [allowSigner(commit)] : exportKey(verdict),
  );
}

function allowSigner(commit: CommitFact): string {
  const principal = principalOf(commit.committer.email);
  const key = embeddedKey(commit);
  return key === null
    ? `printf '%s namespaces="git" %s\\n' ${principal} "$(cut -d' ' -f1,2 ~/.ssh/id_ed25519.pub)" >> ${ALLOWED_SIGNERS_PATH}`
    : `echo ${shellWord(`${principal} namespaces="git" ${key}`)} >> ${ALLOWED_SIGNERS_PATH}`;
}

/** A committer's e-mail is the committer's own choice: `*` would make the line trust the key for everyone. */
const principalOf = (email: string): string =>
  /^[A-Za-z0-9._%+-]+@[A-Za-z0-9.-]+$/.test(email) ? email : "name@example.com";

/** The public key that an SSH signature carries, as a line of an authorized-keys file. */
function embeddedKey(commit: CommitFact): string | null {
  if (commit.signature === null) return null;
  try {
    const { publicKey } = readSshSignature(Buffer.from(commit.signature.signature, "utf8"));
    const type = typeOf(publicKey);
    return type !== null && /^[a-z0-9@.-]+$/.test(type)
      ? `${type} ${Buffer.from(publicKey).toString("base64")}`
      : null;
  } catch {
    // Only what a well-formed signature carries is worth showing; the verdict on it was made elsewhere.
    return null;
  }
}

function exportKey(verdict: SignatureVerdict): string[] {
  if (verdict.signer === null) return [];
  const { fingerprint } = verdict.signer;
  const file = `${KEYRING_FOLDER}/${fingerprint.replace(/[^A-Za-z0-9]/g, "-")}.asc`;
  return [
    `mkdir -p ${KEYRING_FOLDER}`,
    `gpg --armor --export ${shellWord(fingerprint)} > ${shellWord(file)}`,
  ];
}

/** How the committer becomes the person whose key signs. */
export function committerRemedy(verdict: SignatureVerdict): Remedy {
  const principal = verdict.signer?.principal ?? "";
  return advice(
    "Commit as the person the key belongs to, then sign again.",
    principal.includes("@") ? [`git config user.email ${shellWord(principal)}`] : [],
  );
}
