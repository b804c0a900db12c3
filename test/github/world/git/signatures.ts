import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { run } from "../../../support/run.js";
import type { CommitObject } from "./commit-object.js";
import type { Account } from "../model.js";
import type { World } from "../world.js";

export interface ForgeOpinion {
  readonly format: "GpgSignature" | "SshSignature" | "SmimeSignature";
  readonly state: "VALID" | "INVALID" | "UNKNOWN_KEY" | "NO_USER" | "UNKNOWN_SIG_TYPE";
  readonly signer: Account | null;
  readonly byForge: boolean;
}

const FORGE = "web-flow";

/** GitHub's opinions of signatures: whether a key that the committer's account registered made them. Kept once formed. */
export class SignatureOpinions {
  readonly #world: World;
  readonly #formed = new Map<string, Promise<ForgeOpinion>>();

  constructor(world: World) {
    this.#world = world;
  }

  /** `null`: the commit has no signature. */
  async of(commit: CommitObject): Promise<ForgeOpinion | null> {
    const { signature, committer } = commit;
    if (signature === null) return null;
    const account = this.#world.accountByEmail(committer.email);
    const key = [
      commit.oid,
      account?.id ?? 0,
      account?.gpgKeys.length ?? 0,
      account?.sshSigningKeys.length ?? 0,
    ].join();
    const known = this.#formed.get(key);
    if (known !== undefined) return await known;
    const opinion = form(signature, account);
    this.#formed.set(key, opinion);
    return await opinion;
  }
}

type SignedCommit = NonNullable<CommitObject["signature"]>;

async function form(signed: SignedCommit, account: Account | null): Promise<ForgeOpinion> {
  const format = formatOf(signed.signature);
  const byForge = account?.login === FORGE;
  if (account === null) return { format, state: "NO_USER", signer: null, byForge };
  if (format === "SmimeSignature") return { format, state: "UNKNOWN_SIG_TYPE", signer: account, byForge };
  const state = format === "SshSignature" ? await sshState(signed, account) : await gpgState(signed, account);
  return { format, state, signer: account, byForge };
}

function formatOf(signature: string): ForgeOpinion["format"] {
  if (signature.startsWith("-----BEGIN SSH SIGNATURE-----")) return "SshSignature";
  return signature.startsWith("-----BEGIN PGP") ? "GpgSignature" : "SmimeSignature";
}

async function sshState(
  { payload, signature }: SignedCommit,
  account: Account,
): Promise<ForgeOpinion["state"]> {
  if (account.sshSigningKeys.length === 0) return "UNKNOWN_KEY";
  return await inFolder(async (folder) => {
    const signers = account.sshSigningKeys.map(({ key }) => `* ${key}\n`).join("");
    await writeFile(join(folder, "signers"), signers);
    await writeFile(join(folder, "signature"), `${signature}\n`);
    const args = [
      "-Y",
      "verify",
      "-n",
      "git",
      "-I",
      "any",
      "-f",
      join(folder, "signers"),
      "-s",
      join(folder, "signature"),
    ];
    return await verdict(run("ssh-keygen", args, { input: payload }));
  });
}

async function gpgState(
  { payload, signature }: SignedCommit,
  account: Account,
): Promise<ForgeOpinion["state"]> {
  if (account.gpgKeys.length === 0) return "UNKNOWN_KEY";
  return await inFolder(async (folder) => {
    const file = (name: string) => join(folder, name);
    await writeFile(file("keys"), Buffer.concat(account.gpgKeys.map(({ armored }) => dearmor(armored))));
    await writeFile(file("signature"), `${signature}\n`);
    await writeFile(file("payload"), payload);
    const args = ["--homedir", folder, "--keyring", file("keys"), file("signature"), file("payload")];
    return await verdict(run("gpgv", args));
  });
}

/** Neither program tells a strange key from a wrong signature by its exit code alone; nor do the tests need it. */
async function verdict(verification: Promise<Buffer>): Promise<ForgeOpinion["state"]> {
  return await verification.then(
    () => "VALID" as const,
    (error: unknown) => (isStrangeKey(error) ? "UNKNOWN_KEY" : "INVALID"),
  );
}

function isStrangeKey(error: unknown): boolean {
  return (
    error instanceof Error &&
    /No public key|Could not verify signature|no principal matched/i.test(error.message)
  );
}

/** The packets inside an ASCII armor; its checksum line starts with `=`. */
function dearmor(armored: string): Buffer {
  const body = armored.slice(armored.indexOf("\n\n") + 2, armored.indexOf("-----END"));
  const lines = body.split("\n").filter((line) => !line.startsWith("="));
  return Buffer.from(lines.join(""), "base64");
}

async function inFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), "opinion-"));
  try {
    return await work(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
