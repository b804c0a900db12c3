import { code } from "../escape.js";
import { row, table } from "./sections/lines.js";

/** Every command, and what it does. `docs/break-glass.md` says the same. */
export const COMMANDS: readonly (readonly [command: string, does: string])[] = [
  ["/break-glass <reason>", "declares an emergency on a pull request"],
  ["/break-glass ack [note]", "acknowledges"],
  ["/break-glass retro #N", "names the retroactive pull request"],
  ["/break-glass extend <duration> <reason>", "extends the clocks that are running"],
  ["/break-glass close", "closes the case; on one that is only declared, withdraws it"],
  ["/break-glass reject <reason>", "says that the change must be reverted"],
  ["/break-glass help", "lists the commands"],
  ["/countersign recheck", "looks at the pull request again"],
  ["/countersign help", "lists the commands"],
];

/** The commands as a table, for whoever asks for help. */
export const helpText = (): string =>
  [
    "A command stands in the first line of a comment, and every one is answered:",
    table(
      ["Command", "What it does"],
      COMMANDS.map(([command, does]) => row([code(command), does])),
    ),
  ].join("\n\n");
