import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gpgTime } from "../support/signing.js";
import { run, runText } from "../support/run.js";
import { SIGNED_AT } from "./support.js";

/** What real ssh-keygen is asked. */
export interface ReferenceQuestion {
  readonly allowedSigners: string;
  /** A list of revoked keys, or a key revocation list. */
  readonly revokedKeys?: Uint8Array | string;
  readonly payload: string;
  /** Armored. */
  readonly signature: string;
  /** Who must have signed; where left out, anybody whom the file names. */
  readonly principal?: string;
}

/**
 * Whether Git would find the signature good: like it (gpg-interface.c, `verify_ssh_signed_buffer`) this looks for
 * principals at the commit's time, then verifies for each.
 */
export async function isGoodForSshKeygen(question: ReferenceQuestion): Promise<boolean> {
  return await inFolder(async (folder) => {
    const [signers, revoked, signature] = [join(folder, "s"), join(folder, "r"), join(folder, "sig")];
    await writeFile(signers, question.allowedSigners);
    await writeFile(signature, question.signature);
    if (question.revokedKeys !== undefined) await writeFile(revoked, question.revokedKeys);
    const time = `-Overify-time=${gpgTime(SIGNED_AT).slice(0, 15).replace("T", "")}Z`;
    const common = [time, "-f", signers, "-s", signature];
    const principals =
      question.principal ?? (await orEmpty(runText("ssh-keygen", ["-Y", "find-principals", ...common])));
    for (const principal of principals.split("\n").filter((line) => line !== "")) {
      const args = ["-Y", "verify", ...common, "-n", "git", "-I", principal];
      if (question.revokedKeys !== undefined) args.push("-r", revoked);
      if (await succeeds(run("ssh-keygen", args, { input: question.payload }))) return true;
    }
    return false;
  });
}

/** Whether `ssh-keygen -Q` finds the key or certificate (one line) on the list. */
export async function isRevokedForSshKeygen(list: Uint8Array | string, publicKey: string): Promise<boolean> {
  return await inFolder(async (folder) => {
    const [file, key] = [join(folder, "list"), join(folder, "key.pub")];
    await writeFile(file, list);
    await writeFile(key, `${publicKey}\n`);
    return !(await succeeds(run("ssh-keygen", ["-Q", "-f", file, key])));
  });
}

/** A key revocation list that `ssh-keygen -k` makes of a specification; `authority`: a public key file, or `none`. */
export async function makeKrl(specification: string, authority?: string): Promise<Buffer> {
  return await inFolder(async (folder) => {
    const [krl, text] = [join(folder, "krl"), join(folder, "text")];
    await writeFile(text, specification);
    const signer = authority === undefined ? [] : ["-s", authority];
    await run("ssh-keygen", ["-k", "-q", "-f", krl, ...signer, text]);
    return await run("cat", [krl]);
  });
}

async function inFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), "cs-"));
  try {
    return await work(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

const succeeds = async (work: Promise<unknown>): Promise<boolean> =>
  await work.then(
    () => true,
    () => false,
  );

const orEmpty = async (work: Promise<string>): Promise<string> => await work.catch(() => "");
