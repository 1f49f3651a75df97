// The rows of turnprobe in Excel or Power BI, with the right types.
//
// Excel: Data > Get Data > From Other Sources > Blank Query. Power BI: Get data > Blank query.
// Then Home > Advanced Editor: put this text in, set the path behind `let`, Done,
// Close & Load. "Refresh all" reads the file again, also while a series runs.
//
// For all files of a folder replace the line `Content` by
//     Content = Binary.Combine(Folder.Files("C:\Probes")[Content]),
// after which each file's header is a row of its own: the line `Rows` takes them out.
//
// Times are UTC (`DateTimeZone.ToLocal` makes them local), empty cells are null, and a column that
// the file lacks (`--columns`) is left out. A failed row has the time until the failure in the
// column of the phase that failed: filter Status = "OK" before you average.
// It reads the plain CSV, not that of `--csv-profile excel`, which needs no query.
let
    Path = "C:\Probes\probes.csv",
    Content = File.Contents(Path),
    Cells = Csv.Document(Content, [Delimiter = ",", Encoding = 65001, QuoteStyle = QuoteStyle.Csv]),
    Named = Table.PromoteHeaders(Cells, [PromoteAllScalars = true]),
    First = Table.ColumnNames(Named){0},
    Rows = Table.SelectRows(Named, each Record.Field(_, First) <> First),
    Wanted = {
        {"datetime", type datetimezone},
        {"remotehost", type text},
        {"remotename", type text},
        {"remoteip", type text},
        {"Port", Int64.Type},
        {"Status", type text},
        {"SslProtocol", type text},
        {"CipherAlgorithm", type text},
        {"HashAlgorithm", type text},
        {"KeyExchangeAlgorithm", type text},
        {"CN", type text},
        {"Subject", type text},
        {"NotAfter", type datetimezone},
        {"NotBefore", type datetimezone},
        {"Issuer", type text},
        {"Thumbprint", type text},
        {"SerialNumber", type text},
        {"SignatureAlgorithmFriendlyName", type text},
        {"dnstimems", Int64.Type},
        {"connecttimems", Int64.Type},
        {"tlstimems", Int64.Type},
        {"totaltimems", Int64.Type},
        {"run_id", type text},
        {"slot", Int64.Type},
        {"host", type text},
        {"label", type text},
        {"world", type text},
        {"tool_version", type text},
        {"transport", type text},
        {"region", type text},
        {"started_utc", type datetimezone},
        {"lag_us", Int64.Type},
        {"failed_phase", type text},
        {"cause", type text},
        {"detail", type text},
        {"dns_us", Int64.Type},
        {"proxy_us", Int64.Type},
        {"connect_us", Int64.Type},
        {"tls_us", Int64.Type},
        {"turn_us", Int64.Type},
        {"total_us", Int64.Type},
        {"resolver", type text},
        {"dns_chain", type text},
        {"dns_ttls", type text},
        {"dns_addresses", Int64.Type},
        {"dns_queries", Int64.Type},
        {"local_ip", type text},
        {"tcp_rtt_us", Int64.Type},
        {"tcp_rttvar_us", Int64.Type},
        {"tcp_min_rtt_us", Int64.Type},
        {"tcp_syn_retransmits", Int64.Type},
        {"tcp_mss", Int64.Type},
        {"tcp_wscale", Int64.Type},
        {"tcp_options", type text},
        {"bytes_sent", Int64.Type},
        {"bytes_received", Int64.Type},
        {"tls_version", type text},
        {"tls_cipher", type text},
        {"tls_group", type text},
        {"tls_alpn", type text},
        {"trust_public", type text},
        {"trust_os", type text},
        {"cert_key", type text},
        {"cert_sha256", type text},
        {"chain_length", Int64.Type},
        {"in_teams_range", type logical},
        {"turn_ask", type text},
        {"turn_reply", type text},
        {"turn_realm", type text},
        {"turn_software", type text},
        {"turn_attempts", Int64.Type},
        {"mapped_address", type text},
        {"alternate_server", type text},
        {"turn_ignored", Int64.Type},
        {"local_port", Int64.Type}
    },
    Types = List.Select(Wanted, each List.Contains(Table.ColumnNames(Rows), _{0})),
    Empty = Table.ReplaceValue(Rows, "", null, Replacer.ReplaceValue, Table.ColumnNames(Rows)),
    // 2021-02-12 13:46:01Z: DateTimeZone.FromText would take the zone of this computer where it
    // does not know the Z
    Utc = (text) =>
        if text = null then null
        else DateTime.AddZone(DateTime.FromText(Text.TrimEnd(text, "Z"), "en-US"), 0),
    Times = List.Select(Types, each Type.Is(_{1}, type datetimezone)),
    Dated = Table.TransformColumns(Empty, List.Transform(Times, each {_{0}, Utc, type datetimezone})),
    Others = List.Select(Types, each not Type.Is(_{1}, type datetimezone)),
    Typed = Table.TransformColumnTypes(Dated, Others, "en-US")
in
    Typed
