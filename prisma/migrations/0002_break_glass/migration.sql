-- What is known of branches, the cases of changes that went around the gates, and the outboxes of both.
-- As in 0001, whatever people may have written (titles, bodies, names, globs) is JSON and not TEXT: TEXT refuses NUL,
-- and a title that could not be stored would keep an emergency from being told.

CREATE TABLE "cases" (
    "tenant_id" BIGINT NOT NULL,
    "id" TEXT NOT NULL,
    "change_key" TEXT NOT NULL,
    "repository_id" BIGINT NOT NULL,
    "repository_owner" TEXT NOT NULL,
    "repository_name" TEXT NOT NULL,
    "branch" TEXT NOT NULL,
    "pull_number" INTEGER,
    "retro_number" INTEGER,
    "state" TEXT NOT NULL,
    "breached" BOOLEAN NOT NULL,
    "opened_at" TIMESTAMPTZ(3) NOT NULL,
    "body" TEXT NOT NULL,
    "digest" TEXT NOT NULL,
    "revision" INTEGER NOT NULL,
    "announced_at" TIMESTAMPTZ(3),

    CONSTRAINT "cases_pkey" PRIMARY KEY ("tenant_id", "id"),
    CONSTRAINT "cases_digest_is_sha256" CHECK ("digest" ~ '^[0-9a-f]{64}$'),
    CONSTRAINT "cases_revision_counts_from_one" CHECK ("revision" >= 1)
);
CREATE UNIQUE INDEX "cases_tenant_id_change_key_key" ON "cases"("tenant_id", "change_key");
CREATE INDEX "cases_tenant_id_repository_id_branch_opened_at_idx"
    ON "cases"("tenant_id", "repository_id", "branch", "opened_at");
CREATE INDEX "cases_tenant_id_repository_id_pull_number_idx" ON "cases"("tenant_id", "repository_id", "pull_number");
CREATE INDEX "cases_tenant_id_repository_id_retro_number_idx" ON "cases"("tenant_id", "repository_id", "retro_number");
CREATE INDEX "cases_tenant_id_opened_at_idx" ON "cases"("tenant_id", "opened_at");

CREATE TABLE "case_timers" (
    "tenant_id" BIGINT NOT NULL,
    "id" TEXT NOT NULL,
    "case_id" TEXT NOT NULL,
    "clock" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "level" INTEGER NOT NULL,
    "due_at" TIMESTAMPTZ(3) NOT NULL,
    "done_at" TIMESTAMPTZ(3),

    CONSTRAINT "case_timers_pkey" PRIMARY KEY ("tenant_id", "id")
);
CREATE INDEX "case_timers_tenant_id_case_id_due_at_idx" ON "case_timers"("tenant_id", "case_id", "due_at");
-- What is done stays for good, and must not slow down the question for what is due.
CREATE INDEX "case_timers_due" ON "case_timers"("due_at") INCLUDE ("tenant_id", "case_id") WHERE "done_at" IS NULL;

CREATE TABLE "wanted_issues" (
    "tenant_id" BIGINT NOT NULL,
    "case_id" TEXT NOT NULL,
    "repository_id" BIGINT NOT NULL,
    "repository_owner" TEXT NOT NULL,
    "repository_name" TEXT NOT NULL,
    "content" JSON NOT NULL,
    "digest" TEXT NOT NULL,
    "revision" INTEGER NOT NULL,
    "attempted_revision" INTEGER NOT NULL DEFAULT 0,
    "posted_revision" INTEGER NOT NULL DEFAULT 0,
    -- Earlier revisions belong to another issue: one in another repository, or one that is gone.
    "first_revision" INTEGER NOT NULL DEFAULT 1,
    "number" INTEGER,
    "attempted_at" TIMESTAMPTZ(3),
    "posted_at" TIMESTAMPTZ(3),

    CONSTRAINT "wanted_issues_pkey" PRIMARY KEY ("tenant_id", "case_id"),
    CONSTRAINT "wanted_issues_revisions_in_order"
        CHECK (0 <= "posted_revision" AND "posted_revision" <= "attempted_revision" AND "attempted_revision" <= "revision"),
    CONSTRAINT "wanted_issues_first_revision_in_order" CHECK (1 <= "first_revision" AND "first_revision" <= "revision")
);
CREATE INDEX "wanted_issues_tenant_id_repository_id_number_idx" ON "wanted_issues"("tenant_id", "repository_id", "number");

