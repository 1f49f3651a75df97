-- The usual questions about a series, for DuckDB, over files of rows: `duckdb < questions-duckdb.sql` beside probes*.csv.
-- Quantiles as a report has them, also of roll-ups: turnprobe report --sql duckdb; turnprobe man sql
CREATE VIEW probes AS
SELECT *, make_timestamp(epoch_us(CAST(started_utc AS TIMESTAMPTZ))) AS began,
  "Status" <> 'OK' AS has_failed,
  CASE WHEN "Status" = 'OK' OR coalesce(failed_phase, '') <> 'connect' THEN CAST(connect_us AS BIGINT) END AS connected_us
FROM read_csv('probes*.csv*', delim = ',', quote = '"', escape = '"', header = true, all_varchar = true, union_by_name = true)
WHERE coalesce(world, 'real') = 'real';

-- The worst hosts
SELECT host, count(*) AS probes, count(*) FILTER (WHERE has_failed) AS failed,
  round(100.0 * count(*) FILTER (WHERE has_failed) / count(*), 3) AS failed_percent
FROM probes GROUP BY host ORDER BY failed_percent DESC, host LIMIT 10;

-- The last night: quarters of an hour of the twelve hours up to the last probe
SELECT strftime(time_bucket(INTERVAL '15 minutes', began), '%Y-%m-%d %H:%M') AS quarter_utc,
  count(*) AS probes, count(*) FILTER (WHERE has_failed) AS failed, max(connected_us) AS slowest_connect_us
FROM probes WHERE began > (SELECT max(began) FROM probes) - INTERVAL '12 hours'
GROUP BY quarter_utc ORDER BY quarter_utc;

-- Percentiles of the connect by the hour of the day, UTC: of at least a hundred values
SELECT strftime(began, '%H') AS hour_utc, count(connected_us) AS n,
  quantile_disc(connected_us, 0.5) AS p50_us, quantile_disc(connected_us, 0.95) AS p95_us, quantile_disc(connected_us, 0.99) AS p99_us
FROM probes GROUP BY hour_utc HAVING count(connected_us) >= 100 ORDER BY hour_utc;

-- Failures by cause and region
SELECT cause, coalesce(region, '') AS region, count(*) AS failed,
  strftime(min(began), '%Y-%m-%d %H:%M:%S') AS first_utc, strftime(max(began), '%Y-%m-%d %H:%M:%S') AS last_utc
FROM probes WHERE has_failed GROUP BY ALL ORDER BY failed DESC, cause, region;
