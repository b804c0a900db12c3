import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { run, runText } from "../../test/support/run.js";
import { makeCommit, type BenchCommit } from "./commit.js";
import { writePack, type PackedObject } from "./pack.js";
import { mixedSigners } from "./signers/all.js";
import type { Signer } from "./signers/signer.js";

/** A repository of signed commits in one line, and those who may sign, for Countersign and for git alike. */
export interface History {
  readonly repository: string;
  readonly commits: number;
  /** Armored OpenPGP certificates. */
  readonly keyring: string;
  readonly allowedSigners: string;
  /** In which git's gpg finds the same certificates, fully trusted. */
  readonly gpgHome: string;
  dispose(): Promise<void>;
}

/** Makes a history of `commits` commits, signed in turn by gpg's and ssh-keygen's usual algorithms. */
export async function makeHistory(commits: number): Promise<History> {
  const folder = await mkdtemp(join(tmpdir(), "cb-"));
  const history = {
    commits,
    repository: join(folder, "repository.git"),
    keyring: join(folder, "keyring.asc"),
    allowedSigners: join(folder, "allowed_signers"),
    gpgHome: folder,
    dispose: async (): Promise<void> => {
      await rm(folder, { recursive: true, force: true });
    },
  };
  const signers = mixedSigners();
  await writeKeys(history, signers);
  await writeCommits(history, signers);
  return history;
}

async function writeKeys(
  { keyring, allowedSigners, gpgHome }: History,
  signers: readonly Signer[],
): Promise<void> {
  const keysOf = (format: Signer["format"]): string =>
    signers.flatMap((signer) => (signer.format === format ? [signer.publicKey] : [])).join("");
  await writeFile(keyring, keysOf("openpgp"));
  await writeFile(allowedSigners, keysOf("ssh"));
  const env = { GNUPGHOME: gpgHome };
  const gpg = ["--batch", "--quiet", "--no-autostart"];
  await run("gpg", [...gpg, "--import", keyring], { env });
  const listed = await runText("gpg", [...gpg, "--with-colons", "--list-keys"], { env });
  const owners = [...listed.matchAll(/^fpr:+([0-9A-F]{40}):/gm)].map(([, key = ""]) => `${key}:6:\n`);
  await run("gpg", [...gpg, "--import-ownertrust"], { env, input: owners.join("") });
}

async function writeCommits(
  { repository, allowedSigners, commits }: History,
  signers: readonly Signer[],
): Promise<void> {
  const git = ["-C", repository];
  await run("git", ["init", "-q", "--bare", "--initial-branch=main", repository]);
  await run("git", [...git, "config", "gpg.ssh.allowedSignersFile", allowedSigners]);
  let head = "";
  const objects = function* (): Generator<PackedObject> {
    yield { type: "tree", raw: Buffer.alloc(0) };
    for (const { oid, raw } of chainOf(signers, commits)) {
      head = oid;
      yield { type: "commit", raw };
    }
  };
  await writePack(repository, commits + 1, objects());
  await run("git", [...git, "update-ref", "refs/heads/main", head]);
}

function* chainOf(signers: readonly Signer[], commits: number): Generator<BenchCommit> {
  let parent: string | null = null;
  for (let index = 0; index < commits; index += 1) {
    const signer = signers[index % signers.length];
    if (signer === undefined) return;
    const commit: BenchCommit = makeCommit(signer, index, parent);
    parent = commit.oid;
    yield commit;
  }
}
