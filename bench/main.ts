/** Measures each part of the product beside a named peer in the same run; prints a table, and decides nothing. */
import { writeFile } from "node:fs/promises";
import { cpus, loadavg } from "node:os";
import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { ratioOf, tableOf, type Figure } from "./figure.js";
import { evaluation } from "./evaluation/group.js";
import type { Group } from "./group.js";
import { signatures } from "./signatures/group.js";
import { storm } from "./storm/group.js";
import { webhooks } from "./webhooks/group.js";

const GROUPS: readonly Group[] = [signatures, evaluation, webhooks, storm];

const HELP = `npm run bench -- [GROUP…] [--quick] [--json FILE]

  GROUP        ${GROUPS.map(({ name }) => name).join(", ")} (default: all)
  --quick      a tenth of everything, for trying the benchmark itself
  --json FILE  the figures as JSON, too`;

class Unusable extends Error {}

function optionsFrom(args: string[]) {
  const options = {
    quick: { type: "boolean", default: false },
    json: { type: "string" },
    help: { type: "boolean", short: "h", default: false },
  } as const;
  const { values, positionals } = parseArgs({ args, options, allowPositionals: true });
  const unknown = positionals.find((name) => !GROUPS.some((group) => group.name === name));
  if (unknown !== undefined) throw new Unusable(`There is no group ${unknown}.\n\n${HELP}`);
  const groups = GROUPS.filter(({ name }) => positionals.length === 0 || positionals.includes(name));
  return { ...values, groups };
}

/** What the figures depend on besides the code: also how much else the machine did in the last minute. */
function machine(): string {
  const [first] = cpus();
  const [load = 0] = loadavg();
  const parts = [
    `${cpus().length} × ${first?.model ?? "unknown"}`,
    `Node.js ${process.version}`,
    process.platform,
  ];
  return `${parts.join(", ")}; load ${load.toFixed(1)} at the start`;
}

async function main(args: string[]): Promise<void> {
  const { quick, json, help, groups } = optionsFrom(args);
  if (help) {
    console.log(HELP);
    return;
  }
  const measuredOn = machine();
  const figures: Figure[] = [];
  for (const group of groups) {
    const say = (line: string): void => {
      console.error(`${group.name}: ${line}`);
    };
    figures.push(...(await group.run(quick ? "quick" : "full", say)));
  }
  console.log(`${measuredOn}\n\n${tableOf(figures)}`);
  if (json !== undefined) await writeJson(json, measuredOn, figures);
}

/** The path is relative to where npm was called, which is not where it runs this. */
async function writeJson(path: string, measuredOn: string, figures: readonly Figure[]): Promise<void> {
  const file = resolve(process.env["INIT_CWD"] ?? process.cwd(), path);
  const measured = figures.map((figure) => ({ ...figure, ratio: ratioOf(figure) }));
  await writeFile(file, `${JSON.stringify({ machine: measuredOn, figures: measured }, null, 2)}\n`);
}

try {
  await main(process.argv.slice(2));
} catch (error) {
  console.error(error instanceof Unusable ? error.message : error);
  process.exitCode = 2;
}
