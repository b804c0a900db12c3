import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { run } from "../../support/run.js";
import { ALICE, AT, BOB, openScene, parseLines, type Scene } from "./scene.js";

/** By whose keys, by which rules and as of when it is verified. */

let scene: Scene;
let [byAlice, byBob] = ["", ""];
beforeAll(async () => {
  scene = await openScene();
  const { repository, alice, bob } = scene;
  byAlice = await repository.commit({ message: "a", author: ALICE, key: alice, date: AT });
  byBob = await repository.commit({ message: "b", author: BOB, key: bob, date: AT });
});
afterAll(() => scene.dispose());

const alicesKey = () => scene.keys[1] ?? "";
const signers = () => scene.keys[3] ?? "";

/** Exit code and reasons for Alice's and Bob's commits. */
async function reasons(...args: string[]) {
  const { stdout, stderr, code } = await scene.verify(["--json", ...args, byAlice, byBob]);
  return { code, stderr, reasons: parseLines(stdout).map(({ reason }) => reason) };
}

describe("keys from files", () => {
  it("OpenPGP and SSH keys, each for its own", async () => {
    expect(await reasons("--keyring", alicesKey())).toMatchObject({
      code: 1,
      reasons: ["good", "unknown-key"],
    });
    expect(await reasons("--allowed-signers", signers())).toMatchObject({
      code: 1,
      reasons: ["unknown-key", "good"],
    });
    expect(await reasons(...scene.keys)).toMatchObject({ code: 0, reasons: ["good", "good"] });
  });

  it("a folder of keys, and keys as gpg exports them without --armor", async () => {
    const folder = join(scene.folder, "ring");
    await mkdir(join(folder, "team"), { recursive: true });
    await writeFile(join(folder, "README"), "not a key");
    await writeFile(join(folder, "team/alice.gpg"), await scene.keyring.gpg(["--export", ALICE.email]));
    expect(await reasons("--keyring", folder)).toMatchObject({ code: 1, reasons: ["good", "unknown-key"] });
    const both = await reasons("--keyring", alicesKey(), "--keyring", folder, "--allowed-signers", signers());
    expect(both.code).toBe(0);
  });

  it("revoked keys, by line and by an OpenSSH revocation list", async () => {
    const list = await scene.file("revoked", `${scene.alice.fingerprint}\n`);
    expect(await reasons(...scene.keys, "--revoked-keys", list)).toMatchObject({
      code: 1,
      reasons: ["key-listed-as-revoked", "good"],
    });
    const krl = join(scene.folder, "revoked.krl");
    await run("ssh-keygen", ["-q", "-k", "-f", krl, `${scene.bob.path}.pub`]);
    expect(await reasons(...scene.keys, "--revoked-keys", krl)).toMatchObject({
      code: 1,
      reasons: ["good", "key-listed-as-revoked"],
    });
    const broken = await scene.file("revoked-broken", "nonsense\n");
    const unreadable = await reasons(...scene.keys, "--revoked-keys", broken);
    expect(unreadable).toMatchObject({
      code: 1,
      reasons: ["revocations-unreadable", "revocations-unreadable"],
    });
    expect(unreadable.stderr).toContain("revoked-broken:1: The line names no key");
  });

  it("says what of the keys it could not use, and trusts the less", async () => {
    const broken = await scene.file("broken_signers", "bob@example.com ssh-ed25519\n");
    const found = await reasons("--allowed-signers", broken);
    expect(found).toMatchObject({ code: 1, reasons: ["unknown-key", "unknown-key"] });
    expect(found.stderr).toContain("broken_signers:1: ");
  });

  it.each(["--x509-roots", "--timestamp-authorities", "--transparency-logs"])(
    "%s: a file that holds nothing of the kind is named",
    async (option) => {
      const junk = await scene.file("junk.pem", "-----BEGIN JUNK-----\nAAAA\n-----END JUNK-----\n");
      const { stderr, reasons: found } = await reasons(option, junk);
      expect(stderr).toContain("junk.pem");
      expect(found).toEqual(["unknown-key", "unknown-key"]);
    },
  );

  it.each([
    ["a file that is not there", ["--keyring", "/nonexistent.asc"], "/nonexistent.asc cannot be used"],
    ["a folder for a file", ["--allowed-signers", "/usr"], "/usr cannot be used"],
    [
      "a folder without keys",
      ["--keyring", "/proc/self/fd"],
      "it holds no file that ends in .asc, .gpg, .pgp",
    ],
  ])("%s ends with 2", async (_, args, message) => {
    const empty = join(scene.folder, "empty");
    await mkdir(empty, { recursive: true });
    const { code, stderr } = await reasons(...args.map((arg) => (arg === "EMPTY" ? empty : arg)));
    expect(stderr).toContain(message);
    expect(code).toBe(2);
  });

  it("gpg's own store ends with 2 and the command that exports it", async () => {
    const box = await scene.file(
      "pubring.kbx",
      Buffer.from("\0\0\0\x20\x01\x01\0\x02KBXf\0\0\0\0", "latin1"),
    );
    const { code, stderr } = await reasons("--keyring", box);
    expect(stderr).toContain("gpg --armor --export > keys.asc");
    expect(code).toBe(2);
  });
});

