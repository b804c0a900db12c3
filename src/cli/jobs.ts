import { type Command, parseOptions } from "./command.js";
import { withStore } from "./with-store.js";

const usage = [
  "countersign jobs [--retry ID]... [--retry-all] [--json]",
  "",
  "Shows the queue: how many jobs wait and run, and each dead one, which used up its attempts, with its last",
  "error. --retry makes a dead job due again, --retry-all all of them. Exit code 1 while there are dead jobs.",
].join("\n");

/** Shows the queue, and makes dead jobs due again. */
export const jobsCommand: Command = {
  usage,
  run: (args) => {
    const options = parseOptions(
      args,
      {
        retry: { type: "string", multiple: true, default: [] },
        "retry-all": { type: "boolean", default: false },
        json: { type: "boolean", default: false },
      },
      usage,
    );
    return withStore(async (store) => {
      if (options["retry-all"]) console.error(`${await store.retryDeadJobs()} jobs are due again.`);
      else if (options.retry.length > 0)
        console.error(`${await store.retryDeadJobs(options.retry)} jobs are due again.`);
      const { waiting, running, dead } = await store.queueStatus();
      if (options.json) console.log(JSON.stringify({ waiting, running, dead }));
      else {
        console.log(`${waiting} waiting, ${running} running, ${dead.length} dead`);
        for (const { id, task, key, attempts, lastError } of dead) {
          console.log(`\n${id}  ${task}  ${key ?? ""}  after ${attempts} attempts`);
          console.log(`    ${lastError ?? "no error was noted"}`);
        }
      }
      return dead.length > 0 ? 1 : 0;
    });
  },
};
