// The programs that tests and the demo use for real: git, gpg, ssh-keygen, PostgreSQL.
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { run } from "./prepare.mjs";

const onPath = (program) => spawnSync("sh", ["-c", `command -v ${program}`]).status === 0;

/** Debian keeps the server's programs out of PATH, one folder a version. */
const POSTGRES_FOLDER = "/usr/lib/postgresql";
const hasPostgres = () =>
  onPath("initdb") ||
  (existsSync(POSTGRES_FOLDER) &&
    readdirSync(POSTGRES_FOLDER).some((version) => existsSync(`${POSTGRES_FOLDER}/${version}/bin/initdb`)));

const TOOLS = {
  git: { present: () => onPath("git"), debian: "git" },
  gpg: { present: () => onPath("gpg"), debian: "gnupg" },
  "ssh-keygen": { present: () => onPath("ssh-keygen"), debian: "openssh-client" },
  postgres: {
    present: () => process.env.COUNTERSIGN_TEST_DATABASE_URL !== undefined || hasPostgres(),
    debian: "postgresql",
  },
};

/** Makes sure these tools are there: installs Debian's packages as root, otherwise says which to install. */
export function ensureTools(...names) {
  const missing = names.filter((name) => !TOOLS[name].present()).map((name) => TOOLS[name].debian);
  if (missing.length === 0) return;
  if (process.getuid?.() !== 0 || !onPath("apt-get")) {
    console.error(`Needed and not found: ${missing.join(", ")}.`);
    console.error(`On Debian or Ubuntu: sudo apt-get install ${missing.join(" ")}`);
    process.exit(1);
  }
  console.log(`Installing ${missing.join(", ")}…`);
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  run("apt-get", ["update", "-qq"], { env });
  run("apt-get", ["install", "-y", "-qq", "--no-install-recommends", ...missing], { env });
}
