/** Writes the tables of `docs/controls.md` anew: run it after changing `src/policy/controls.ts`. */
import { readFileSync, writeFileSync } from "node:fs";
import { controlsTable, rulesTable } from "../src/report/controls-table.js";

const target = new URL("../docs/controls.md", import.meta.url);
const tables = [controlsTable(), rulesTable()];
const written = readFileSync(target, "utf8").replace(
  /^\| (?:Control|Rule) .*\n(?:\|.*\n?)*/gm,
  () => `${tables.shift() ?? ""}\n`,
);
writeFileSync(target, written);
