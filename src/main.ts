import { run } from "probot";
import { startApp } from "./app.js";
import { forgoWebhookProxy, loadEnvironmentFile, readConfig } from "./config.js";
import { isCountersignError } from "./errors.js";

/** Starts the app; without any credentials, Probot's set-up page, which makes them. */
async function main(): Promise<void> {
  loadEnvironmentFile();
  const { app, ...rest } = readConfig();
  if (app === null) {
    forgoWebhookProxy();
    await run(() => undefined);
    return;
  }
  const running = await startApp({ ...rest, app });
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.once(signal, () => {
      running.stop().then(
        () => process.exit(0),
        (error: unknown) => {
          fail(error);
        },
      );
    });
  }
}

function fail(error: unknown): void {
  if (isCountersignError(error)) console.error([error.message, error.remedy].filter(Boolean).join("\n"));
  else console.error(error);
  process.exit(1);
}

main().catch(fail);
