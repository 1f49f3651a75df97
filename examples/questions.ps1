# The questions that End2End-TCP's CSV answers, on turnprobe's. Windows PowerShell 5.1 and PowerShell 7.
#
# A failed row holds the time until the failure in the column of the phase that failed, and empty cells
# after it. Measure-Object takes an empty cell for an error, so every question about times begins with
# the rows that are OK; questions about failures begin with the others.

param([string]$Path = "probes.csv")

$all = Import-Csv $Path
$ok = $all | Where-Object Status -eq "OK"
$failed = $all | Where-Object Status -ne "OK"

# ten probes in a row, each another relay
$all | Select-Object -First 10 datetime, remotename, remoteip, connecttimems | Format-Table

# distinct addresses, and how often each was met
$ok | Group-Object remoteip -NoElement | Sort-Object Count -Descending | Format-Table Count, Name

# certificates; a row without one has an empty thumbprint
$all | Group-Object Thumbprint -NoElement | Format-Table Count, Name

# connect time by region: count, minimum, average, maximum, standard deviation
# (-AllStats needs PowerShell 7; 5.1 takes -Minimum -Maximum -Average)
$ok | Group-Object region | ForEach-Object {
    $stats = $_.Group | Measure-Object connecttimems -AllStats
    [pscustomobject]@{
        region = $_.Name; Count = $stats.Count; Minimum = $stats.Minimum; Average = $stats.Average
        Maximum = $stats.Maximum; StandardDeviation = $stats.StandardDeviation
    }
} | Format-Table

# connects over a second, and whether a SYN was lost: the kernel says so (empty where it does not)
$ok | Where-Object { [int]$_.connecttimems -gt 1000 } |
    Format-Table datetime, region, remoteip, connecttimems, tcp_syn_retransmits

# failures by cause
$failed | Group-Object cause -NoElement | Sort-Object Count -Descending | Format-Table Count, Name

# failures by hour of the day (UTC)
$failed | Group-Object { $_.datetime.Substring(11, 2) } -NoElement | Sort-Object Name | Format-Table
