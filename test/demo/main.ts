import { parseArgs } from "node:util";
import { assemble } from "./cast.js";
import { facts, say } from "./show.js";
import { Stage } from "./stage.js";
import { play } from "./story.js";

/** Plays the story; with `--keep`, leaves the app and the loopback GitHub running until Ctrl-C. */
async function main(): Promise<void> {
  const { values } = parseArgs({ options: { keep: { type: "boolean", default: false } } });
  const started = performance.now();
  const stage = await Stage.set();
  cleanUpOnInterrupt(stage);
  try {
    const [cast] = await Promise.all([assemble(stage.github, stage.keyring), stage.startApp()]);
    await play(stage, cast);
    stage.github.assertClean();
    const seconds = Math.round((performance.now() - started) / 1_000);
    const requests = stage.github.requests.length;
    say(
      `Done in ${seconds} seconds. The app made ${requests} requests of GitHub, each checked against GitHub's own API descriptions.`,
    );
    if (values.keep) await keep(stage, cast.repository.cloneUrl(cast.alice));
    else await stage.close();
  } catch (error) {
    await stage.abandon();
    console.error(`\nThe demo failed: ${error instanceof Error ? error.message : String(error)}`);
    console.error(`What the app said is in ${stage.logFile}`);
    process.exit(1);
  }
}

async function keep(stage: Stage, cloneUrl: string): Promise<void> {
  await stage.startApp();
  say("App and loopback GitHub are running. Ctrl-C stops both and removes their files.");
  facts([
    ["App's health", `${stage.app.url}/healthz`],
    ["GitHub's API", stage.github.apiUrl],
    ["Clone", `git clone ${cloneUrl}`],
    ["Database", `COUNTERSIGN_DATA_DIR=${stage.dataDir} (held by the app while it runs)`],
    ["App's log", stage.logFile],
  ]);
}

/** Nothing is left behind, whenever somebody has seen enough. */
function cleanUpOnInterrupt(stage: Stage): void {
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    process.once(signal, () => {
      void stage.abandon().finally(() => {
        stage.removeFiles();
        process.exit(130);
      });
    });
  }
}

await main();
