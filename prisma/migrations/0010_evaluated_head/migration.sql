-- Which head the last look at a pull request judged: a verdict that stayed the same was confirmed by then.
ALTER TABLE "pull_requests" ADD COLUMN "evaluated_head" TEXT;
