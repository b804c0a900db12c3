import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { buildSources } from "../../support/built.js";
import { collect, exitOf, runCli, startCli } from "../../support/cli.js";
import { createRepository, type Repository } from "../../support/git.js";
import { fillWithHistory, type LongHistory } from "../../support/history.js";
import type { Exit } from "../../support/process.js";
import { run } from "../../support/run.js";
import { until } from "../../support/until.js";
import { openScene, parseLines, type Scene } from "./scene.js";

/** Long runs and slow ones: answers in order, as they come, on however many threads; and ends that nobody planned. */

const LENGTH = 3_000;

let scene: Scene;
let repository: Repository;
let history: LongHistory;
let signers: string;
beforeAll(async () => {
  [scene, repository] = await Promise.all([openScene(), createRepository({ bare: true })]);
  history = await fillWithHistory(repository, LENGTH);
  signers = await scene.file("long", history.allowedSigners);
});
afterAll(() => Promise.all([scene.dispose(), repository.dispose()]));

const args = (...rest: string[]) => [
  "verify",
  "--repo",
  repository.path,
  "--allowed-signers",
  signers,
  ...rest,
];

describe("threads", () => {
  it("change nothing in a long run's output", async () => {
    const told = await scene.file("threads", "");
    const noting = await scene.file("noting.cjs", notingModule(told));
    const input = [1, 2, 3, 4].flatMap(() => history.oids).join("\n");
    const outcomes = await Promise.all(
      ["1", "3"].map((threads) =>
        runCli(args("--stdin", "--json", "--threads", threads), {
          input,
          env: { NODE_OPTIONS: `--require ${noting}` },
        }),
      ),
    );
    const [one, three] = outcomes;
    expect(three?.stdout).toBe(one?.stdout);
    expect(three?.stderr).toBe(one?.stderr);
    expect(outcomes.map(({ code }) => code)).toEqual([1, 1]);
    expect((await readFile(told, "utf8")).length).toBeGreaterThan(1);
    const lines = parseLines(one?.stdout ?? "");
    expect(lines.map(({ oid }) => oid)).toEqual(input.split("\n"));
    const count = (reason: string) => lines.filter((line) => line.reason === reason).length;
    expect([count("good"), count("unsigned"), count("signature-invalid")]).toEqual([9600, 1200, 1200]);
    expect(one?.stderr).toContain("12000 objects: 9600 good, 1200 unsigned, 1200 bad.");
  });

  it("change nothing in what people read", async () => {
    const [one, two] = await Promise.all(
      ["1", "2"].map((threads) => runCli(args("--all", "--threads", threads))),
    );
    expect(two?.stdout).toBe(one?.stdout);
    expect(two?.stderr).toContain("Find out who made this object");
  });

  it("that fail end the run with 2, and leave no gap before that", async () => {
    const dying = await scene.file("dying.cjs", DYING);
    const main = ["--require", dying, join(buildSources(), "cli/main.js")];
    const child = spawn(process.execPath, [...main, ...args("--stdin", "--json", "--threads", "2")]);
    const [stdout, stderr] = [collect(child.stdout), collect(child.stderr)];
    let ended: Exit | null = null;
    const exit = exitOf(child).then((how) => (ended = how));
    child.stdin.on("error", () => undefined);
    const asked: string[] = [];
    const ask = (count: number) => {
      const next = Array.from({ length: count }, (_, at) => history.oids[(asked.length + at) % LENGTH] ?? "");
      asked.push(...next);
      child.stdin.write(next.map((oid) => `${oid}\n`).join(""));
    };
    ask(1_500);
    // Until they have read the keys, threads are given nothing to do.
    await until(
      () => {
        if (ended === null) ask(1);
        return ended;
      },
      () => `No thread was given anything: ${stderr()}`,
    );
    expect(await exit).toEqual({ code: 2, signal: null });
    expect(stderr()).toContain("A verifying thread failed: it ended with 7.");
    const answered = parseLines(stdout()).map(({ oid }) => oid);
    expect(answered).toEqual(asked.slice(0, answered.length));
    expect(answered.length).toBeLessThan(asked.length);
  });
});

/** A module that, loaded in every thread, notes each answer that one but the main one gives. */
const notingModule = (file: string) => `const { isMainThread, parentPort } = require("node:worker_threads");
if (!isMainThread) {
  const say = parentPort.postMessage.bind(parentPort);
  parentPort.postMessage = (message, ...rest) => {
    if (message.kind === "answered") require("node:fs").appendFileSync(${JSON.stringify(file)}, "x");
    say(message, ...rest);
  };
}`;

/** A module that, loaded in every thread, ends each but the main one over its first answer. */
const DYING = `const { isMainThread, parentPort } = require("node:worker_threads");
if (!isMainThread) {
  const say = parentPort.postMessage.bind(parentPort);
  parentPort.postMessage = (message, ...rest) =>
    message.kind === "answered" ? process.exit(7) : say(message, ...rest);
}`;

describe("--stdin", () => {
  it("answers each line before the next is there", async () => {
    const child = startCli(args("--stdin", "--json"));
    const [stdout, stderr, exit] = [collect(child.stdout), collect(child.stderr), exitOf(child)];
    const asked: string[] = [];
    for (const oid of history.oids.slice(0, 3)) {
      asked.push(oid);
      child.stdin.write(`${oid}\n`);
      await until(
        () => (parseLines(stdout()).length === asked.length ? true : null),
        () => `No answer to ${oid}: ${stdout()} ${stderr()}`,
      );
    }
    expect(parseLines(stdout()).map(({ oid }) => oid)).toEqual(asked);
    child.stdin.end();
    expect(await exit).toEqual({ code: 0, signal: null });
  });

  it("takes thousands of lines at once", async () => {
    const { stdout, code } = await runCli(args("--stdin", "--json"), { input: history.oids.join("\n") });
    expect(parseLines(stdout).map(({ oid }) => oid)).toEqual(history.oids);
    expect(code).toBe(1);
  });

  it("refuses a line that never ends", async () => {
    const { stderr, code } = await runCli(args("--stdin"), { input: "x".repeat(200_000) });
    expect(stderr).toContain("A line of standard input is too long");
    expect(code).toBe(2);
  });
});

describe("ends that nobody planned", () => {
  it("a reader that has enough ends it quietly, as a signal would", async () => {
    const child = startCli(args("--all", "--json", "--threads", "1"));
    const [stderr, exit] = [collect(child.stderr), exitOf(child)];
    await once(child.stdout, "data");
    child.stdout.destroy();
    expect(await exit).toEqual({ code: 141, signal: null });
    expect(stderr()).toBe("");
  });

  it("a reader that is slow gets everything", async () => {
    const command = `"$@" | { sleep 1; cat; }`;
    const main = [process.execPath, join(buildSources(), "cli/main.js"), ...args("--all", "--json")];
    const out = await run("sh", ["-c", command, "sh", ...main]);
    expect(parseLines(out.toString("utf8"))).toHaveLength(LENGTH);
  });

  it("an interrupt ends it and its git with 130", async () => {
    const child = startCli(args("--stdin", "--json"));
    const [stdout, exit] = [collect(child.stdout), exitOf(child)];
    child.stdin.write(`${history.oids[0] ?? ""}\n`);
    await until(
      () => (stdout() === "" ? null : true),
      () => "It gave no answer.",
    );
    child.kill("SIGINT");
    // `close` comes only once its git has let go of the pipes, too.
    expect(await exit).toEqual({ code: 130, signal: null });
  });
});