describe("keys from a commit", () => {
  beforeAll(async () => {
    const { repository, alice, bob } = scene;
    const files = {
      ".github/countersign/keyring/alice.asc": alice.publicKey,
      ".github/countersign/keyring/README.md": "not a key",
      ".github/countersign/allowed_signers": `${BOB.email} ${bob.publicKey}\n`,
    };
    const trusted = { author: ALICE, date: AT, parents: [] };
    await repository.commit({ ...trusted, message: "keys", branch: "keys", files });
    const revoked = { ...files, ".github/countersign/revoked_keys": `${alice.fingerprint}\n` };
    await repository.commit({ ...trusted, message: "revoked", branch: "revoked", files: revoked });
    const policy = {
      ...files,
      ".github/countersign.yml": "version: 1\nsignatures: { registerdKeys: true }\n",
    };
    await repository.commit({ ...trusted, message: "policy", branch: "policy", files: policy });
  });

  it("are those of the files that the app uses, and said", async () => {
    const { code, stderr, reasons: found } = await reasons("--trust", "keys");
    expect({ code, found }).toEqual({ code: 0, found: ["good", "good"] });
    expect(stderr).toContain(
      "of keys (" +
        (await scene.repository.run("rev-parse", "--short=12", "keys")) +
        "): " +
        ".github/countersign/allowed_signers, .github/countersign/keyring/alice.asc",
    );
    expect(await reasons("--trust", "revoked")).toMatchObject({ reasons: ["key-listed-as-revoked", "good"] });
  });

  it("of HEAD where no commit is named; none there ends with 2", async () => {
    const none = await reasons();
    expect(none.code).toBe(2);
    expect(none.stderr).toContain("No keys are given, and HEAD has no trusted keys in .github/countersign/.");
    expect(none.stderr).toContain("--allowed-signers FILE");
    await scene.repository.run("symbolic-ref", "HEAD", "refs/heads/keys");
    expect(await reasons()).toMatchObject({ code: 0 });
    await scene.repository.run("symbolic-ref", "HEAD", "refs/heads/main");
  });

  it("never together with named files, which alone count", async () => {
    const { code, stderr } = await reasons("--trust", "keys", "--keyring", alicesKey());
    expect(code).toBe(2);
    expect(stderr).toContain("--trust takes the keys from a commit");
    expect(await reasons("--keyring", alicesKey())).toMatchObject({ reasons: ["good", "unknown-key"] });
  });

  it("a commit that is not known, or a policy that cannot be read, ends with 2", async () => {
    const unknown = await reasons("--trust", "nowhere");
    expect(unknown).toMatchObject({ code: 2, reasons: [] });
    expect(unknown.stderr).toContain("No commit is known by the name nowhere.");
    const policy = await reasons("--trust", "policy");
    expect(policy).toMatchObject({ code: 2, reasons: [] });
    expect(policy.stderr).toContain(".github/countersign.yml:2: There is no key `registerdKeys` here.");
  });

  it("a link in the place of a file ends with 2: it could hide revocations", async () => {
    const { repository } = scene;
    const blob = await repository.writeObject("blob", Buffer.from("allowed_signers"));
    const mktree = async (lines: string) =>
      (await repository.git(["mktree", "--missing"], { input: lines })).toString("latin1").trim();
    const folder = await mktree(`120000 blob ${blob}\trevoked_keys\n`);
    const github = await mktree(`040000 tree ${folder}\tcountersign\n`);
    const tree = await mktree(`040000 tree ${github}\t.github\n`);
    const commit = await repository.run(
      "-c",
      "user.name=x",
      "-c",
      "user.email=x@x",
      "commit-tree",
      "-m",
      "x",
      tree,
    );
    const { code, stderr } = await reasons("--trust", commit);
    expect(code).toBe(2);
    expect(stderr).toContain(".github/countersign/revoked_keys is not a plain file.");
  });
});

