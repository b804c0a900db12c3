import { systemClock } from "../clock.js";
import { killAllGit } from "../git/process.js";
import type { Command } from "./command.js";
import { readOptions } from "./verify/options.js";
import { Output, ReaderGone } from "./verify/output/output.js";
import { Progress } from "./verify/output/progress.js";
import { runVerify } from "./verify/run.js";
import { usage } from "./verify/usage.js";

/** As shells count processes that a signal ended: 128 and the signal's number. */
const INTERRUPTED = 130;
const NOBODY_READS = 141;

/** Verifies the signatures of a repository's commits and tags. */
export const verifyCommand: Command = {
  usage,
  run: async (args) => {
    const options = readOptions(args);
    process.once("SIGINT", () => {
      progress?.erase();
      killAllGit();
      process.exit(INTERRUPTED);
    });
    const output = new Output(process.stdout);
    // Where the lines themselves go to the terminal, they are the progress.
    const watched = process.stderr.isTTY && !process.stdout.isTTY;
    const progress = watched ? new Progress(toTerminal, systemClock, options.requireIdentity) : null;
    const note = (line: string): void => {
      progress?.erase();
      console.error(line);
    };
    try {
      return await runVerify(options, { input: process.stdin, output, note, progress }, systemClock);
    } catch (error) {
      if (error instanceof ReaderGone) return NOBODY_READS;
      throw error;
    } finally {
      killAllGit();
      // Nobody waits for further lines, and Node would.
      process.stdin.destroy();
    }
  },
};

const toTerminal = (text: string): void => {
  process.stderr.write(text);
};
