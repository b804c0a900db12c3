// `npm test`: installs what is missing, then lint, types and every test. `npm test -- PATTERN` runs matching tests only.
import { prepare, run, runTogether } from "./prepare.mjs";
import { ensureTools } from "./tools.mjs";

const patterns = process.argv.slice(2);
ensureTools("git", "gpg", "ssh-keygen", "postgres");
prepare();
if (patterns.length === 0)
  await runTogether(
    "npm",
    ["lint:code", "lint:format", "types"].map((name) => ["run", "--silent", name]),
  );
run("npm", ["run", "--silent", "jest", "--", ...patterns]);
