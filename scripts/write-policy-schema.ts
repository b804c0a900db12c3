/** Writes the JSON Schema of the policy file to `schema/`: run it after changing `src/policy/document.ts`. */
import { writeFileSync } from "node:fs";
import { policyJsonSchema } from "../src/policy/document.js";

const target = new URL("../schema/countersign.schema.json", import.meta.url);
writeFileSync(target, `${JSON.stringify(policyJsonSchema(), null, 2)}\n`);