CREATE TABLE "wanted_comments" (
    "tenant_id" BIGINT NOT NULL,
    "key" TEXT NOT NULL,
    "sequence" BIGSERIAL NOT NULL,
    "case_id" TEXT,
    "repository_id" BIGINT,
    "repository_owner" TEXT,
    "repository_name" TEXT,
    "number" INTEGER,
    "content" JSON NOT NULL,
    "attempted_at" TIMESTAMPTZ(3),
    "posted_at" TIMESTAMPTZ(3),
    "comment_id" BIGINT,

    CONSTRAINT "wanted_comments_pkey" PRIMARY KEY ("tenant_id", "key"),
    CONSTRAINT "wanted_comments_whole_place"
        CHECK (num_nonnulls("repository_id", "repository_owner", "repository_name", "number") IN (0, 4)),
    CONSTRAINT "wanted_comments_posted_with_id" CHECK (("posted_at" IS NULL) = ("comment_id" IS NULL))
);
CREATE INDEX "wanted_comments_tenant_id_case_id_sequence_idx" ON "wanted_comments"("tenant_id", "case_id", "sequence");

CREATE TABLE "alerts" (
    "tenant_id" BIGINT NOT NULL,
    "id" TEXT NOT NULL,
    "sequence" BIGSERIAL NOT NULL,
    "case_id" TEXT,
    "channel" TEXT NOT NULL,
    "content" JSON NOT NULL,
    "wanted_at" TIMESTAMPTZ(3) NOT NULL,
    "attempts" INTEGER NOT NULL DEFAULT 0,
    "last_attempt_at" TIMESTAMPTZ(3),
    "last_error" JSON,
    "sent_at" TIMESTAMPTZ(3),

    CONSTRAINT "alerts_pkey" PRIMARY KEY ("tenant_id", "id")
);
CREATE INDEX "alerts_tenant_id_case_id_sequence_idx" ON "alerts"("tenant_id", "case_id", "sequence");

CREATE TABLE "repositories" (
    "tenant_id" BIGINT NOT NULL,
    "repository_id" BIGINT NOT NULL,
    "repository_owner" TEXT NOT NULL,
    "repository_name" TEXT NOT NULL,
    "default_branch" TEXT NOT NULL,
    "controlled" JSON NOT NULL,
    "gone" BOOLEAN NOT NULL,
    "as_of" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "repositories_pkey" PRIMARY KEY ("tenant_id", "repository_id")
);

CREATE TABLE "branches" (
    "tenant_id" BIGINT NOT NULL,
    "repository_id" BIGINT NOT NULL,
    "branch" TEXT NOT NULL,
    "tip" TEXT,
    "last_tip" TEXT,
    "since" TEXT NOT NULL,
    "accounted_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "branches_pkey" PRIMARY KEY ("tenant_id", "repository_id", "branch")
);

CREATE TABLE "branch_pushes" (
    "tenant_id" BIGINT NOT NULL,
    "guid" TEXT NOT NULL,
    "sequence" BIGSERIAL NOT NULL,
    "repository_id" BIGINT NOT NULL,
    "repository_owner" TEXT NOT NULL,
    "repository_name" TEXT NOT NULL,
    "branch" TEXT NOT NULL,
    "before" TEXT,
    "after" TEXT,
    "forced" BOOLEAN NOT NULL,
    "pusher_id" BIGINT,
    "pusher_login" TEXT,
    "pusher_type" TEXT,
    "pushed_at" TIMESTAMPTZ(3) NOT NULL,
    "received_at" TIMESTAMPTZ(3) NOT NULL,
    "settled_at" TIMESTAMPTZ(3),

    CONSTRAINT "branch_pushes_pkey" PRIMARY KEY ("tenant_id", "guid"),
    CONSTRAINT "branch_pushes_whole_pusher" CHECK (num_nonnulls("pusher_id", "pusher_login", "pusher_type") IN (0, 3))
);
CREATE INDEX "branch_pushes_unsettled"
    ON "branch_pushes"("tenant_id", "repository_id", "branch", "received_at", "sequence") WHERE "settled_at" IS NULL;

