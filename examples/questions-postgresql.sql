-- The usual questions about a series, for PostgreSQL, over the table probes: psql -f questions-postgresql.sql
-- Quantiles as a report has them, also of roll-ups: turnprobe report --sql postgres; turnprobe man sql
CREATE TEMPORARY VIEW asked AS
SELECT *, started_utc AT TIME ZONE 'UTC' AS began,
  "Status" <> 'OK' AS has_failed,
  CASE WHEN "Status" = 'OK' OR coalesce(failed_phase, '') <> 'connect' THEN connect_us END AS connected_us
FROM probes WHERE coalesce(world, 'real') = 'real';

-- The worst hosts
SELECT host, count(*) AS probes, count(*) FILTER (WHERE has_failed) AS failed,
  round(100.0 * count(*) FILTER (WHERE has_failed) / count(*), 3) AS failed_percent
FROM asked GROUP BY host ORDER BY failed_percent DESC, host LIMIT 10;

-- The last night: quarters of an hour of the twelve hours up to the last probe
SELECT to_char(date_bin('15 minutes', began, TIMESTAMP '2000-01-01'), 'YYYY-MM-DD HH24:MI') AS quarter_utc,
  count(*) AS probes, count(*) FILTER (WHERE has_failed) AS failed, max(connected_us) AS slowest_connect_us
FROM asked WHERE began > (SELECT max(began) FROM asked) - INTERVAL '12 hours'
GROUP BY quarter_utc ORDER BY quarter_utc;

-- Percentiles of the connect by the hour of the day, UTC: of at least a hundred values
SELECT to_char(began, 'HH24') AS hour_utc, count(connected_us) AS n,
  percentile_disc(0.5) WITHIN GROUP (ORDER BY connected_us) AS p50_us,
  percentile_disc(0.95) WITHIN GROUP (ORDER BY connected_us) AS p95_us,
  percentile_disc(0.99) WITHIN GROUP (ORDER BY connected_us) AS p99_us
FROM asked GROUP BY hour_utc HAVING count(connected_us) >= 100 ORDER BY hour_utc;

-- Failures by cause and region
SELECT cause, coalesce(region, '') AS region, count(*) AS failed,
  to_char(min(began), 'YYYY-MM-DD HH24:MI:SS') AS first_utc, to_char(max(began), 'YYYY-MM-DD HH24:MI:SS') AS last_utc
FROM asked WHERE has_failed GROUP BY cause, 2 ORDER BY failed DESC, cause, 2;
