// `npm test`: installs what is missing, then lint, types and every test. `npm test -- PATTERN` runs matching tests only.
import { BUILD, prepare, run, runTogether } from "./prepare.mjs";
import { ensureTools } from "./tools.mjs";

const patterns = process.argv.slice(2);
ensureTools("git", "gpg", "ssh-keygen", "postgres");
const everything = patterns.length === 0;
prepare({ build: !everything });
if (everything)
  await runTogether([
    ...["lint:code", "lint:format", "types"].map((name) => ["npm", "run", "--silent", name]),
    // Their types are checked beside it, with those of the tests.
    [...BUILD, "--noCheck"],
  ]);
run("npm", ["run", "--silent", "jest", "--", ...patterns]);
