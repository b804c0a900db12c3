import { isCountersignError } from "../errors.js";
import { UsageError, type Command } from "./command.js";

interface Entry {
  readonly summary: string;
  /** A command's own modules are loaded with it: one that needs no database must not wait for its drivers. */
  load(): Promise<Command>;
}

const COMMANDS: Readonly<Record<string, Entry>> = {
  verify: {
    summary: "verifies the signatures of commits and tags",
    load: async () => (await import("./verify.js")).verifyCommand,
  },
  simulate: {
    summary: "says what a policy would do, before a repository has it",
    load: async () => (await import("./simulate.js")).simulateCommand,
  },
  cases: {
    summary: "lists the break-glass cases, and what each waits for",
    load: async () => (await import("./cases.js")).casesCommand,
  },
  jobs: {
    summary: "shows the queue and its dead jobs, and retries them",
    load: async () => (await import("./jobs.js")).jobsCommand,
  },
  status: {
    summary: "shows the queue's depth and what is left of GitHub's limits",
    load: async () => (await import("./status.js")).statusCommand,
  },
  records: {
    summary: "lists the evidence records",
    load: async () => (await import("./records.js")).recordsCommand,
  },
};

const USAGE = [
  "countersign COMMAND [OPTIONS]",
  "",
  ...Object.entries(COMMANDS).map(([name, { summary }]) => `  ${name.padEnd(10)}${summary}`),
  "",
  "countersign COMMAND --help shows a command's options. Exit code 0: done; 1: something is not as it",
  "should be; 2: could not run.",
].join("\n");

async function main([name, ...args]: readonly string[]): Promise<number> {
  if (name === undefined || name === "help" || name === "--help" || name === "-h") {
    console.log(USAGE);
    return 0;
  }
  const entry = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (entry === undefined) throw new UsageError(`There is no command ${name}.\n\n${USAGE}`);
  const command = await entry.load();
  if (args.includes("--help") || args.includes("-h")) {
    console.log(command.usage);
    return 0;
  }
  return command.run(args);
}

main(process.argv.slice(2)).then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    const known = isCountersignError(error) || error instanceof UsageError;
    console.error(known ? error.message : error);
    if (isCountersignError(error) && error.remedy !== undefined) console.error(error.remedy);
    process.exitCode = 2;
  },
);
