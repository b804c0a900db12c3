import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type CliOptions, type CliOutcome, runCli } from "../../support/cli.js";
import { createRepository, type Person, type Repository } from "../../support/git.js";
import { createKeyring, type GpgKey, type Keyring, type SshKey } from "../../support/signing.js";

export const ALICE: Person = { name: "Alice", email: "alice@example.com" };
export const BOB: Person = { name: "Bob", email: "bob@example.com" };
export const AT = new Date("2024-06-01T12:00:00Z");

/** What a line of `--json` says, as far as these tests look at it. */
export interface JsonLine {
  readonly oid: string;
  readonly type: string;
  readonly verdict: string;
  readonly reason: string;
  readonly format: string | null;
  readonly identity: string | null;
  readonly signedAt: string | null;
  readonly signer: { readonly fingerprint: string; readonly principal: string | null } | null;
  readonly mergetags?: readonly JsonLine[];
}

/** Alice signs with OpenPGP, Bob with SSH; their keys are in a folder beside the repository. */
export interface Scene {
  readonly repository: Repository;
  readonly keyring: Keyring;
  readonly alice: GpgKey;
  readonly bob: SshKey;
  readonly folder: string;
  /** `--keyring … --allowed-signers …` for both. */
  readonly keys: readonly string[];
  /** `countersign verify` in the repository. */
  verify(args: readonly string[], options?: CliOptions): Promise<CliOutcome>;
  /** The same with both keys and `--json`, its lines read. */
  json(
    args: readonly string[],
    options?: CliOptions,
  ): Promise<CliOutcome & { readonly lines: readonly JsonLine[] }>;
  file(name: string, content: string | Uint8Array): Promise<string>;
  dispose(): Promise<void>;
}

export async function openScene(options: Parameters<typeof createRepository>[0] = {}): Promise<Scene> {
  const [repository, keyring, folder] = await Promise.all([
    createRepository(options),
    createKeyring(),
    mkdtemp(join(tmpdir(), "keys-")),
  ]);
  const alice = await keyring.gpgKey(ALICE);
  const bob = await keyring.sshKey();
  const file = async (name: string, content: string | Uint8Array): Promise<string> => {
    const path = join(folder, name);
    await writeFile(path, content);
    return path;
  };
  const keys = [
    "--keyring",
    await file("alice.asc", alice.publicKey),
    "--allowed-signers",
    await file("allowed_signers", `${BOB.email} namespaces="git" ${bob.publicKey}\n`),
  ];
  const verify: Scene["verify"] = (args, cli = {}) =>
    runCli(["verify", ...args], { cwd: repository.path, ...cli });
  return {
    repository,
    keyring,
    alice,
    bob,
    folder,
    keys,
    file,
    verify,
    json: async (args, cli) => {
      const outcome = await verify([...keys, "--json", ...args], cli);
      return { ...outcome, lines: parseLines(outcome.stdout) };
    },
    dispose: async () => {
      await Promise.all([repository.dispose(), keyring.dispose(), rm(folder, { recursive: true })]);
    },
  };
}

export const parseLines = (stdout: string): JsonLine[] =>
  stdout
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as JsonLine);
