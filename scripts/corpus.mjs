// `npm run test:corpus`: installs what is missing, then compares verification with git's, gpg's and ssh-keygen's answers.
import { prepare, run } from "./prepare.mjs";

prepare({ build: false });
run(process.execPath, ["--import", "tsx", "scripts/corpus.ts", ...process.argv.slice(2)]);
