import type { CommitFact } from "../../facts/facts.js";
import type { SignatureVerdict } from "../../signatures/verdict.js";
import { ALLOWED_SIGNERS_PATH, KEYRING_FOLDER } from "../document.js";
import type { Remedy } from "../finding.js";
import { advice } from "./build.js";
import { shellWord } from "./shell.js";

/**
 * Signs every commit from `commits[first]` on again, and pushes.
 * `base` stands in where the first commit has no parent that was read.
 */
export function resignRemedy(commits: readonly CommitFact[], first: number, base: string): Remedy {
  const rest = commits.slice(first);
  const onto = rest[0]?.parents[0] ?? base;
  // Without it a rebase flattens merges, and the reviewed tree could change.
  const merges = rest.some((commit) => commit.parents.length > 1) ? "--rebase-merges " : "";
  return advice("Sign the commits again, from the first that needs it, and push.", [
    `git rebase ${merges}--exec 'git commit --amend --no-edit -n -S' ${shellWord(onto)}`,
    "git push --force-with-lease",
  ]);
}

/** How a key becomes trusted: a change to the trust files on the base branch, which others review. */
export function unknownKeyRemedy(commit: CommitFact, verdict: SignatureVerdict): Remedy {
  const email = commit.committer.email;
  if (verdict.format === "ssh") {
    const compare =
      verdict.signer === null ? "" : `, after checking that its fingerprint is ${verdict.signer.fingerprint}`;
    return advice(
      `If the key is yours: in a pull request of its own, add it to ${ALLOWED_SIGNERS_PATH} on the base branch${compare}. If not, sign again with a trusted key.`,
      [
        "ssh-keygen -lf ~/.ssh/id_ed25519.pub",
        `printf '%s namespaces="git" %s\\n' ${shellWord(email)} "$(cut -d' ' -f1,2 ~/.ssh/id_ed25519.pub)" >> ${ALLOWED_SIGNERS_PATH}`,
      ],
    );
  }
  const fingerprint = verdict.signer?.fingerprint ?? email;
  const file = `${KEYRING_FOLDER}/${fingerprint.replace(/[^A-Za-z0-9]/g, "-")}.asc`;
  return advice(
    `If the key is yours: in a pull request of its own, add it to ${KEYRING_FOLDER}/ on the base branch. If not, sign again with a trusted key.`,
    [`mkdir -p ${KEYRING_FOLDER}`, `gpg --armor --export ${shellWord(fingerprint)} > ${shellWord(file)}`],
  );
}
