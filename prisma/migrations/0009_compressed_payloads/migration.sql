-- The app compresses payloads before it sends them: what travels to the database and what is kept are a tenth of what
-- GitHub sent. Deliveries that are there already stay as they came.
ALTER TABLE "deliveries" ADD COLUMN "payload_encoding" TEXT NOT NULL DEFAULT 'identity'
    CONSTRAINT "deliveries_payload_encoding" CHECK ("payload_encoding" IN ('identity', 'gzip'));
-- The database is not to try to compress them once more.
ALTER TABLE "deliveries" ALTER COLUMN "payload" SET STORAGE EXTERNAL;

CREATE OR REPLACE FUNCTION "countersign_mark_processed_only"() RETURNS TRIGGER LANGUAGE plpgsql AS $$
BEGIN
    IF OLD."processed_at" IS NULL AND NEW."processed_at" IS NOT NULL
       AND (NEW."guid", NEW."tenant_id", NEW."event", NEW."payload", NEW."payload_encoding", NEW."received_at")
         = (OLD."guid", OLD."tenant_id", OLD."event", OLD."payload", OLD."payload_encoding", OLD."received_at")
       AND (NEW."installation_id", NEW."action") IS NOT DISTINCT FROM (OLD."installation_id", OLD."action")
    THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'UPDATE on "deliveries" refused: only processed_at may change, and only once'
        USING ERRCODE = 'restrict_violation';
END $$;
