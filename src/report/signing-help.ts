import type { ControlFiles } from "../facts/control-files.js";
import type { PullRequestFact, RepositoryRef } from "../facts/facts.js";
import { ALLOWED_SIGNERS_PATH, KEYRING_FOLDER, type Policy } from "../policy/document.js";
import { shellWord } from "../policy/rules/shell.js";
import { code, commandBlock } from "./escape.js";
import { paragraphs } from "./case/sections/lines.js";

/** What the help is about; `policy` and `files` `null`: they cannot be read or used. */
export interface SigningHelp {
  readonly repository: RepositoryRef;
  readonly pullRequest: Pick<PullRequestFact, "base" | "head" | "crossRepository">;
  readonly files: Pick<ControlFiles, "allowedSigners" | "keyring"> | null;
  readonly policy: Pick<Policy, "signatures"> | null;
}

/**
 * How to sign commits so that this pull request's base branch takes them, for a comment: Markdown without its marker.
 * Branch and repository names are strangers' words, and are quoted for the shell and for Markdown.
 */
export function signingHelp(help: SigningHelp): string {
  const base = code(help.pullRequest.base.ref);
  return paragraphs([
    "### How to sign your commits",
    `Each commit needs a signature of its committer, by a key that ${base} trusts. ${trusted(help)}`,
    "**With SSH** (Git 2.34 or later), once on your machine:",
    commandBlock([
      "git config --global gpg.format ssh",
      "git config --global user.signingkey ~/.ssh/id_ed25519.pub",
      "git config --global commit.gpgsign true",
    ]),
    "**With GnuPG**, once on your machine; the key needs a user ID with the e-mail of your commits:",
    commandBlock([
      "git config --global gpg.format openpgp",
      'git config --global user.signingkey "$(git config user.email)"',
      "git config --global commit.gpgsign true",
    ]),
    ...trusting(help),
    "**Then sign what is here already**, from a clone with the pull request's branch checked out:",
    commandBlock(signAgain(help)),
    "The check looks again by itself as soon as you have pushed.",
  ]);
}

function trusted({ files, policy }: SigningHelp): string {
  if (files === null || policy === null)
    return "Which keys that are could not be read; the check says why, and that has to be mended first.";
  const lines = (files.allowedSigners?.text ?? "")
    .split("\n")
    .filter((line) => /^\s*[^#\s]/.test(line)).length;
  const places = [
    `${lines} in ${code(ALLOWED_SIGNERS_PATH)} (SSH)`,
    `${files.keyring.length} in ${code(`${KEYRING_FOLDER}/`)} (OpenPGP)`,
  ];
  const registered = policy.signatures.registeredKeys
    ? "Signing keys that people with write access registered on GitHub count as well."
    : "Keys that are only registered on GitHub do not count.";
  return `Trusted now: ${places.join(", ")}. ${registered}`;
}

function trusting({ policy, pullRequest }: SigningHelp): string[] {
  const registered =
    policy?.signatures.registeredKeys === true
      ? "Register it as a signing key in your GitHub settings (SSH and GPG keys), if you may write to this repository. Or, for everyone:"
      : "";
  return [
    "**Have the key trusted.** " +
      `${registered} In a pull request of its own into ${code(pullRequest.base.ref)}, which others review, add the public key:`.trim(),
    commandBlock([
      `echo "$(git config user.email) namespaces=\\"git\\" $(cut -d' ' -f1,2 ~/.ssh/id_ed25519.pub)" >> ${ALLOWED_SIGNERS_PATH}`,
      `mkdir -p ${KEYRING_FOLDER} && gpg --armor --export "$(git config user.email)" > ${KEYRING_FOLDER}/"$(git config user.email)".asc`,
    ]),
    "One of the two lines is enough: the first for SSH, the second for GnuPG.",
  ];
}

function signAgain({ pullRequest: { base, head } }: SigningHelp): string[] {
  const onto = shellWord(`origin/${base.ref}`);
  return [
    `git fetch origin ${shellWord(base.ref)}`,
    `git switch ${shellWord(head.ref)}`,
    `git rebase --rebase-merges --exec 'git commit --amend --no-edit -n -S' "$(git merge-base HEAD ${onto})"`,
    "git push --force-with-lease",
  ];
}
