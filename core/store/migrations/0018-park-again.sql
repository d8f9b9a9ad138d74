-- Why a queued task was parked, and why it was queued, when it was taken over: it says so again when nobody drives it after all.
ALTER TABLE takeover ADD COLUMN former_parked TEXT CHECK (former_parked IN ('limit', 'overload', 'agent', 'budget'));
ALTER TABLE takeover ADD COLUMN former_reason TEXT;
