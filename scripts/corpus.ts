/**
 * Compares signature verification with sets of objects that carry the answers of git, gpg and ssh-keygen: one line a
 * disagreement, then a summary. Exit code 0: none that is not documented; 1: some; 2: could not run.
 */
import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { lineOf } from "../test/corpus/disagreement.js";
import { compareSets, summaryLines, type Comparison } from "../test/corpus/report.js";
import { DEFAULT_FOLDERS, REFERENCE_CLOCK } from "../test/corpus/sets.js";

const HELP = `npm run test:corpus -- [--corpus DIR] [--adversarial DIR] [--at TIME] [--json]

  --corpus DIR       objects.jsonl.gz, keys/pgp/*.asc, keys/ssh/allowed_signers (default: ../shared/corpus)
  --adversarial DIR  cases.jsonl and the keys it names (default: ../shared/adversarial)
  --at TIME          the clock of the reference answers, ISO 8601 (default: ${REFERENCE_CLOCK.toISOString()})
  --json             one JSON object a disagreement, and the summary as the last one`;

class Unusable extends Error {}

/** Paths are relative to where npm was called, which is not where it runs this. */
const folder = (path: string): string => resolve(process.env["INIT_CWD"] ?? process.cwd(), path);

function optionsFrom(args: string[]) {
  const options = {
    corpus: { type: "string" },
    adversarial: { type: "string" },
    at: { type: "string", default: REFERENCE_CLOCK.toISOString() },
    json: { type: "boolean", default: false },
    help: { type: "boolean", short: "h", default: false },
  } as const;
  const { values } = parseArgs({ args, options });
  const at = new Date(values.at);
  if (Number.isNaN(at.getTime())) throw new Unusable(`--at ${values.at} is no time.`);
  return { ...values, at };
}

type Options = ReturnType<typeof optionsFrom>;

async function compare({ corpus, adversarial, at }: Options): Promise<Comparison> {
  const folders = {
    corpus: corpus === undefined ? DEFAULT_FOLDERS.corpus : folder(corpus),
    adversarial: adversarial === undefined ? DEFAULT_FOLDERS.adversarial : folder(adversarial),
  };
  const comparison = await compareSets(folders, at);
  const { summary } = comparison;
  // A set that was asked for by name and is not there must not look like agreement.
  if (corpus !== undefined && summary.corpus === null)
    throw new Unusable(`${folders.corpus} holds no objects.jsonl.gz.`);
  if (adversarial !== undefined && summary.adversarial === null)
    throw new Unusable(`${folders.adversarial} holds no cases.jsonl.`);
  return comparison;
}

async function main(args: string[]): Promise<number> {
  const options = optionsFrom(args);
  if (options.help) {
    console.log(HELP);
    return 0;
  }
  const { disagreements, summary } = await compare(options);
  for (const one of disagreements) console.log(options.json ? JSON.stringify(one) : lineOf(one));
  for (const line of options.json ? [JSON.stringify({ summary })] : summaryLines(summary)) console.log(line);
  return summary.undocumented === 0 ? 0 : 1;
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error));
  process.exitCode = 2;
}
