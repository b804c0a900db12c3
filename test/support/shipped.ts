import { readdirSync, statSync } from "node:fs";
import { join, resolve } from "node:path";

const ROOT = resolve(import.meta.dirname, "../..");

/**
 * The built app, `dist/main.js`: it starts in half the time that the sources take.
 *
 * @throws where it is missing, or older than the sources: the tests would try what nobody wrote
 */
export function shippedMain(): string {
  const main = join(ROOT, "dist/main.js");
  const builtAt = modifiedAt(main);
  const newer = sources().find((file) => modifiedAt(file) > builtAt);
  if (newer === undefined) return main;
  throw new Error(`dist/ is older than ${newer}, or is not there. Build it: npm run build`);
}

const sources = (): string[] =>
  readdirSync(join(ROOT, "src"), { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".ts"))
    .map((file) => join(ROOT, "src", file));

const modifiedAt = (file: string): number => statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0;
