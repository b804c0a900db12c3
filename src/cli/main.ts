import { isCountersignError } from "../errors.js";
import { casesCommand } from "./cases.js";
import { jobsCommand } from "./jobs.js";
import { recordsCommand } from "./records.js";
import { UsageError, type Command } from "./command.js";

const COMMANDS: Readonly<Record<string, Command>> = {
  cases: casesCommand,
  jobs: jobsCommand,
  records: recordsCommand,
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
  const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (command === undefined) throw new UsageError(`There is no command ${name}.\n\n${USAGE}`);
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