describe("rules", () => {
  it("old algorithms count where a named policy lets them", async () => {
    const { repository, keyring } = scene;
    const weak = await keyring.gpgKey({ ...ALICE, algo: "rsa1024" });
    const old = await repository.commit({
      message: "old",
      author: ALICE,
      key: weak,
      date: AT,
      branch: "old",
      parents: [],
    });
    const ring = await scene.file("weak.asc", weak.publicKey);
    const strict = await scene.verify(["--keyring", ring, "--json", old]);
    expect(parseLines(strict.stdout)).toMatchObject([{ reason: "weak-key" }]);
    const policy = await scene.file(
      "policy.yml",
      "version: 1\nsignatures:\n  legacy: { allow: [rsa-below-2048], signedBefore: 2025-01-01 }\n",
    );
    const lenient = await scene.verify(["--keyring", ring, "--policy", policy, "--json", old]);
    expect(parseLines(lenient.stdout)).toMatchObject([{ reason: "good-weak-algorithm" }]);
    expect(lenient.code).toBe(0);
    const missing = await scene.verify(["--keyring", ring, "--policy", "/nonexistent.yml", old]);
    expect(missing.code).toBe(2);
  });

  it.each([
    ["2024-05-31", "signed-in-future"],
    ["2024-06-01T12:00:00Z", "good"],
    ["2024-06-01T13:00:00+02:00", "signed-in-future"],
    [`@${AT.getTime() / 1000}`, "good"],
  ])("--at %s: %s", async (at, reason) => {
    expect(await reasons(...scene.keys, "--at", at)).toMatchObject({ reasons: [reason, reason] });
  });

  it("--require-identity: neither another person's key nor the forge's is good enough", async () => {
    const { repository, alice, keyring } = scene;
    const other = await repository.commit({ message: "x", author: BOB, key: alice, date: AT, branch: "x" });
    const forge = await keyring.gpgKey({ name: "GitHub", email: "noreply@github.com" });
    const browser = { name: "GitHub", email: "noreply@github.com" };
    const merged = await repository.commit({
      message: "y",
      author: BOB,
      committer: browser,
      key: forge,
      date: AT,
      branch: "y",
    });
    const ring = await scene.file("forge.asc", forge.publicKey);
    const args = ["--keyring", ring, other, merged, byBob];
    const lax = await scene.json(args);
    expect(lax.lines.map(({ identity }) => identity)).toEqual(["other", "forge", "committer"]);
    expect(lax.code).toBe(0);
    const strict = await scene.json(["--require-identity", ...args]);
    expect(strict.stdout).toBe(lax.stdout);
    expect(strict.code).toBe(1);
    expect(strict.stderr).toContain("2 of the good not signed by the committer, which does not count");
    expect((await scene.json(["--require-identity", byAlice, byBob])).code).toBe(0);
  });
});
