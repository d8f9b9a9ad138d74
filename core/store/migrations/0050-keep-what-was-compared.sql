-- The commit a change on a train was compared with when it was approved. Null where that was before this was kept.
ALTER TABLE train_car ADD COLUMN merge_base TEXT;
