import { chmod, copyFile, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { run, runText } from "./run.js";

/** Key creation time unless said otherwise: long before any commit a test makes. */
export const KEYS_MADE_AT = new Date("2020-01-01T00:00:00Z");

export interface GpgKeyOptions {
  readonly name: string;
  readonly email: string;
  /** As `gpg --quick-generate-key` takes it: `ed25519` (default), `rsa2048`, `nistp256`, `brainpoolP256r1` … */
  readonly algo?: string;
  /** `sign` (default, the primary key signs) or `cert` (the primary key only certifies). */
  readonly usage?: "sign" | "cert";
  readonly madeAt?: Date;
  /** As gpg takes it: `never` (default), `2y`, or an ISO date. */
  readonly expires?: string;
}

export interface SshKeyOptions {
  readonly type?: "ed25519" | "ecdsa" | "rsa" | "dsa";
  readonly bits?: number;
  readonly comment?: string;
}

export interface SshCertificateOptions {
  readonly principals: readonly string[];
  /** As `ssh-keygen -V` takes it, in UTC: `always:forever` (default), `20230101:20250101` … */
  readonly validity?: string;
  /** Further arguments of ssh-keygen: `-h` for a host's, `-O` for options. */
  readonly args?: readonly string[];
}

interface Signing {
  /** `git -c` settings that make git sign with this key. */
  readonly gitConfig: Readonly<Record<string, string>>;
  /** Environment in which git signs with this key. */
  readonly env: Readonly<Record<string, string>>;
}

export interface GpgKey extends Signing {
  readonly kind: "openpgp";
  /** Upper-case hex, 40 digits. */
  readonly fingerprint: string;
  /** ASCII armor, as of now: ask again after changing the key. */
  readonly publicKey: string;
}

export interface SshKey extends Signing {
  readonly kind: "ssh";
  /** One line, with its comment. */
  readonly publicKey: string;
  /** The private key file. */
  readonly path: string;
  /** `SHA256:` and unpadded base64. */
  readonly fingerprint: string;
}

export type SigningKey = GpgKey | SshKey;

/** A folder of throw-away keys with its own gpg home. Dispose of it, or its agent stays. */
export class Keyring {
  readonly #home: string;
  readonly #program: string;
  #made = 0;

  constructor(home: string, program: string) {
    this.#home = home;
    this.#program = program;
  }

  /** Makes an OpenPGP key without a passphrase. */
  async gpgKey(options: GpgKeyOptions): Promise<GpgKey> {
    const userId = `${options.name} <${options.email}>`;
    // One person may have several keys, for which gpg asks to be sure.
    const command = [
      "--yes",
      "--quick-generate-key",
      userId,
      options.algo ?? "ed25519",
      options.usage ?? "sign",
    ];
    const at = options.madeAt ?? KEYS_MADE_AT;
    const status = await this.gpg(["--status-fd", "1", ...command, options.expires ?? "never"], { at });
    const fingerprint = /KEY_CREATED . ([0-9A-F]{40})/.exec(status.toString("latin1"))?.[1];
    if (fingerprint === undefined) throw new Error(`gpg made no key for ${userId}`);
    return await this.gpgKeyOf(fingerprint);
  }

  /** A key of this keyring as it is now: after adding subkeys or user ids, revoking or renewing it. */
  async gpgKeyOf(fingerprint: string): Promise<GpgKey> {
    const gitConfig = {
      "gpg.format": "openpgp",
      "gpg.program": this.#program,
      "user.signingkey": fingerprint,
    };
    const publicKey = (await this.gpg(["--armor", "--export", fingerprint])).toString("latin1");
    return { kind: "openpgp", fingerprint, publicKey, gitConfig, env: { GNUPGHOME: this.#home } };
  }

  /** Runs gpg in this keyring, with its clock standing at `at`. */
  async gpg(
    args: readonly string[],
    options: { input?: Uint8Array | string; at?: Date } = {},
  ): Promise<Buffer> {
    const clock: Record<string, string> = options.at === undefined ? {} : { GPG_CLOCK: gpgTime(options.at) };
    const passphrase = ["--pinentry-mode", "loopback", "--passphrase", ""];
    return await run(this.#program, [...passphrase, ...args], {
      env: { GNUPGHOME: this.#home, ...clock },
      input: options.input ?? "",
    });
  }

  /** Makes an SSH key without a passphrase. */
  async sshKey(options: SshKeyOptions = {}): Promise<SshKey> {
    const type = options.type ?? "ed25519";
    this.#made += 1;
    const path = join(this.#home, `ssh-${this.#made}`);
    const bits = options.bits === undefined ? [] : ["-b", String(options.bits)];
    await run("ssh-keygen", [
      "-q",
      "-t",
      type,
      ...bits,
      "-N",
      "",
      "-C",
      options.comment ?? "test",
      "-f",
      path,
    ]);
    const publicKey = (await readFile(`${path}.pub`, "utf8")).trim();
    const fingerprint = (await runText("ssh-keygen", ["-l", "-f", path])).split(" ")[1] ?? "";
    const gitConfig = { "gpg.format": "ssh", "gpg.ssh.program": "ssh-keygen", "user.signingkey": path };
    return { kind: "ssh", publicKey, path, fingerprint, gitConfig, env: {} };
  }

  /** A copy of `key` with a certificate that `authority` made for it; signing with it signs with the certificate. */
  async sshCertificate(authority: SshKey, key: SshKey, options: SshCertificateOptions): Promise<SshKey> {
    this.#made += 1;
    const path = join(this.#home, `ssh-${this.#made}`);
    for (const suffix of ["", ".pub"]) await copyFile(key.path + suffix, path + suffix);
    const principals = options.principals.length === 0 ? [] : ["-n", options.principals.join(",")];
    const args = ["-q", "-s", authority.path, "-I", "test", ...principals, ...(options.args ?? [])];
    await run("ssh-keygen", [...args, "-V", options.validity ?? "always:forever", `${path}.pub`]);
    const certificate = `${path}-cert.pub`;
    const publicKey = (await readFile(certificate, "utf8")).trim();
    return {
      ...key,
      publicKey,
      path: certificate,
      gitConfig: { ...key.gitConfig, "user.signingkey": certificate },
    };
  }

  /** An armored SSHSIG over `data`, as `ssh-keygen -Y sign` makes it. */
  async sshSign(
    key: SshKey,
    data: Uint8Array | string,
    namespace = "git",
    options: readonly string[] = [],
  ): Promise<string> {
    const args = ["-Y", "sign", "-q", "-n", namespace, ...options, "-f", key.path];
    return (await run("ssh-keygen", args, { input: data })).toString("latin1");
  }

  /** Ends the agent and removes every key. */
  async dispose(): Promise<void> {
    await run("gpgconf", ["--kill", "all"], { env: { GNUPGHOME: this.#home } }).catch(() => undefined);
    await rm(this.#home, { recursive: true, force: true });
  }
}

/** Makes an empty keyring in a fresh temporary folder. */
export async function createKeyring(): Promise<Keyring> {
  // The agent's socket path must stay under about 100 bytes, hence the short name.
  const home = await mkdtemp(join(tmpdir(), "ck-"));
  const program = join(home, "gpg.sh");
  // Git knows no option for the signature's time; the wrapper lets a test set gpg's clock through the environment.
  const script =
    '#!/bin/sh\nexec gpg --batch --no-tty --quiet ${GPG_CLOCK:+--faked-system-time "$GPG_CLOCK"} "$@"\n';
  await writeFile(program, script);
  await chmod(program, 0o700);
  return new Keyring(home, program);
}

/** A time as `gpg --faked-system-time` takes it; the `!` makes the clock stand still. */
export function gpgTime(at: Date): string {
  return `${at.toISOString().replace(/[-:]/g, "").slice(0, 15)}!`;
}
