import { chmod, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "@jest/globals";
import { run, runText } from "../../support/run.js";
import { ALICE, AT, BOB, openScene, type Scene } from "./scene.js";

/** What cannot be verified is said, with exit code 2; and what repositories hold must not change an answer. */

let scene: Scene;
let [first, second] = ["", ""];
beforeAll(async () => {
  scene = await openScene();
  const { repository, alice, bob } = scene;
  await repository.commit({ message: "root", author: ALICE, date: AT });
  first = await repository.commit({
    message: "a",
    author: ALICE,
    key: alice,
    date: AT,
    files: { "a.txt": "a" },
  });
  second = await repository.commit({ message: "b", author: BOB, key: bob, date: AT });
});
afterAll(() => scene.dispose());

describe("exit code 2", () => {
  it.each([
    ["no selection", [], "Say what is to be verified"],
    ["two selections", ["--all", "main"], "Say what is to be verified"],
    ["an option that is not known", ["--al", "main"], "Unknown option '--al'"],
    ["what looks like an option behind --", ["--", "--output=/tmp/x"], "neither an option nor a revision"],
    ["a time that is none", ["--at", "2024-02-31", "main"], "--at takes a day"],
    ["threads that are none", ["--threads", "0", "main"], "--threads takes a number from 1 to 64"],
    ["a folder that is not there", ["--repo", "/nonexistent", "main"], "cannot change to '/nonexistent'"],
    ["a folder that is no repository", ["--repo", "/", "main"], "not a git repository"],
    ["a revision that is not known", ["nowhere"], "nowhere: There is no such object or revision here."],
    ["a range that is not known", ["main..nowhere"], "bad revision 'main..nowhere'"],
    ["a file of a commit", ["main~1:a.txt"], "main~1:a.txt: It is a blob; only commits and tags are signed."],
    ["a tree", ["main^{tree}"], "main^{tree}: It is a tree; only commits and tags are signed."],
    ["a name of two lines", ["main\nmain"], "“main main” cannot name an object."],
  ])("%s", async (_, args, message) => {
    const { stdout, stderr, code } = await scene.verify([...scene.keys, ...args]);
    expect(stderr).toContain(message);
    expect({ stdout, code }).toEqual({ stdout: "", code: 2 });
  });

  it("what else was asked for is verified all the same", async () => {
    const absent = "0".repeat(40);
    const { lines, stderr, code } = await scene.json(["--stdin"], {
      input: `${first}\n${absent}\n${first}^{tree}\n${second}\n`,
    });
    expect(lines.map(({ oid }) => oid)).toEqual([first, second]);
    expect(stderr).toContain(`${absent}: There is no such object or revision here.`);
    expect(stderr).toContain("4 objects: 2 good, 2 could not be read.");
    expect(code).toBe(2);
  });

  it("names are shown as they are, not as a terminal would act on them", async () => {
    const { stderr } = await scene.verify([...scene.keys, "x\u001b[2Jy\u202e"]);
    expect(stderr).toContain("x\\u{1b}[2Jy\\u{202e}: There is no such object");
    expect(stderr).not.toContain("\u001b");
  });

  it("a machine without git", async () => {
    const { stderr, code } = await scene.verify([...scene.keys, "main"], { env: { PATH: "/nonexistent" } });
    expect(stderr).toContain("git cannot be started");
    expect(stderr).toContain("Install git");
    expect(code).toBe(2);
  });

  describe("by a git that fails", () => {
    /** Runs with a program in git's place: `script` for `command`, the real git for the rest. */
    async function withGit(command: string, script: string, ...args: string[]) {
      const folder = join(scene.folder, "bin");
      const real = await runText("sh", ["-c", "command -v git"]);
      const program = join(folder, "git");
      await run("mkdir", ["-p", folder]);
      await writeFile(
        program,
        `#!/bin/sh\ncase "$*" in *" ${command}"*) ${script} ;; *) exec ${real} "$@" ;; esac\n`,
      );
      await chmod(program, 0o755);
      const path = `${folder}:${process.env["PATH"] ?? ""}`;
      return await scene.json(args, { env: { PATH: path, REAL_GIT: real } });
    }

    it.each([
      ["ends while it lists commits", "rev-list", `"$REAL_GIT" "$@" | head -1; kill -9 $$`, 1, "SIGKILL"],
      ["fails after it listed some", "rev-list", `"$REAL_GIT" "$@"; echo oh no >&2; exit 128`, 2, "oh no"],
      [
        "ends in the middle of an object",
        "cat-file",
        `"$REAL_GIT" "$@" | head -c 1000; exit 3`,
        1,
        "exited with 3",
      ],
      [
        "ends in the middle and says nothing",
        "cat-file",
        `"$REAL_GIT" "$@" | head -c 1000`,
        1,
        "in the middle",
      ],
      [
        "answers too little",
        "cat-file",
        `"$REAL_GIT" "$@" | head -1 > /dev/null`,
        0,
        "before it had answered",
      ],
      ["answers for another object", "cat-file", `sed s/^S/F/ | "$REAL_GIT" "$@"`, 0, "what was not asked"],
      ["writes what is no answer", "cat-file", "echo gibberish", 0, "wrote what cannot be read"],
    ])("that %s", async (_, command, script, verified, message) => {
      const made = script.replace("^S/F", `^${second}/${first}`);
      const { code, lines, stderr } = await withGit(command, made, "^main~2", "main");
      expect(stderr).toContain(message);
      expect(code).toBe(2);
      expect(lines.length).toBeLessThanOrEqual(verified);
    });

    it("that does not trust the folder's owner: how that is mended", async () => {
      const env = 'GIT_TEST_ASSUME_DIFFERENT_OWNER=1 exec "$REAL_GIT" "$@"';
      const { code, stderr } = await withGit("rev-parse", env, "main");
      expect(stderr).toContain("git config --global --add safe.directory");
      expect(code).toBe(2);
    });
  });
});

describe("objects that are damaged", () => {
  const pathOf = (oid: string) => join(scene.repository.gitDir, "objects", oid.slice(0, 2), oid.slice(2));
  let whole: Buffer;
  let victim: string;
  beforeEach(async () => {
    victim = await scene.repository.commit({
      message: "v",
      parents: [second],
      author: BOB,
      key: scene.bob,
      date: AT,
      branch: "v",
    });
    whole = await readFile(pathOf(victim));
    await chmod(pathOf(victim), 0o600);
  });

  afterEach(async () => {
    await writeFile(pathOf(victim), whole);
  });

  it("another commit in the file of this one is not this one", async () => {
    await writeFile(pathOf(victim), await readFile(pathOf(second)));
    const { code, stdout } = await scene.json([victim]);
    expect(code).not.toBe(0);
    expect(stdout).not.toContain('"good"');
  });

  it("a file that cannot be unpacked ends with 2", async () => {
    const broken = Buffer.from(whole);
    broken.fill(0xff, Math.floor(broken.length / 2));
    await writeFile(pathOf(victim), broken);
    const { code, stderr } = await scene.json([first, victim]);
    expect(code).toBe(2);
    expect(stderr).toMatch(/git fsck|no such object/);
  });

  it("one that is not there ends with 2, in a range and by its name", async () => {
    await rm(pathOf(victim));
    expect(await scene.json(["v"])).toMatchObject({ code: 2, lines: [] });
    expect(await scene.json(["main..v"])).toMatchObject({ code: 2, lines: [] });
    expect(await scene.json(["--all"])).toMatchObject({ code: 2 });
  });
});

describe("what a repository holds beside its objects", () => {
  const json = async (...args: string[]) => {
    const { lines, code } = await scene.json(args);
    return { code, oids: lines.map(({ oid }) => oid) };
  };

  it("replacements, grafts and a false commit graph change nothing", async () => {
    const { repository } = scene;
    await repository.run("update-ref", `refs/replace/${second}`, first);
    expect(await json("main")).toEqual({ code: 0, oids: [second] });
    await repository.run("update-ref", "-d", `refs/replace/${second}`);

    const grafts = join(repository.gitDir, "info/grafts");
    await run("mkdir", ["-p", join(repository.gitDir, "info")]);
    await writeFile(grafts, `${second}\n`);
    expect(await json("^main~2", "main")).toEqual({ code: 0, oids: [second, first] });
    await rm(grafts);

    await repository.run("commit-graph", "write", "--reachable");
    const graph = join(repository.gitDir, "objects/info/commit-graph");
    await chmod(graph, 0o600);
    await writeFile(graph, "not a graph");
    expect(await json("^main~2", "main")).toEqual({ code: 0, oids: [second, first] });
    await rm(graph);
  });

  it("its configuration runs nothing", async () => {
    const { repository } = scene;
    const trap = await scene.file("trap.sh", `#!/bin/sh\ntouch ${scene.folder}/sprung\n`);
    await chmod(trap, 0o755);
    for (const name of [
      "core.pager",
      "core.fsmonitor",
      "core.sshCommand",
      "core.gitProxy",
      "core.editor",
      "gpg.program",
      "gpg.ssh.program",
      "alias.rev-list",
      "core.alternateRefsCommand",
      "uploadpack.packObjectsHook",
      "diff.external",
    ])
      await repository.run("config", name, name.startsWith("alias") ? `!${trap}` : trap);
    await repository.run("config", "log.showSignature", "true");
    expect((await json("--all")).oids).toContain(first);
    await expect(readFile(`${scene.folder}/sprung`)).rejects.toThrow();
  });

  it("a partial clone is not fetched for", async () => {
    const { repository } = scene;
    await repository.run("config", "uploadpack.allowFilter", "true");
    const clone = `${scene.folder}/partial`;
    await run("git", ["clone", "-q", "--bare", "--filter=tree:0", `file://${repository.gitDir}`, clone]);
    const { lines } = await scene.json(["--repo", clone, "main"]);
    expect(lines.map(({ oid }) => oid)).toEqual([second]);
    const trap = await scene.file("fetch.sh", `#!/bin/sh\ntouch ${scene.folder}/fetched\n`);
    await chmod(trap, 0o755);
    await run("git", ["-C", clone, "config", "remote.origin.uploadpack", trap]);
    const tree = await repository.run("rev-parse", "main^{tree}");
    const { code, stderr } = await scene.json(["--repo", clone, tree]);
    expect(code).toBe(2);
    expect(stderr).toContain("fetch");
    await expect(readFile(`${scene.folder}/fetched`)).rejects.toThrow();
  });
});
