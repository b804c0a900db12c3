// `npm run bench`: installs what is missing, builds, then measures. `npm run bench -- GROUP` runs one group.
import { prepare, run } from "./prepare.mjs";
import { ensureTools } from "./tools.mjs";

ensureTools("git", "gpg", "ssh-keygen", "postgres");
prepare();
run(process.execPath, ["--import", "tsx", "bench/main.ts", ...process.argv.slice(2)]);
