-- Webhooks are no evidence: what came of one is in the records. One that was processed may be forgotten, but never while
-- GitHub can still deliver it again (three days), so that a copy is known for one, and never before it was processed.
CREATE FUNCTION "countersign_forget_processed_only"() RETURNS TRIGGER LANGUAGE plpgsql AS $$
BEGIN
    IF OLD."processed_at" IS NOT NULL AND OLD."received_at" < now() - interval '3 days' THEN
        RETURN OLD;
    END IF;
    RAISE EXCEPTION 'DELETE on "deliveries" refused: only what was processed may go, once GitHub delivers it no more'
        USING ERRCODE = 'restrict_violation';
END $$;

DROP TRIGGER "deliveries_no_delete" ON "deliveries";
CREATE TRIGGER "deliveries_forget_processed_only" BEFORE DELETE ON "deliveries"
    FOR EACH ROW EXECUTE FUNCTION "countersign_forget_processed_only"();
ALTER TABLE "deliveries" ENABLE ALWAYS TRIGGER "deliveries_forget_processed_only";
