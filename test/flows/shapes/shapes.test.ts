import { withCast } from "../../support/cast.js";
import { bots } from "./bots.js";
import { forks } from "./forks.js";
import { heads } from "./heads.js";
import { many } from "./many.js";

withCast("a pull request of any shape", (cast) => {
  many(cast);
  forks(cast);
  heads(cast);
  bots(cast);
});
