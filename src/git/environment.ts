/**
 * What of our environment git gets. Variables of git's own can replace objects, run programs and fetch from networks,
 * so only those pass that say where things are; then everything is set that keeps the repository's own files from
 * changing an answer.
 */

/** Where the repository is: set by git for hooks, a quarantine of pushed objects among them. */
const LOCATION: ReadonlySet<string> = new Set([
  "GIT_DIR",
  "GIT_COMMON_DIR",
  "GIT_WORK_TREE",
  "GIT_OBJECT_DIRECTORY",
  "GIT_ALTERNATE_OBJECT_DIRECTORIES",
  "GIT_QUARANTINE_PATH",
]);

/** Where git itself and its user's settings are: `safe.directory`, above all. */
const INSTALLATION =
  /^GIT_(?:EXEC_PATH|CEILING_DIRECTORIES|DISCOVERY_ACROSS_FILESYSTEM|CONFIG_(?:GLOBAL|SYSTEM|NOSYSTEM|PARAMETERS|COUNT|KEY_[0-9]+|VALUE_[0-9]+))$/;

const FIXED: Readonly<Record<string, string>> = {
  // Replacements and grafts show other objects and other parents than those that ids and signatures vouch for.
  GIT_NO_REPLACE_OBJECTS: "1",
  GIT_GRAFT_FILE: "/dev/null",
  // A partial clone would fetch what is missing, by whatever command its configuration names. Versions before 2.44
  // know only of protocols, of which none has this name.
  GIT_NO_LAZY_FETCH: "1",
  GIT_ALLOW_PROTOCOL: "none",
  GIT_TERMINAL_PROMPT: "0",
  GIT_OPTIONAL_LOCKS: "0",
  // Lists are read by us and to their end: no line of theirs has to be written by itself.
  GIT_FLUSH: "0",
  LC_ALL: "C",
};

/**
 * The environment git runs in. `keepLocation`: the repository is the one that our own environment names, as in a hook;
 * otherwise it is looked for in a folder, and what the environment says of another must not interfere.
 */
export function gitEnvironment(
  keepLocation: boolean,
  variables: NodeJS.ProcessEnv = process.env,
): Record<string, string | undefined> {
  const passes = (name: string): boolean =>
    !name.startsWith("GIT_") || INSTALLATION.test(name) || (keepLocation && LOCATION.has(name));
  const kept = Object.entries(variables).filter(([name]) => passes(name));
  return { ...Object.fromEntries(kept), ...FIXED };
}
