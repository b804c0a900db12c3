import { fileURLToPath } from "node:url";
import type * as Signatures from "../src/signatures/index.js";

/** The top of the checkout. */
export const ROOT = fileURLToPath(new URL("..", import.meta.url));

/**
 * What is measured is what is shipped: `dist/`, as tsc built it from the sources that give its types here. The loader
 * that runs this file wraps every function to keep its name, and would be measured with it.
 */
export async function builtSignatures(): Promise<typeof Signatures> {
  return (await import(new URL("../dist/signatures/index.js", import.meta.url).href)) as typeof Signatures;
}
