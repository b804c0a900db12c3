-- Tables. Every row carries its tenant: GitHub's id of the account on which the app is installed.
-- Tenants are not referenced by foreign keys: a delivery is stored before anything is known of its sender, and
-- evidence must outlive the installation it is about.

CREATE TABLE "tenants" (
    "tenant_id" BIGINT NOT NULL,
    "login" TEXT NOT NULL,
    "installation_id" BIGINT NOT NULL,
    "suspended" BOOLEAN NOT NULL,
    "as_of" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "tenants_pkey" PRIMARY KEY ("tenant_id")
);
CREATE INDEX "tenants_installation_id_idx" ON "tenants"("installation_id");

CREATE TABLE "deliveries" (
    "guid" TEXT NOT NULL,
    "tenant_id" BIGINT NOT NULL,
    "installation_id" BIGINT,
    "event" TEXT NOT NULL,
    "action" TEXT,
    "payload" BYTEA NOT NULL,
    "received_at" TIMESTAMPTZ(3) NOT NULL,
    "processed_at" TIMESTAMPTZ(3),

    CONSTRAINT "deliveries_pkey" PRIMARY KEY ("guid")
);
CREATE INDEX "deliveries_tenant_id_received_at_idx" ON "deliveries"("tenant_id", "received_at");

CREATE TABLE "head_pushes" (
    "tenant_id" BIGINT NOT NULL,
    "repository_id" BIGINT NOT NULL,
    "branch" TEXT NOT NULL,
    "oid" TEXT NOT NULL,
    "pusher_id" BIGINT NOT NULL,
    "pusher_login" TEXT NOT NULL,
    "pusher_type" TEXT NOT NULL,
    "pushed_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "head_pushes_pkey" PRIMARY KEY ("tenant_id", "repository_id", "branch", "oid")
);

CREATE TABLE "pull_requests" (
    "tenant_id" BIGINT NOT NULL,
    "repository_id" BIGINT NOT NULL,
    "number" INTEGER NOT NULL,
    "repository_owner" TEXT NOT NULL,
    "repository_name" TEXT NOT NULL,
    "head_oid" TEXT NOT NULL,
    "base_ref" TEXT NOT NULL,
    "open" BOOLEAN NOT NULL,
    "as_of" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "pull_requests_pkey" PRIMARY KEY ("tenant_id", "repository_id", "number")
);
CREATE INDEX "pull_requests_tenant_id_repository_id_head_oid_idx"
    ON "pull_requests"("tenant_id", "repository_id", "head_oid");

-- `body` and `content` are JSON, not JSONB: JSONB refuses strings with NUL or a lone surrogate, which anyone can put
-- into a title, and would so keep a verdict on it from being stored.
CREATE TABLE "decisions" (
    "id" BIGSERIAL NOT NULL,
    "tenant_id" BIGINT NOT NULL,
    "repository_id" BIGINT NOT NULL,
    "repository_owner" TEXT NOT NULL,
    "repository_name" TEXT NOT NULL,
    "pull_number" INTEGER NOT NULL,
    "base_ref" TEXT NOT NULL,
    "head_oid" TEXT NOT NULL,
    "outcome" TEXT NOT NULL,
    "policy_digest" TEXT,
    "observed_at" TIMESTAMPTZ(3) NOT NULL,
    "decided_at" TIMESTAMPTZ(3) NOT NULL,
    "body" JSON NOT NULL,
    "digest" TEXT NOT NULL,

    CONSTRAINT "decisions_pkey" PRIMARY KEY ("id")
);
CREATE INDEX "decisions_tenant_id_repository_id_head_oid_pull_number_id_idx"
    ON "decisions"("tenant_id", "repository_id", "head_oid", "pull_number", "id");
CREATE INDEX "decisions_tenant_id_repository_id_pull_number_id_idx"
    ON "decisions"("tenant_id", "repository_id", "pull_number", "id");

CREATE TABLE "wanted_checks" (
    "tenant_id" BIGINT NOT NULL,
    "repository_id" BIGINT NOT NULL,
    "oid" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "content" JSON NOT NULL,
    "digest" TEXT NOT NULL,
    "revision" INTEGER NOT NULL,
    "attempted_revision" INTEGER NOT NULL DEFAULT 0,
    "posted_revision" INTEGER NOT NULL DEFAULT 0,
    "check_run_id" BIGINT,
    "attempted_at" TIMESTAMPTZ(3),
    "posted_at" TIMESTAMPTZ(3),

    CONSTRAINT "wanted_checks_pkey" PRIMARY KEY ("tenant_id", "repository_id", "oid", "name"),
    CONSTRAINT "wanted_checks_revisions_in_order"
        CHECK (0 <= "posted_revision" AND "posted_revision" <= "attempted_revision" AND "attempted_revision" <= "revision")
);

