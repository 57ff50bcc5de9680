-- What it takes to say a reason in another language than English: JSON of its code and values, NULL where there is none.
ALTER TABLE file ADD COLUMN skip_said TEXT;
ALTER TABLE folder ADD COLUMN offline_said TEXT;
ALTER TABLE embedding_note ADD COLUMN said TEXT;
ALTER TABLE outbox ADD COLUMN park_said TEXT;
