-- The interface from 2.13 on, beside the other one.
CREATE TYPE extensions.dimension_info AS (time_column name);

CREATE FUNCTION extensions.by_range(
  column_name name, partition_interval anyelement = NULL::bigint, partition_func regproc = NULL
) RETURNS extensions.dimension_info LANGUAGE sql AS 'SELECT ROW(column_name)::extensions.dimension_info';

CREATE FUNCTION extensions.create_hypertable(
  relation regclass, dimension extensions.dimension_info, create_default_indexes bool = true,
  if_not_exists bool = false, migrate_data bool = false
) RETURNS TABLE (hypertable_id int, created bool) LANGUAGE plpgsql AS $$
BEGIN
  PERFORM extensions.made_of(relation, dimension.time_column, 'from 2.13');
  RETURN QUERY SELECT 1, true;
END $$;
