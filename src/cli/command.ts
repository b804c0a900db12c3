import { parseArgs, type ParseArgsConfig } from "node:util";

/** One command of the command line. */
export interface Command {
  /** What `--help` prints. */
  readonly usage: string;
  /** Gives the exit code. */
  run(args: readonly string[]): Promise<number>;
}

/** The command line cannot be understood; the message says how it should read. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

type Options = NonNullable<ParseArgsConfig["options"]>;

/** `util.parseArgs`, with its complaints as UsageErrors that end in the command's usage. */
export function parseOptions<T extends Options>(args: readonly string[], options: T, usage: string) {
  return complaining(usage, () => parseArgs({ args: [...args], options, strict: true }).values);
}

/** As `parseOptions`, for commands that take names besides options. */
export function parseCommandLine<T extends Options>(args: readonly string[], options: T, usage: string) {
  return complaining(usage, () =>
    parseArgs({ args: [...args], options, strict: true, allowPositionals: true }),
  );
}

function complaining<T>(usage: string, parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    const problem = error instanceof Error ? error.message : String(error);
    throw new UsageError(`${problem}\n\n${usage}`);
  }
}
