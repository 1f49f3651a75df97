# The questions that End2End-TCP's CSV answers, on turnprobe's. For Windows PowerShell 5.1, and PowerShell 7.
#
# Checked without a PowerShell, so never seen in a run: every command, parameter and operator is in Microsoft's
# reference of 5.1, a parser (tree-sitter-powershell) finds no error, and all of it is ASCII, which 5.1
# reads alike whatever the code page. A test of turnprobe's keeps to that.
#
# A failed row holds the time until the failure in the column of the phase that failed, and empty cells
# after it. An empty cell would count as 0 here, so every question about times begins with the rows that
# are OK; questions about failures begin with the others.

param([string]$Path = "probes.csv")

$all = Import-Csv -LiteralPath $Path -Encoding UTF8
$ok = $all | Where-Object Status -eq "OK"
$failed = $all | Where-Object Status -ne "OK"

# ten probes in a row, each another relay
$all | Select-Object -First 10 "datetime", "remotename", "remoteip", "connecttimems" | Format-Table

# distinct addresses, and how often each was met
$ok | Group-Object remoteip -NoElement | Sort-Object Count -Descending | Format-Table "Count", "Name"

# certificates; a row without one has an empty thumbprint
$all | Group-Object Thumbprint -NoElement | Format-Table "Count", "Name"

# connect time by region: count, minimum, average, maximum, standard deviation (of a sample: 5.1 has none of its own)
$ok | Group-Object region | ForEach-Object {
    $times = $_.Group | ForEach-Object { [double]$_.connecttimems }
    $stats = $times | Measure-Object -Minimum -Average -Maximum
    $squares = $times | ForEach-Object { [math]::Pow($_ - $stats.Average, 2) } | Measure-Object -Sum
    $deviation = $null
    if ($stats.Count -gt 1) { $deviation = [math]::Sqrt($squares.Sum / ($stats.Count - 1)) }
    [pscustomobject]@{
        region = $_.Name; Count = $stats.Count; Minimum = $stats.Minimum; Average = $stats.Average
        Maximum = $stats.Maximum; StandardDeviation = $deviation
    }
} | Format-Table

# connects over a second, and whether a SYN was lost: the kernel says so (empty where it does not)
$ok | Where-Object { [int]$_.connecttimems -gt 1000 } |
    Format-Table "datetime", "region", "remoteip", "connecttimems", "tcp_syn_retransmits"

# failures by cause
$failed | Group-Object cause -NoElement | Sort-Object Count -Descending | Format-Table "Count", "Name"

# failures by hour of the day (UTC)
$failed | Group-Object { $_.datetime.Substring(11, 2) } -NoElement | Sort-Object Name | Format-Table
