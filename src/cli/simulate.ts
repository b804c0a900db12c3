import { readFile } from "node:fs/promises";
import { systemClock } from "../clock.js";
import { loadEnvironmentFile, readConfig } from "../config.js";
import { CountersignError, isCountersignError } from "../errors.js";
import type { ControlFile, RepositoryRef } from "../facts/facts.js";
import { type Simulation, Simulator, type TriedPolicies } from "../flows/simulate.js";
import { connectGitHub, type Installation } from "../github/github.js";
import { silentLogger } from "../logger.js";
import { parsePolicy, type PolicyProblem } from "../policy/file/parse.js";
import { parseOrganizationPolicy } from "../policy/organization/parse.js";
import { type Command, parseOptions, UsageError } from "./command.js";
import { simulationLine, simulationPage, Tally } from "./simulation-text.js";

const usage = [
  "countersign simulate [--policy FILE] [--org-policy FILE] --repo OWNER/NAME (--pr N | --since 30d) [--json]",
  "",
  "Says what a policy would do, before any repository has it: of one pull request (--pr), or of all that are open or",
  "were merged within a time (--since, in days). --policy stands for the repository's own, --org-policy for that of its",
  "account; the one that is not given is the one that there is. Merged ones are judged as of their merge, but by the protection that",
  "the branch has today. Nothing is stored and nothing is posted. It speaks as the app (APP_ID, PRIVATE_KEY or",
  "PRIVATE_KEY_PATH, WEBHOOK_SECRET; .env is read), which must be installed on the repository. With --json one object",
  "a line, with every finding. Exit code 0: all would pass; 1: some would not; 2: could not run.",
].join("\n");

const DAY_MS = 86_400_000;

/** Judges pull requests by a policy from a file. */
export const simulateCommand: Command = {
  usage,
  run: async (args) => {
    const options = parseOptions(
      args,
      {
        policy: { type: "string" },
        "org-policy": { type: "string" },
        repo: { type: "string" },
        pr: { type: "string" },
        since: { type: "string" },
        json: { type: "boolean", default: false },
      },
      usage,
    );
    const tried = await readTried(options.policy ?? null, options["org-policy"] ?? null);
    const named = ownerAndName(required(options.repo, "--repo OWNER/NAME"));
    const which = choiceOf(options.pr, options.since);
    const { repository, installation } = await connect(named);
    const simulator = new Simulator(installation, tried, systemClock);
    const tally = new Tally();
    for await (const number of numbersOf(which, repository, installation)) {
      const simulation = await attempt(simulator, repository, number);
      tally.count(simulation);
      if (options.json) console.log(JSON.stringify({ repository, ...simulation }));
      else console.log("number" in which ? simulationPage(simulation) : simulationLine(simulation));
    }
    if (!("number" in which)) console.error(tally.summary());
    return tally.allPass ? 0 : 1;
  },
};

function required(value: string | undefined, what: string): string {
  if (value !== undefined) return value;
  throw new UsageError(`${what} is missing.\n\n${usage}`);
}

/** @throws CountersignError `config-invalid` with every line that is wrong */
async function readTried(policy: string | null, organization: string | null): Promise<TriedPolicies> {
  if (policy === null && organization === null)
    throw new UsageError(`--policy FILE or --org-policy FILE is missing.\n\n${usage}`);
  return {
    policy: policy === null ? null : await readPolicyFile(policy, parsePolicy),
    organization: organization === null ? null : await readPolicyFile(organization, parseOrganizationPolicy),
  };
}

type Parse = (
  text: string,
) => { readonly ok: true } | { readonly ok: false; readonly problems: readonly PolicyProblem[] };

async function readPolicyFile(path: string, parse: Parse): Promise<ControlFile> {
  const text = await readFile(path, "utf8").catch((error: unknown) => {
    throw new CountersignError("config-invalid", `${path} cannot be read.`, {
      remedy: "Name the policy file that is to be tried: --policy .github/countersign.yml",
      cause: error,
    });
  });
  const parsed = parse(text);
  if (parsed.ok) return { path, oid: "", text };
  const problems = parsed.problems.map(
    ({ line, column, message, remedy }) => `${path}:${line}:${column}: ${message} ${remedy}`,
  );
  throw new CountersignError("config-invalid", problems.join("\n"));
}

function ownerAndName(text: string): { owner: string; name: string } {
  const [, owner, name] = /^([\w.-]+)\/([\w.-]+)$/.exec(text) ?? [];
  if (owner === undefined || name === undefined)
    throw new UsageError(`--repo takes OWNER/NAME, not ${text}.\n\n${usage}`);
  return { owner, name };
}

type Choice = { readonly number: number } | { readonly since: Date };

function choiceOf(pr: string | undefined, since: string | undefined): Choice {
  if ((pr === undefined) === (since === undefined))
    throw new UsageError(`Give either --pr or --since.\n\n${usage}`);
  if (pr !== undefined) {
    if (!/^[1-9][0-9]{0,9}$/.test(pr)) throw new UsageError(`--pr takes a number, not ${pr}.\n\n${usage}`);
    return { number: Number(pr) };
  }
  const days = /^([1-9][0-9]{0,3})d$/.exec(since ?? "")?.[1];
  if (days === undefined) throw new UsageError(`--since takes days, as 30d, not ${since ?? ""}.\n\n${usage}`);
  return { since: new Date(systemClock.now().getTime() - Number(days) * DAY_MS) };
}

/** Speaks as the installation that reaches the repository. */
async function connect(named: { owner: string; name: string }) {
  loadEnvironmentFile();
  const { app, githubApiUrl: apiUrl } = readConfig();
  if (app === null) {
    throw new CountersignError("config-missing", "The app's credentials are not set.", {
      remedy: "Set APP_ID, PRIVATE_KEY (or PRIVATE_KEY_PATH) and WEBHOOK_SECRET, as for npm start.",
    });
  }
  const identity = { appId: app.id, privateKey: app.privateKey, apiUrl };
  return connectGitHub(identity, systemClock, silentLogger).find(named.owner, named.name);
}

async function* numbersOf(
  which: Choice,
  repository: RepositoryRef,
  installation: Installation,
): AsyncGenerator<number> {
  if ("number" in which) yield which.number;
  else yield* installation.pullRequestsSince(repository, which.since);
}

/** Says which pull request it was that could not be judged. */
async function attempt(simulator: Simulator, repository: RepositoryRef, number: number): Promise<Simulation> {
  try {
    return await simulator.simulate(repository, number);
  } catch (error) {
    if (!isCountersignError(error)) throw error;
    throw new CountersignError(error.code, `#${number} could not be judged: ${error.message}`, {
      cause: error,
    });
  }
}
