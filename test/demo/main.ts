import { parseArgs } from "node:util";
import { playBreakGlass } from "./break-glass/story.js";
import { assemble } from "./cast.js";
import { facts, say } from "./show.js";
import { Stage } from "./stage.js";
import { play } from "./story.js";

/** Plays the story; with `--keep`, leaves the app and the loopback GitHub running until Ctrl-C. */
async function main(): Promise<void> {
  const { values } = parseArgs({ options: { keep: { type: "boolean", default: false } } });
  const started = performance.now();
  const stage = await Stage.set();
  const interruption = cleanUpOnInterrupt(stage);
  try {
    const [cast] = await Promise.all([assemble(stage.github, stage.keyring), stage.startApp()]);
    await play(stage, cast);
    await playBreakGlass(stage, cast);
    stage.github.assertClean();
    const seconds = Math.round((performance.now() - started) / 1_000);
    const requests = stage.github.requests.length;
    say(
      `Done in ${seconds} seconds. The app made ${requests} requests of GitHub, each checked against GitHub's own API descriptions.`,
    );
    if (values.keep) await keep(stage, cast.repository.cloneUrl(cast.alice));
    else await stage.close();
  } catch (error) {
    // Whatever failed then failed because everything is being taken away.
    if (interruption.aborted) return;
    await stage.abandon();
    console.error(`\nThe demo failed: ${error instanceof Error ? error.message : String(error)}`);
    console.error(`What the app said is in ${stage.logFile}`);
    process.exit(1);
  }
}

async function keep(stage: Stage, cloneUrl: string): Promise<void> {
  await stage.startApp({ byStoryClock: true });
  // From here on an interrupt is the way to end, and no failure.
  process.exitCode = 0;
  say("App and loopback GitHub are running. Ctrl-C stops both and removes their files.");
  facts([
    ["App's health", `${stage.app.url}/healthz`],
    ["GitHub's API", stage.github.apiUrl],
    ["Clone from", cloneUrl],
    ["Database in", stage.dataDir],
    ["App's log", stage.logFile],
  ]);
}

/** Nothing is left behind, whenever somebody has seen enough. Gives a signal that tells when that is. */
function cleanUpOnInterrupt(stage: Stage): AbortSignal {
  const interruption = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    process.once(signal, () => {
      interruption.abort();
      void stage.abandon().finally(() => {
        stage.removeFiles();
        process.exit(process.exitCode ?? 130);
      });
    });
  }
  return interruption.signal;
}

await main();
