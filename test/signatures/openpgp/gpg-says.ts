import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { run } from "../../support/run.js";
import { gpgTime } from "../../support/signing.js";

/** gpg's word for a detached signature over `payload`, with only `publicKey` in its keyring and its clock at `at`. */
export async function gpgSays(
  publicKey: string,
  signature: string,
  payload: string,
  at: Date,
): Promise<string> {
  const home = await mkdtemp(join(tmpdir(), "ck-"));
  try {
    const files = { key: publicKey, signature, payload };
    for (const [name, text] of Object.entries(files)) await writeFile(join(home, name), text);
    // gpg ends with an error where it does not like what it sees, and says in its status lines what that is.
    const script =
      'gpg="gpg --batch --no-tty --quiet --trust-model always --faked-system-time $CLOCK"; $gpg --import key; ' +
      "$gpg --status-fd 1 --verify signature payload; gpgconf --kill all; :";
    const out = await run("sh", ["-c", script], { cwd: home, env: { GNUPGHOME: home, CLOCK: gpgTime(at) } });
    return /\b(?:GOOD|BAD|ERR|EXP|EXPKEY|REVKEY)SIG\b/.exec(out.toString("latin1"))?.[0] ?? "nothing";
  } finally {
    await rm(home, { recursive: true, force: true });
  }
}
