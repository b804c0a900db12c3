// The built app by a clock that the demo moves: how far it is ahead of the machine's comes as the first argument, and
// later as messages, each answered when what has become due is queued. All else is as dist/main.js does it.
import { startApp } from "../../../dist/app.js";
import { readConfig } from "../../../dist/config.js";

let aheadMs = Number(process.argv[2]);

const fail = (error) => {
  console.error(error);
  process.exit(1);
};

const running = await startApp(readConfig(), { now: () => new Date(Date.now() + aheadMs) });
process.on("message", (ahead) => {
  aheadMs = ahead;
  running.lookForDue().then(() => process.send("looked"), fail);
});
// Without the demo nobody would ever end it.
process.on("disconnect", () => process.exit(1));
for (const signal of ["SIGINT", "SIGTERM"]) {
  process.once(signal, () => {
    running.stop().then(() => process.exit(0), fail);
  });
}
