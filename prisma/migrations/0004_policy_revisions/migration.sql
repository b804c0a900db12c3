-- Which revisions of policy files have judged: repository 0 and an empty branch stand for the account's own file. A file
-- of a lower revision than one of these, or of the same with another digest, is an older one that someone brought back.
CREATE TABLE "policy_revisions" (
    "tenant_id" BIGINT NOT NULL,
    "repository_id" BIGINT NOT NULL,
    "branch" TEXT NOT NULL,
    "revision" INTEGER NOT NULL,
    "digest" TEXT NOT NULL,
    "commit_oid" TEXT NOT NULL,
    "used_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "policy_revisions_pkey" PRIMARY KEY ("tenant_id", "repository_id", "branch", "revision"),
    CONSTRAINT "policy_revisions_digest_is_sha256" CHECK ("digest" ~ '^[0-9a-f]{64}$')
);

-- Which revision held when is evidence as records are: see 0001 for ENABLE ALWAYS.
CREATE TRIGGER "policy_revisions_insert_only" BEFORE UPDATE OR DELETE ON "policy_revisions"
    FOR EACH ROW EXECUTE FUNCTION "countersign_insert_only"();
CREATE TRIGGER "policy_revisions_no_truncate" BEFORE TRUNCATE ON "policy_revisions"
    FOR EACH STATEMENT EXECUTE FUNCTION "countersign_insert_only"();
ALTER TABLE "policy_revisions" ENABLE ALWAYS TRIGGER "policy_revisions_insert_only";
ALTER TABLE "policy_revisions" ENABLE ALWAYS TRIGGER "policy_revisions_no_truncate";
