-- What of TimescaleDB the tables of a store use, with the signatures of its documentation
-- (https://www.tigerdata.com/docs/reference/timescaledb/hypertables/create_hypertable, and create_hypertable_old beside
-- it), and what it demands of a table. It is in no package; nothing here makes chunks.
CREATE SCHEMA IF NOT EXISTS extensions;
INSERT INTO pg_extension (oid, extname, extowner, extnamespace, extrelocatable, extversion)
VALUES (987654, 'timescaledb', (SELECT oid FROM pg_roles WHERE rolname = current_user), 'extensions'::regnamespace, false, '2.17.2');
CREATE TABLE extensions.made (relation regclass, time_column name, interface text);

CREATE FUNCTION extensions.made_of(relation regclass, time_column name, interface text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (
    SELECT FROM pg_index AS i WHERE indrelid = relation AND indisunique AND NOT EXISTS (
      SELECT FROM pg_attribute AS a WHERE a.attrelid = relation AND a.attname = time_column AND a.attnum = ANY (i.indkey)))
  THEN
    RAISE EXCEPTION 'cannot create a unique index without the column "%" (used in partitioning)', time_column;
  END IF;
  EXECUTE format('ALTER TABLE %s ALTER %I SET NOT NULL', relation, time_column);
  EXECUTE format('CREATE INDEX ON %s (%I DESC)', relation, time_column);
  INSERT INTO extensions.made VALUES (relation, time_column, interface);
END $$;

CREATE FUNCTION extensions.create_hypertable(
  relation regclass, time_column_name name, partitioning_column name = NULL, number_partitions int = NULL,
  associated_schema_name name = NULL, associated_table_prefix name = NULL, chunk_time_interval anyelement = NULL::bigint,
  create_default_indexes bool = true, if_not_exists bool = false, partitioning_func regproc = NULL,
  migrate_data bool = false, chunk_target_size text = NULL, chunk_sizing_func regproc = NULL,
  time_partitioning_func regproc = NULL
) RETURNS TABLE (hypertable_id int, schema_name name, table_name name, created bool) LANGUAGE plpgsql AS $$
BEGIN
  PERFORM extensions.made_of(relation, time_column_name, 'before 2.13');
  RETURN QUERY SELECT 1, 'public'::name, relation::name, true;
END $$;