CREATE TABLE "covered_commits" (
    "tenant_id" BIGINT NOT NULL,
    "repository_id" BIGINT NOT NULL,
    "branch" TEXT NOT NULL,
    "oid" TEXT NOT NULL,
    "change_key" TEXT NOT NULL,

    CONSTRAINT "covered_commits_pkey" PRIMARY KEY ("tenant_id", "repository_id", "branch", "oid")
);

CREATE TABLE "protection_changes" (
    "tenant_id" BIGINT NOT NULL,
    "guid" TEXT NOT NULL,
    "repository_id" BIGINT,
    "kind" TEXT NOT NULL,
    "action" TEXT NOT NULL,
    "name" JSON NOT NULL,
    "by_id" BIGINT,
    "by_login" TEXT,
    "by_type" TEXT,
    "received_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "protection_changes_pkey" PRIMARY KEY ("tenant_id", "guid"),
    CONSTRAINT "protection_changes_kind_known" CHECK ("kind" IN ('classic', 'ruleset')),
    CONSTRAINT "protection_changes_action_known" CHECK ("action" IN ('created', 'edited', 'deleted')),
    CONSTRAINT "protection_changes_whole_account" CHECK (num_nonnulls("by_id", "by_login", "by_type") IN (0, 3))
);
CREATE INDEX "protection_changes_tenant_id_repository_id_received_at_idx"
    ON "protection_changes"("tenant_id", "repository_id", "received_at");

-- Records are of more kinds now, and of these alone.
ALTER TABLE "records" ADD CONSTRAINT "records_kind_known" CHECK ("kind" IN (
    'merge', 'push', 'baseline', 'break-glass', 'break-glass-sealed', 'break-glass-refused', 'break-glass-issue'
));
CREATE INDEX "records_tenant_id_repository_id_occurred_at_idx" ON "records"("tenant_id", "repository_id", "occurred_at");
-- The steps of a case have its id before the first slash. Equality on that part, as a prefix search reads ids as patterns.
CREATE INDEX "records_of_case" ON "records"("tenant_id", split_part("change_key", '/', 1), "position")
    WHERE "kind" LIKE 'break-glass%';

-- Which record covers a commit, and when protection was off, is evidence as records are: see 0001 for ENABLE ALWAYS.
CREATE TRIGGER "covered_commits_insert_only" BEFORE UPDATE OR DELETE ON "covered_commits"
    FOR EACH ROW EXECUTE FUNCTION "countersign_insert_only"();
CREATE TRIGGER "covered_commits_no_truncate" BEFORE TRUNCATE ON "covered_commits"
    FOR EACH STATEMENT EXECUTE FUNCTION "countersign_insert_only"();
CREATE TRIGGER "protection_changes_insert_only" BEFORE UPDATE OR DELETE ON "protection_changes"
    FOR EACH ROW EXECUTE FUNCTION "countersign_insert_only"();
CREATE TRIGGER "protection_changes_no_truncate" BEFORE TRUNCATE ON "protection_changes"
    FOR EACH STATEMENT EXECUTE FUNCTION "countersign_insert_only"();

ALTER TABLE "covered_commits" ENABLE ALWAYS TRIGGER "covered_commits_insert_only";
ALTER TABLE "covered_commits" ENABLE ALWAYS TRIGGER "covered_commits_no_truncate";
ALTER TABLE "protection_changes" ENABLE ALWAYS TRIGGER "protection_changes_insert_only";
ALTER TABLE "protection_changes" ENABLE ALWAYS TRIGGER "protection_changes_no_truncate";