CREATE TABLE "records" (
    "tenant_id" BIGINT NOT NULL,
    "position" BIGINT NOT NULL,
    "kind" TEXT NOT NULL,
    "change_key" TEXT NOT NULL,
    "repository_id" BIGINT NOT NULL,
    "repository_owner" TEXT NOT NULL,
    "repository_name" TEXT NOT NULL,
    "branch" TEXT NOT NULL,
    "pull_number" INTEGER,
    "head_oid" TEXT NOT NULL,
    "commit_oid" TEXT NOT NULL,
    "outcome" TEXT NOT NULL,
    "bypass" BOOLEAN NOT NULL,
    "policy_digest" TEXT,
    "controls" TEXT[],
    "occurred_at" TIMESTAMPTZ(3) NOT NULL,
    "observed_at" TIMESTAMPTZ(3) NOT NULL,
    "recorded_at" TIMESTAMPTZ(3) NOT NULL,
    "body" TEXT NOT NULL,
    "digest" TEXT NOT NULL,

    CONSTRAINT "records_pkey" PRIMARY KEY ("tenant_id", "position"),
    CONSTRAINT "records_digest_is_sha256" CHECK ("digest" ~ '^[0-9a-f]{64}$')
);
CREATE UNIQUE INDEX "records_tenant_id_kind_change_key_key" ON "records"("tenant_id", "kind", "change_key");
CREATE INDEX "records_tenant_id_repository_id_pull_number_idx" ON "records"("tenant_id", "repository_id", "pull_number");
CREATE INDEX "records_tenant_id_repository_id_branch_occurred_at_idx"
    ON "records"("tenant_id", "repository_id", "branch", "occurred_at");
CREATE INDEX "records_tenant_id_repository_id_commit_oid_idx" ON "records"("tenant_id", "repository_id", "commit_oid");

-- Positions are given here and nowhere else. The lock lasts until the transaction ends, so that appends of one tenant
-- follow each other and one that is rolled back gives its position back: no gaps, whoever inserts.
CREATE FUNCTION "countersign_next_position"() RETURNS TRIGGER LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended('countersign.records:' || NEW."tenant_id", 0));
    NEW."position" := (SELECT coalesce(max("position") + 1, 0) FROM "records" WHERE "tenant_id" = NEW."tenant_id");
    RETURN NEW;
END $$;
CREATE TRIGGER "records_position" BEFORE INSERT ON "records"
    FOR EACH ROW EXECUTE FUNCTION "countersign_next_position"();

-- Insert only. ENABLE ALWAYS: session_replication_role = replica does not switch these off. What remains to an owner
-- of the tables is to drop or disable the triggers, which is why checkpoints of the evidence are kept elsewhere too.
CREATE FUNCTION "countersign_insert_only"() RETURNS TRIGGER LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% on "%" refused: its rows are evidence and are only ever inserted', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation';
END $$;

CREATE FUNCTION "countersign_mark_processed_only"() RETURNS TRIGGER LANGUAGE plpgsql AS $$
BEGIN
    IF OLD."processed_at" IS NULL AND NEW."processed_at" IS NOT NULL
       AND (NEW."guid", NEW."tenant_id", NEW."event", NEW."payload", NEW."received_at")
         = (OLD."guid", OLD."tenant_id", OLD."event", OLD."payload", OLD."received_at")
       AND (NEW."installation_id", NEW."action") IS NOT DISTINCT FROM (OLD."installation_id", OLD."action")
    THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'UPDATE on "deliveries" refused: only processed_at may change, and only once'
        USING ERRCODE = 'restrict_violation';
END $$;

CREATE TRIGGER "records_insert_only" BEFORE UPDATE OR DELETE ON "records"
    FOR EACH ROW EXECUTE FUNCTION "countersign_insert_only"();
CREATE TRIGGER "records_no_truncate" BEFORE TRUNCATE ON "records"
    FOR EACH STATEMENT EXECUTE FUNCTION "countersign_insert_only"();
CREATE TRIGGER "decisions_insert_only" BEFORE UPDATE OR DELETE ON "decisions"
    FOR EACH ROW EXECUTE FUNCTION "countersign_insert_only"();
CREATE TRIGGER "decisions_no_truncate" BEFORE TRUNCATE ON "decisions"
    FOR EACH STATEMENT EXECUTE FUNCTION "countersign_insert_only"();
CREATE TRIGGER "deliveries_mark_processed_only" BEFORE UPDATE ON "deliveries"
    FOR EACH ROW EXECUTE FUNCTION "countersign_mark_processed_only"();
CREATE TRIGGER "deliveries_no_delete" BEFORE DELETE ON "deliveries"
    FOR EACH ROW EXECUTE FUNCTION "countersign_insert_only"();
CREATE TRIGGER "deliveries_no_truncate" BEFORE TRUNCATE ON "deliveries"
    FOR EACH STATEMENT EXECUTE FUNCTION "countersign_insert_only"();

ALTER TABLE "records" ENABLE ALWAYS TRIGGER "records_position";
ALTER TABLE "records" ENABLE ALWAYS TRIGGER "records_insert_only";
ALTER TABLE "records" ENABLE ALWAYS TRIGGER "records_no_truncate";
ALTER TABLE "decisions" ENABLE ALWAYS TRIGGER "decisions_insert_only";
ALTER TABLE "decisions" ENABLE ALWAYS TRIGGER "decisions_no_truncate";
ALTER TABLE "deliveries" ENABLE ALWAYS TRIGGER "deliveries_mark_processed_only";
ALTER TABLE "deliveries" ENABLE ALWAYS TRIGGER "deliveries_no_delete";
ALTER TABLE "deliveries" ENABLE ALWAYS TRIGGER "deliveries_no_truncate";
