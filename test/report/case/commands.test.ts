import { execFileSync } from "node:child_process";
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import type { Case } from "../../../src/breakglass/case.js";
import { issueBody } from "../../../src/report/case/issue.js";
import { retroactiveTemplate, retroactiveTitle } from "../../../src/report/case/retroactive/template.js";
import type { CaseView, Form } from "../../../src/report/case/view.js";
import { CASES, drive, make, open } from "../../breakglass/make.js";
import { createRepository, type Repository } from "../../support/git.js";
import { createKeyring, type Keyring, type SshKey } from "../../support/signing.js";
import { blocksIn, view } from "./make.js";

/** The commands of a tracking issue, run as they stand by a real shell with real git; only `gh` is one of ours. */

const person = { name: "Ada", email: "ada@example.com" };
const BRANCH = "release/it's";
let keyring: Keyring;
let key: SshKey;
let remote: Repository;
let clone: Repository;
/** What stood before; what was pushed on top; what a force-push put in the place of both; what came later. */
let oids: { before: string; pushed: string; forced: string; tip: string };

function shell(line: string): string {
  const env = {
    PATH: `${join(clone.path, "bin")}:${process.env["PATH"] ?? ""}`,
    HOME: clone.path,
    LC_ALL: "C",
    GIT_CONFIG_GLOBAL: "/dev/null",
    GIT_CONFIG_NOSYSTEM: "1",
    ...key.env,
  };
  const options = { cwd: clone.path, env, encoding: "utf8", stdio: "pipe" } as const;
  return execFileSync("/bin/sh", ["-ec", line], options).trim();
}

/** Notes what it is called with, argument by argument, and what it is given to read. */
const GH = `#!/bin/sh\nprintf '%s\\n' "$@" > "$HOME/gh.args"\ncase "$*" in *body-file*) cat > "$HOME/gh.body";; esac\n`;
const ghArguments = (): string[] => readFileSync(join(clone.path, "gh.args"), "utf8").trimEnd().split("\n");
const argument = (name: string): string => ghArguments()[ghArguments().indexOf(name) + 1] ?? "";

beforeAll(async () => {
  keyring = await createKeyring();
  key = await keyring.sshKey();
  remote = await createRepository({ bare: true });
  clone = await createRepository();
  const on = (files: Record<string, string | null>, parents: readonly string[]) =>
    remote.commit({ message: "x", author: person, files, parents, branch: BRANCH });
  const root = await on({ "a.txt": "a\n" }, []);
  const before = await on({ "b.txt": "b\n", "gone.txt": "soon\n" }, [root]);
  const forced = await on({ "c.txt": "forced\n" }, [root]);
  const pushed = await on({ "b.txt": "changed\n", "new.bin": "\u0000\u0001", "gone.txt": null }, [before]);
  const tip = await on({ "later.txt": "unrelated\n" }, [pushed]);
  oids = { before, pushed, forced, tip };
  await remote.run("update-ref", "refs/heads/kept", forced);
  const settings = { ...key.gitConfig, "user.name": person.name, "user.email": person.email };
  mkdirSync(join(clone.path, "bin"));
  writeFileSync(join(clone.path, "bin", "gh"), GH);
  chmodSync(join(clone.path, "bin", "gh"), 0o755);
  for (const [name, value] of Object.entries(settings)) shell(`git config ${name} '${value}'`);
  await remote.run("config", "uploadpack.allowAnySHA1InWant", "true");
  shell(`git remote add origin '${remote.path}'`);
});

afterAll(async () => {
  await Promise.all([keyring.dispose(), remote.dispose(), clone.dispose()]);
});

const caseOf = (afterOid: string): Case =>
  drive(open(make.landed({ beforeOid: oids.before, afterOid, headOid: afterOid })), make.acknowledged());
const viewOf = (subject: Case, how: Form): CaseView => view(subject, { how, branch: BRANCH });

/** The block of commands that opens a pull request. */
const opening = (one: CaseView): string =>
  blocksIn(issueBody(one)).find((block) => block.includes("gh pr create")) ?? "";

/** What GitHub shows of a pull request: the head against the last commit that it has in common with its base. */
const shown = (base: string, head: string): Promise<string> => remote.run("diff", `${base}...${head}`);

describe("the commands that open the retroactive pull request", () => {
  it.each([
    ["push", "pushed"],
    ["force-push", "forced"],
  ] as const)("show exactly what landed by a %s", async (how, landed) => {
    const one = viewOf(caseOf(oids[landed]), how);
    shell(opening(one));
    expect(argument("--repo")).toBe("acme/shop");
    expect(argument("--title")).toBe(retroactiveTitle(one));
    expect(readFileSync(join(clone.path, "gh.body"), "utf8")).toBe(retroactiveTemplate(one));
    const [base, head] = [argument("--base"), argument("--head")];
    expect(await remote.run("rev-parse", base)).toBe(oids.before);
    const landedDiff = await remote.run("diff", oids.before, oids[landed]);
    expect(await shown(base, head)).toBe(landedDiff);
    expect(landedDiff).not.toBe("");
    await remote.run("update-ref", "-d", `refs/heads/${base}`);
    await remote.run("update-ref", "-d", `refs/heads/${head}`);
  });
});

describe("the commands that revert", () => {
  it("take back what landed and leave what came later, signed", async () => {
    const rejected = drive(caseOf(oids.pushed), make.rejected());
    shell(opening(viewOf(rejected, "push")));
    expect(argument("--base")).toBe(BRANCH);
    const head = argument("--head");
    expect(await remote.run("diff", oids.before, head)).toBe(await remote.run("diff", oids.pushed, oids.tip));
    expect(await remote.run("cat-file", "-p", head)).toContain("gpgsig");
    expect(await remote.run("rev-parse", `${head}^`)).toBe(oids.tip);
  });

  it("are shown only once the review asked for it", () => {
    expect(issueBody(view(CASES.rejected()))).toContain("### How to revert it");
    expect(issueBody(view(CASES.reviewed()))).not.toContain("### How to revert it");
  });
});
