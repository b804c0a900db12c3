import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it, jest } from "@jest/globals";
import { z } from "zod";
import { simulateCommand } from "../../src/cli/simulate.js";
import { UsageError } from "../../src/cli/command.js";
import { type Cast, withCast } from "../support/cast.js";
import { WEBHOOK_SECRET } from "../support/scene.js";

const said = z.object({
  number: z.number(),
  mergedAt: z.string().nullable(),
  controlled: z.boolean(),
  decision: z.object({ outcome: z.string() }),
});

withCast("countersign simulate", simulating);

function simulating(cast: () => Cast): void {
  let folder = "";
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "countersign-simulate-"));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  const policyFile = async (text: string, name = "policy.yml"): Promise<string> => {
    const path = join(folder, name);
    await writeFile(path, text);
    return path;
  };

  /** Runs the command as an operator would: credentials in the environment, answers on the terminal. */
  const run = async (...args: string[]): Promise<{ code: number; lines: string[]; asides: string[] }> => {
    const { github } = cast();
    const [lines, asides]: [string[], string[]] = [[], []];
    const before = { ...process.env };
    Object.assign(process.env, {
      APP_ID: String(github.appId),
      PRIVATE_KEY: github.privateKey,
      WEBHOOK_SECRET,
      GITHUB_API_URL: github.apiUrl,
    });
    const log = jest
      .spyOn(console, "log")
      .mockImplementation((line: unknown) => void lines.push(String(line)));
    const error = jest
      .spyOn(console, "error")
      .mockImplementation((line: unknown) => void asides.push(String(line)));
    try {
      return { code: await simulateCommand.run(args), lines, asides };
    } finally {
      log.mockRestore();
      error.mockRestore();
      process.env = before;
    }
  };

  it("says what a stricter policy would make of a pull request, finding by finding, and posts nothing", async () => {
    const repository = await cast().repository("dry");
    const pull = await cast().greenPull(repository, "topic");
    const path = await policyFile(`${cast().policy()}review:\n  approvals: 2\n`);
    const writes = () => cast().github.requests.filter(({ method }) => method !== "GET").length;
    const reads = () => cast().github.count("PullRequestFacts");
    const [wrote, read] = [writes(), reads()];
    const { code, lines } = await run(
      "--policy",
      path,
      "--repo",
      "acme/dry",
      "--pr",
      String(pull.pull.number),
    );
    expect(code).toBe(1);
    expect(lines.join("\n")).toMatch(/would wait.*\(independent-approval\)/);
    expect(lines.join("\n")).toContain("Signatures: would pass");
    expect(reads()).toBe(read + 1);
    // Tokens and GraphQL are POST requests; no other was made.
    expect(writes() - wrote).toBeLessThanOrEqual(2 + reads() - read);
    expect(cast().check(repository, pull.headOid).conclusion).toBe("success");
    const same = await policyFile(cast().policy());
    expect((await run("--policy", same, "--repo", "acme/dry", "--pr", String(pull.pull.number))).code).toBe(
      0,
    );
  });

  it("goes through what is open and what was merged, each as of its time, and sums it up", async () => {
    const repository = await cast().repository("history");
    const good = await cast().greenPull(repository, "good");
    await cast().merge(good, cast().alice);
    const bad = await cast().openPull(repository, "bad", { push: { key: null } });
    const closed = await cast().openPull(repository, "closed");
    await closed.close(cast().alice);
    await cast().scene.settled();
    const path = await policyFile(cast().policy());
    const { code, lines, asides } = await run(
      "--policy",
      path,
      "--repo",
      "acme/history",
      "--since",
      "30d",
      "--json",
    );
    const found = lines.map((line) => said.parse(JSON.parse(line)));
    expect(found.map(({ number }) => number).sort()).toEqual([good.pull.number, bad.pull.number].sort());
    const of = (number: number) => found.find((one) => one.number === number);
    expect(of(good.pull.number)).toMatchObject({
      mergedAt: expect.any(String),
      decision: { outcome: "passed" },
    });
    expect(of(bad.pull.number)).toMatchObject({ mergedAt: null, decision: { outcome: "failed" } });
    expect(code).toBe(1);
    expect(asides.join("\n")).toMatch(/^2 pull requests: 1 would pass, 1 not\. Stopped by:/);
    expect(asides.join("\n")).toMatch(/1 {2}commit-signature/);
  });

  it("asks nothing of branches that the policy does not control", async () => {
    const repository = await cast().repository("elsewhere");
    const pull = await cast().openPull(repository, "topic", { push: { key: null } });
    const path = await policyFile('version: 1\nbranches: ["release/*"]\n');
    const { code, lines } = await run(
      "--policy",
      path,
      "--repo",
      "acme/elsewhere",
      "--pr",
      String(pull.pull.number),
    );
    expect([code, lines[0]]).toEqual([0, expect.stringContaining("not controlled")]);
  });

  it("asks nothing of what touches none of the policy's paths, and says which it did", async () => {
    const repository = await cast().repository("beside");
    const { pull } = await cast().openPull(repository, "topic", { push: { key: null } });
    const path = await policyFile("version: 1\npaths: [README.md]\n");
    const { code, lines } = await run("--policy", path, "--repo", "acme/beside", "--pr", String(pull.number));
    expect([code, lines[0]?.split("\n", 1)]).toEqual([0, [expect.stringMatching(/^#1 +open +outside /)]]);
    expect(lines.join("\n")).toContain("It changes topic.yaml; gated are README.md");
  });

  it("says what an account's policy would make of its repositories, under their own or under another one", async () => {
    const repository = await cast().repository("governed");
    const { pull } = await cast().greenPull(repository, "topic");
    const where = ["--repo", "acme/governed", "--pr", String(pull.number)];
    const enforced = (...lines: string[]) =>
      policyFile(["version: 1", "revision: 1", "enforced:", ...lines, ""].join("\n"), "countersign.yml");
    const stricter = await enforced("  review: { approvals: 2 }");
    const { code, lines } = await run("--org-policy", stricter, ...where);
    expect(code).toBe(1);
    expect(lines.join("\n")).toMatch(/would wait.*\(independent-approval\)/);
    const loose = await policyFile(`${cast().policy()}review:\n  approvals: 1\n`);
    const both = await run("--policy", loose, "--org-policy", stricter, ...where);
    expect(both.lines.join("\n")).toContain("organization-policy");
    expect((await run("--org-policy", await enforced("  review: { approvals: 1 }"), ...where)).code).toBe(0);
    await expect(run("--org-policy", await enforced("  reviw: {}"), ...where)).rejects.toThrow(
      /:4:3: There is no key `reviw`/,
    );
  });

  it.each<[string, readonly string[], RegExp]>([
    ["no policy", ["--repo", "acme/dry", "--pr", "1"], /--policy FILE or --org-policy FILE is missing/],
    ["no repository", ["--policy", "GOOD", "--pr", "1"], /--repo OWNER\/NAME is missing/],
    [
      "a policy that is not there",
      ["--policy", "/nonexistent", "--repo", "acme/dry", "--pr", "1"],
      /cannot be read/,
    ],
    ["neither one nor many", ["--policy", "GOOD", "--repo", "acme/dry"], /either --pr or --since/],
    [
      "both",
      ["--policy", "GOOD", "--repo", "acme/dry", "--pr", "1", "--since", "2d"],
      /either --pr or --since/,
    ],
    [
      "a number that is none",
      ["--policy", "GOOD", "--repo", "acme/dry", "--pr", "one"],
      /--pr takes a number/,
    ],
    [
      "a time that is none",
      ["--policy", "GOOD", "--repo", "acme/dry", "--since", "1 month"],
      /--since takes days/,
    ],
    ["half a repository", ["--policy", "GOOD", "--repo", "acme", "--pr", "1"], /--repo takes OWNER\/NAME/],
    [
      "one the app is not on",
      ["--policy", "GOOD", "--repo", "acme/none", "--pr", "1"],
      /not installed on acme\/none/,
    ],
    [
      "a policy that cannot be used",
      ["--policy", "BAD", "--repo", "acme/dry", "--pr", "1"],
      /:2:1: There is no key `reviw`/,
    ],
  ])("refuses %s", async (_what, args, message) => {
    const good = args.includes("BAD") ? "version: 1\nreviw: {}\n" : cast().policy();
    const path = await policyFile(good);
    const given = args.map((arg) => (arg === "GOOD" || arg === "BAD" ? path : arg));
    await expect(run(...given)).rejects.toThrow(message);
  });

  it("shows how it is used where it is used wrongly", async () => {
    await expect(run("--reop", "acme/dry")).rejects.toThrow(UsageError);
  });
}
