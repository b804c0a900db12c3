/**
 * Reads hostile inputs in a process of its own, whose memory the caller bounds: one line as each begins, and one with
 * the times it took at two sizes. Arguments: `objects` or `trust`, the larger size in bytes, and a part of the names.
 */
import { trustIn } from "../support.js";
import { HOSTILE_OBJECTS, HOSTILE_SIGNERS } from "./hostile-objects.js";
import { HOSTILE_TRUST } from "./hostile-trust.js";

/** How much larger the larger input is: enough to tell quadratic growth from linear, however noisy the machine. */
const GROWTH = 8;

async function timed(
  read: () => string | Promise<string>,
): Promise<{ milliseconds: number; outcome: string }> {
  const started = process.hrtime.bigint();
  const outcome = await read();
  return { milliseconds: Number(process.hrtime.bigint() - started) / 1e6, outcome };
}

const say = (line: object): boolean => process.stdout.write(`${JSON.stringify(line)}\n`);

async function main(kind: string, size: number, part: string): Promise<void> {
  const trust = await trustIn({ allowedSigners: HOSTILE_SIGNERS });
  const inputs = Object.entries(kind === "objects" ? HOSTILE_OBJECTS : HOSTILE_TRUST);
  for (const [name, make] of inputs.filter(([name]) => name.includes(part))) {
    say({ name });
    const [small, large] = [await timed(make(size / GROWTH, trust)), await timed(make(size, trust))];
    say({ name, small: small.milliseconds, large: large.milliseconds, outcome: large.outcome });
  }
}

await main(process.argv[2] ?? "", Number(process.argv[3]), process.argv[4] ?? "");
