/**
 * Inputs as large and as awkward as a stranger can make them must not stop the process that reads them: it has little
 * memory here, and what it takes may grow as the input does but not as its square.
 */
import { spawn } from "node:child_process";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { beforeAll, describe, expect, it } from "@jest/globals";
import { z } from "zod";
import { REASONS, type ReasonCode } from "../../../src/signatures/index.js";
import { verdictOf } from "../../../src/signatures/reasons.js";
import { HOSTILE_OBJECTS } from "./hostile-objects.js";
import { HOSTILE_TRUST } from "./hostile-trust.js";

const ROOT = join(import.meta.dirname, "../../..");
const HEAP_MEGABYTES = 320;
const DEADLINE = 400_000;

const Line = z.object({
  name: z.string(),
  small: z.number().optional(),
  large: z.number().optional(),
  outcome: z.string().optional(),
});
type Line = z.output<typeof Line>;

/** What the process said of each input before it ended, however it ended. */
async function read(kind: "objects" | "trust", bytes: number): Promise<Map<string, Line>> {
  const script = join(import.meta.dirname, "hostile-main.ts");
  const memory = `--max-old-space-size=${HEAP_MEGABYTES}`;
  const args = [memory, "--import", "tsx", script, kind, String(bytes)];
  const child = spawn(process.execPath, args, {
    cwd: ROOT,
    stdio: ["ignore", "pipe", "ignore"],
    timeout: DEADLINE,
  });
  const said = new Map<string, Line>();
  for await (const text of createInterface({ input: child.stdout })) {
    const line = Line.parse(JSON.parse(text));
    said.set(line.name, line);
  }
  return said;
}

/** Eight times the input may take eight times as long: thirty leaves room for noise, and sixty-four is the square. */
function growsTooFast({ small = 0, large = 0 }: Line): boolean {
  return large > 1000 && large > 30 * small;
}

describe.each([
  ["objects", 10_000_000, Object.keys(HOSTILE_OBJECTS)],
  ["trust", 500_000, Object.keys(HOSTILE_TRUST)],
] as const)("hostile %s of %d bytes", (kind, bytes, names) => {
  let said: Map<string, Line>;
  beforeAll(async () => {
    said = await read(kind, bytes);
  }, DEADLINE + 10_000);

  it.each(names)("%s", (name) => {
    const line = said.get(name);
    // No outcome: the process ended in the middle, by memory, by an exception, or because time ran out.
    expect({ name, ...line }).toMatchObject({ outcome: expect.any(String) });
    expect({ name, ...line, growsTooFast: growsTooFast(line ?? { name }) }).toMatchObject({
      growsTooFast: false,
    });
  });

  it("never fail in a way that was not foreseen, nor are good where nobody trusted signed", () => {
    const strangers = [...said.values()].filter(({ name }) => !name.includes("trusted signer"));
    const reasons = strangers.map(({ outcome = "" }) => outcome).filter(isReason);
    expect(reasons.filter((reason) => reason === "internal-error" || verdictOf(reason) === "good")).toEqual(
      [],
    );
  });
});

const isReason = (text: string): text is ReasonCode => text in REASONS;
