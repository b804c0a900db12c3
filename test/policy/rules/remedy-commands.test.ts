import { execFileSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { type CommitFact, known } from "../../../src/facts/facts.js";
import type { Remedy } from "../../../src/policy/finding.js";
import { signatureFindings } from "../../../src/policy/rules/signatures.js";
import type { SignatureVerdict } from "../../../src/signatures/verdict.js";
import { createRepository, type Repository } from "../../support/git.js";
import { createKeyring, type Keyring, type SshKey } from "../../support/signing.js";
import { commit, facts, policy, verdict } from "../make.js";

/** The commands of remedies, run as they stand by a real shell with real git. */

const person = { name: "Ada", email: "ada@example.com" };
let keyring: Keyring;
let key: SshKey;
let remote: Repository;
let repo: Repository;

/** Runs a shell line in the work tree, as the developer would. */
function shell(line: string): string {
  const env = {
    PATH: process.env["PATH"],
    HOME: repo.path,
    LC_ALL: "C",
    GIT_CONFIG_GLOBAL: "/dev/null",
    GIT_CONFIG_NOSYSTEM: "1",
    ...key.env,
  };
  return execFileSync("/bin/sh", ["-ec", line], {
    cwd: repo.path,
    env,
    encoding: "utf8",
    stdio: "pipe",
  }).trim();
}

beforeAll(async () => {
  keyring = await createKeyring();
  key = await keyring.sshKey();
  remote = await createRepository({ bare: true });
  repo = await createRepository();
  const base = await repo.commit({ message: "base", author: person, files: { "a.txt": "a" } });
  await repo.commit({ message: "signed already", author: person, files: { "b.txt": "b" }, key });
  await repo.commit({ message: "unsigned", author: person, files: { "c.txt": "c" } });
  await repo.commit({ message: "unsigned too", author: person, files: { "d.txt": "d" } });
  for (const [name, value] of Object.entries({
    ...key.gitConfig,
    "user.name": person.name,
    "user.email": person.email,
  })) {
    shell(`git config ${name} '${value}'`);
  }
  shell(`git reset -q --hard && git branch base ${base}`);
  shell(`git remote add origin '${remote.path}' && git push -q -u origin main`);
});

afterAll(async () => {
  await Promise.all([keyring.dispose(), remote.dispose(), repo.dispose()]);
});

function commitsOnBranch(): CommitFact[] {
  const oids = shell("git rev-list --reverse base..HEAD").split("\n");
  return oids.map((oid) =>
    commit({ oid, parents: [shell(`git rev-parse ${oid}^`)], signature: signatureOf(oid) }),
  );
}

function signatureOf(oid: string): CommitFact["signature"] {
  const raw = shell(`git cat-file commit ${oid}`);
  const armor = /^gpgsig ([^]*?-----END SSH SIGNATURE-----)/m.exec(raw)?.[1]?.replaceAll("\n ", "\n");
  return armor === undefined
    ? null
    : { payload: "", signature: armor, forge: { verified: true, state: "VALID" } };
}

function remedyFor(reason: string, verdictOf: (one: CommitFact) => Partial<SignatureVerdict>): Remedy {
  const commits = commitsOnBranch();
  const open = facts({ commits: known(commits) });
  const head = { ...open.pullRequest.head, oid: commits.at(-1)?.oid ?? "" };
  const given = { ...open, push: null, pullRequest: { ...open.pullRequest, head } };
  const verdicts = commits.map((one) => verdict({ oid: one.oid, ...verdictOf(one) }));
  const [finding] = signatureFindings(given, policy(), known(verdicts), []).filter(
    (one) => one.reason === reason,
  );
  if (finding?.remedy === null || finding === undefined) throw new Error(`no remedy for ${reason}`);
  return finding.remedy;
}

describe("the commands of remedies", () => {
  it("make git trust a key, sign every commit that needs it, and push", () => {
    mkdirSync(join(repo.path, ".github/countersign"), { recursive: true });
    const unknown = { verdict: "unknown-key", reason: "unknown-key", format: "ssh" } as const;
    const trust = remedyFor("unknown-key", (one) =>
      one.signature === null ? { verdict: "unsigned", reason: "unsigned" } : unknown,
    );
    for (const line of trust.commands) shell(line);
    shell("git config gpg.ssh.allowedSignersFile .github/countersign/allowed_signers");

    const [signed] = commitsOnBranch();
    expect(() => shell("git verify-commit HEAD")).toThrow();
    const sign = remedyFor("unsigned", (one) =>
      one.signature === null ? { verdict: "unsigned", reason: "unsigned" } : {},
    );
    for (const line of sign.commands) shell(line);

    const commits = commitsOnBranch();
    expect(commits).toHaveLength(3);
    for (const { oid } of commits) expect(() => shell(`git verify-commit ${oid}`)).not.toThrow();
    // What was signed already was left alone, and the remote has it all.
    expect(commits[0]?.oid).toBe(signed?.oid);
    expect(shell("git rev-parse origin/main")).toBe(commits.at(-1)?.oid);
  });

  it("say the key's person where the committer is someone else", () => {
    const signer = {
      fingerprint: key.fingerprint,
      principal: "grace@example.com",
      source: "allowed-signers",
      account: null,
    } as const;
    const remedy = remedyFor("signer-not-committer", () => ({ identity: "other", signer }));
    shell(remedy.commands[0] ?? "false");
    expect(shell("git config user.email")).toBe("grace@example.com");
  });

  it("make a commit anew where amending it would keep what is wrong with it", () => {
    const raw = shell("git cat-file commit HEAD").replace(/^(committer .*)$/m, "$1\ngpgsigother smuggled");
    shell(
      `git update-ref HEAD "$(printf '%s\\n' '${raw}' | git hash-object -t commit -w --literally --stdin)"`,
    );
    const head = shell("git rev-parse HEAD");
    expect(shell("git cat-file commit HEAD")).toContain("gpgsigother");
    const remedy = remedyFor("unknown-signature-header", ({ oid }) =>
      oid === head ? { verdict: "bad", reason: "unknown-signature-header" } : {},
    );
    for (const line of remedy.commands) shell(line);
    expect(shell("git cat-file commit HEAD")).not.toContain("gpgsigother");
    expect(() => shell("git verify-commit HEAD")).not.toThrow();
  });
});
