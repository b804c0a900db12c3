// `npm run demo`: installs, builds, and plays the whole story on an embedded database and a loopback GitHub.
import { prepare, run } from "./prepare.mjs";
import { ensureTools } from "./tools.mjs";

ensureTools("git", "gpg", "ssh-keygen");
prepare();
run(process.execPath, ["--import", "tsx", "test/demo/main.ts", ...process.argv.slice(2)]);
