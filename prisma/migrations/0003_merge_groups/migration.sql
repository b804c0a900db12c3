-- Groups of pull requests that merge queues made, from when their checks were asked for until they end.
CREATE TABLE "merge_groups" (
    "tenant_id" BIGINT NOT NULL,
    "repository_id" BIGINT NOT NULL,
    "head_oid" TEXT NOT NULL,
    "repository_owner" TEXT NOT NULL,
    "repository_name" TEXT NOT NULL,
    "head_ref" TEXT NOT NULL,
    "base_ref" TEXT NOT NULL,
    "base_oid" TEXT NOT NULL,
    "pull_numbers" INTEGER[] NOT NULL DEFAULT '{}',
    "ended" TEXT,
    "received_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "merge_groups_pkey" PRIMARY KEY ("tenant_id", "repository_id", "head_oid"),
    CONSTRAINT "merge_groups_end_known" CHECK ("ended" IN ('merged', 'invalidated', 'dequeued'))
);
CREATE INDEX "merge_groups_open" ON "merge_groups"("tenant_id", "repository_id", "base_ref") WHERE "ended" IS NULL;
