-- Up to which commit of a controlled branch its policy is accounted for, and the changes whose records that waits for.
-- The policies themselves are rows of policy_revisions, numbered as they came.
ALTER TABLE "branches" ADD COLUMN "policy_oid" TEXT;
ALTER TABLE "branches" ADD COLUMN "policy_awaits" TEXT[] NOT NULL DEFAULT '{}';
