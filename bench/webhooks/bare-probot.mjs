// Probot as its documentation has one start it, with a handler that does nothing. It logs nothing.
import { run } from "probot";

await run((app) => {
  app.on("pull_request", () => undefined);
});
