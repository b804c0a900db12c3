import { evaluation, JUDGED } from "./stories/evaluation.js";
import { merge, RECORDED } from "./stories/merge.js";
import { GROUP, mergeGroup } from "./stories/merge-group.js";
import { walkThrough } from "./walk/through.js";

walkThrough("a pull request is judged", evaluation, { leaves: JUDGED, kills: [2, 2, 1] });
walkThrough("a merge is recorded", merge, { leaves: RECORDED, kills: [1, 1, 1] });
walkThrough("a merge group is judged", mergeGroup, { leaves: GROUP, kills: [2, 1, 1] });
