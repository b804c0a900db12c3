-- What is left of GitHub's limits for each installation, shared by all processes; installation 0 is the app itself. A row
-- that is lost is made anew from what GitHub says.
CREATE TABLE "rate_budgets" (
    "installation_id" BIGINT NOT NULL,
    "version" BIGINT NOT NULL,
    "state" JSONB NOT NULL,

    CONSTRAINT "rate_budgets_pkey" PRIMARY KEY ("installation_id")
);

-- Which open pull requests are about to be merged, as far as is known: those go before others.
ALTER TABLE "pull_requests" ADD COLUMN "auto_merge" BOOLEAN NOT NULL DEFAULT false;
ALTER TABLE "pull_requests" ADD COLUMN "approved" BOOLEAN NOT NULL DEFAULT false;
