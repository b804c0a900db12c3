/** Writes the JSON Schemas of the policy files to `schema/`: run it after changing `src/policy/document.ts`. */
import { writeFileSync } from "node:fs";
import { policyJsonSchema } from "../src/policy/document.js";
import { organizationPolicyJsonSchema } from "../src/policy/organization/document.js";

const SCHEMAS = {
  "countersign.schema.json": policyJsonSchema(),
  "countersign-organization.schema.json": organizationPolicyJsonSchema(),
};

for (const [name, schema] of Object.entries(SCHEMAS)) {
  writeFileSync(new URL(`../schema/${name}`, import.meta.url), `${JSON.stringify(schema, null, 2)}\n`);
}
