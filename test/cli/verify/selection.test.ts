import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { run } from "../../support/run.js";
import { ALICE, AT, BOB, openScene, type Scene } from "./scene.js";

/** What is verified, by each way of naming it. */

let scene: Scene;
const oids: Record<string, string> = {};
beforeAll(async () => {
  scene = await openScene();
  const { repository, alice, bob } = scene;
  const make = async (name: string, options: Partial<Parameters<typeof repository.commit>[0]>) => {
    oids[name] = await repository.commit({ message: name, author: ALICE, date: AT, ...options });
  };
  await make("first", { key: alice });
  await make("second", { key: bob, author: BOB });
  await make("unsigned", {});
  await make("topic", { key: alice, branch: "topic", parents: [oids["second"] ?? ""] });
  const tag = async (name: string, target: string, signed = true) => {
    const key = signed ? { key: bob } : {};
    oids[name] = await repository.tag({ name, message: name, tagger: BOB, target, date: AT, ...key });
  };
  await tag("v1", oids["first"] ?? "");
  await tag("wrapped", oids["v1"] ?? "");
  await tag("twice", oids["wrapped"] ?? "", false);
  await repository.run("tag", "light", oids["second"] ?? "");
});
afterAll(() => scene.dispose());

const oid = (name: string): string => oids[name] ?? name;
const NAMES = ["first", "second", "unsigned", "topic", "v1", "wrapped", "twice"];
const nameOf = (id: string): string => NAMES.find((name) => oids[name] === id) ?? id;

const verified = async (...args: string[]) => {
  const { lines, code } = await scene.json(args);
  return { code, names: lines.map((line) => nameOf(line.oid)) };
};

describe("what countersign verify verifies", () => {
  it.each<readonly [string, readonly string[], readonly string[], number]>([
    ["one commit, and not what it is made on", ["main"], ["unsigned"], 1],
    ["several, in their order", ["main~1", "main~2"], ["second", "first"], 0],
    ["a range", ["main~2..main"], ["unsigned", "second"], 1],
    ["a symmetric difference", ["main...topic"], ["unsigned", "topic"], 1],
    ["an exclusion, with all else read as a range", ["^main~1", "main"], ["unsigned"], 1],
    ["a commit without its parents", ["topic^!"], ["topic"], 0],
    ["a commit's parents", ["topic^@"], ["second", "first"], 0],
    ["an empty range", ["main..main"], [], 0],
    ["a tag itself, not its commit", ["v1"], ["v1"], 0],
    ["the commit of a tag", ["v1^{commit}"], ["first"], 0],
    ["tags around a tag, the outermost first", ["twice"], ["twice", "wrapped", "v1"], 1],
    ["a light tag, which is a name for a commit", ["light"], ["second"], 0],
    ["a name behind --", ["--", "topic"], ["topic"], 0],
    ["the start of an id", ["TOPIC"], ["topic"], 0],
  ])("%s", async (_, args, names, code) => {
    const given = args.map((arg) => (arg === "TOPIC" ? oid("topic").slice(0, 10) : arg));
    const found = await verified(...given);
    expect({ ...found, names: found.names.toSorted() }).toEqual({ code, names: names.toSorted() });
    if (!args.includes("main...topic")) expect(found.names).toEqual(names);
  });

  it("--all: every annotated tag once, wrapped ones too, and every commit that a ref leads to", async () => {
    const { code, names } = await verified("--all");
    expect(code).toBe(1);
    expect(names.slice(0, 3)).toEqual(["twice", "wrapped", "v1"]);
    expect(names.slice(3).toSorted()).toEqual(["first", "second", "topic", "unsigned"]);
  });

  it("--stdin: one answer a line, for ids and names alike; blank lines and the last line's end do not matter", async () => {
    const input = `${oid("first")}\n\nmain\r\ntwice\n${oid("second")}`;
    const { lines, code } = await scene.json(["--stdin"], { input });
    expect(code).toBe(1);
    expect(lines.map((line) => nameOf(line.oid))).toEqual(["first", "unsigned", "twice", "second"]);
  });

  it("--stdin behind git rev-list, as a filter", async () => {
    const input = await scene.repository.run("rev-list", "--all");
    const { lines } = await scene.json(["--stdin"], { input });
    expect(lines.map((line) => line.oid)).toEqual(input.split("\n"));
  });

  it("nothing at all is nothing to complain of, and said", async () => {
    const { stderr, code } = await scene.json(["--stdin"]);
    expect(code).toBe(0);
    expect(stderr).toContain("Nothing to verify.");
  });

  it("a repository elsewhere, and one that the environment of a hook names", async () => {
    const { path, gitDir } = scene.repository;
    const there = await scene.json(["--repo", path, "topic"], { cwd: "/" });
    expect(there.code).toBe(0);
    const hook = await scene.json(["topic"], { cwd: "/", env: { GIT_DIR: gitDir } });
    expect(hook.code).toBe(0);
    // What is named wins over what the environment says.
    const other = await scene.json(["--repo", path, "topic"], { cwd: "/", env: { GIT_DIR: "/nonexistent" } });
    expect(other.code).toBe(0);
  });

  it("objects in quarantine, before a push is accepted", async () => {
    const { gitDir } = scene.repository;
    const quarantine = `${scene.folder}/quarantine`;
    await run("mkdir", ["-p", quarantine]);
    const env = { GIT_DIR: gitDir, GIT_OBJECT_DIRECTORY: quarantine };
    const alternates = { GIT_ALTERNATE_OBJECT_DIRECTORIES: `${gitDir}/objects` };
    const raw = await scene.repository.rawObject(oid("first"));
    const pushed = await run("git", ["hash-object", "-t", "commit", "-w", "--stdin"], {
      env: { ...env, ...alternates },
      input: Buffer.concat([raw, Buffer.from("pushed\n")]),
    });
    const { lines } = await scene.json(["--stdin"], {
      cwd: "/",
      env: { ...env, ...alternates },
      input: pushed.toString("latin1"),
    });
    expect(lines).toMatchObject([{ verdict: "bad", reason: "signature-invalid" }]);
  });
});

describe("every kind of repository", () => {
  it.each([
    ["bare", { bare: true }],
    ["SHA-256", { objectFormat: "sha256" as const }],
  ])("%s", async (_, options) => {
    const other = await openScene(options);
    try {
      const { repository, alice, bob } = other;
      const first = await repository.commit({ message: "a", author: ALICE, key: alice, date: AT });
      await repository.commit({ message: "b", author: BOB, key: bob, date: AT });
      await repository.tag({ name: "v1", message: "t", tagger: BOB, target: first, key: bob, date: AT });
      const { code, lines } = await other.json(["--all"]);
      expect(code).toBe(0);
      expect(lines.map(({ type, verdict, format }) => [type, verdict, format])).toEqual([
        ["tag", "good", "ssh"],
        ["commit", "good", "ssh"],
        ["commit", "good", "openpgp"],
      ]);
    } finally {
      await other.dispose();
    }
  });

  it("a shallow clone is verified as far as it goes, and said to be one", async () => {
    const clone = `${scene.folder}/shallow`;
    await run("git", ["clone", "-q", "--bare", "--depth=1", `file://${scene.repository.gitDir}`, clone]);
    const { lines, stderr } = await scene.json(["--repo", clone, "--all"]);
    expect(stderr).toContain("shallow clone");
    const commits = lines.filter(({ type }) => type === "commit");
    expect(commits.map((line) => nameOf(line.oid))).toEqual(["unsigned"]);
  });
});
