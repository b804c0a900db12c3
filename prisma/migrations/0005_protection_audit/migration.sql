-- What the last look at a pull request saw of it, so that a list tells which have to be looked at again: digests of its
-- own state and of what its base branch asks.
ALTER TABLE "pull_requests"
    ADD COLUMN "evaluated_at" TIMESTAMPTZ(3),
    ADD COLUMN "seen" TEXT,
    ADD COLUMN "base_seen" TEXT;

-- A change of protection can be heard of late, and by other ways than a webhook.
ALTER TABLE "protection_changes"
    ADD COLUMN "occurred_at" TIMESTAMPTZ(3),
    ADD COLUMN "source" TEXT NOT NULL DEFAULT 'webhook';
ALTER TABLE "protection_changes"
    ADD CONSTRAINT "protection_changes_source_known" CHECK ("source" IN ('webhook', 'audit-log'));

-- When GitHub first tried to deliver what it is asked to deliver again: what the webhook tells happened before that.
CREATE TABLE "late_deliveries" (
    "guid" TEXT NOT NULL,
    "first_attempt_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "late_deliveries_pkey" PRIMARY KEY ("guid")
);

-- What protected a controlled branch, each time that it was found to be another than before. "unchanged_until": when the
-- protection before it was seen for the last time.
CREATE TABLE "protection_snapshots" (
    "tenant_id" BIGINT NOT NULL,
    "repository_id" BIGINT NOT NULL,
    "branch" TEXT NOT NULL,
    "sequence" INTEGER NOT NULL,
    "unchanged_until" TIMESTAMPTZ(3),
    "observed_at" TIMESTAMPTZ(3) NOT NULL,
    "digest" TEXT NOT NULL,
    "policy_digest" TEXT,
    "misses" JSON NOT NULL,
    "protection" TEXT NOT NULL,

    CONSTRAINT "protection_snapshots_pkey" PRIMARY KEY ("tenant_id", "repository_id", "branch", "sequence"),
    CONSTRAINT "protection_snapshots_digest_is_sha256" CHECK ("digest" ~ '^[0-9a-f]{64}$')
);

-- When each branch's protection was last compared with the newest of these.
CREATE TABLE "protection_audits" (
    "tenant_id" BIGINT NOT NULL,
    "repository_id" BIGINT NOT NULL,
    "branch" TEXT NOT NULL,
    "audited_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "protection_audits_pkey" PRIMARY KEY ("tenant_id", "repository_id", "branch")
);

-- Which changes that were told of a branch's audits have taken account of.
CREATE TABLE "audited_changes" (
    "tenant_id" BIGINT NOT NULL,
    "repository_id" BIGINT NOT NULL,
    "branch" TEXT NOT NULL,
    "guid" TEXT NOT NULL,

    CONSTRAINT "audited_changes_pkey" PRIMARY KEY ("tenant_id", "repository_id", "branch", "guid")
);

-- Records are of two more kinds.
ALTER TABLE "records" DROP CONSTRAINT "records_kind_known";
ALTER TABLE "records" ADD CONSTRAINT "records_kind_known" CHECK ("kind" IN (
    'merge', 'push', 'baseline', 'break-glass', 'break-glass-sealed', 'break-glass-refused', 'break-glass-issue',
    'protection-drift', 'merge-reassessed'
));

-- What protected a branch when is evidence as records are: see 0001 for ENABLE ALWAYS.
CREATE TRIGGER "protection_snapshots_insert_only" BEFORE UPDATE OR DELETE ON "protection_snapshots"
    FOR EACH ROW EXECUTE FUNCTION "countersign_insert_only"();
CREATE TRIGGER "protection_snapshots_no_truncate" BEFORE TRUNCATE ON "protection_snapshots"
    FOR EACH STATEMENT EXECUTE FUNCTION "countersign_insert_only"();
ALTER TABLE "protection_snapshots" ENABLE ALWAYS TRIGGER "protection_snapshots_insert_only";
ALTER TABLE "protection_snapshots" ENABLE ALWAYS TRIGGER "protection_snapshots_no_truncate";
