// `npm run demo`: installs, builds, and plays the whole story on an embedded database and a loopback GitHub.
import { prepare, run } from "./prepare.mjs";
import { ensureTools } from "./tools.mjs";

ensureTools("git", "gpg", "ssh-keygen");
prepare();
// Ctrl-C reaches the story as well: this process waits until it has cleaned up.
process.on("SIGINT", () => undefined);
run(process.execPath, ["--import", "tsx", "test/demo/main.ts", ...process.argv.slice(2)]);
