# Truth against measured, for people; a last line FAILED where it did not hold.
def instant: (.[0:19] + "Z" | fromdate) + ("0" + .[19:-1] | tonumber);
def clock: (. % 86400 | floor) as $s | (. - floor) as $f |
	"\(($s / 3600 | floor) + 100 | tostring | .[1:]):\(($s / 60 | floor) % 60 + 100 | tostring | .[1:]):" +
	"\($s % 60 + 100 | tostring | .[1:]).\($f * 1000 | floor + 1000 | tostring | .[1:])";
def bound: . * 1000 | round / 1000 | tostring | if test("\\.") then . else . + ".0" end;
def edge($what; $true; $found; $within):
	"  \($what)\($true | clock)    \($found | instant | clock)   ±\($within | bound) s   " +
	(if (($found | instant) - $true | fabs) <= $within then "inside" else "OUTSIDE" end);

[$truth[] | select(.what == "blackout")][0] as $t
| $found[0].links as $links
| [$links[].outages[]] as $all
| ([$links[] | select(.link == "fibre") | .outages[]][0]) as $o
| if $o == null then "  The outage was not found.", "FAILED" else
  "             truth (relay)   measured       bound",
  edge("start      "; $t.from; $o.start; $o.start_bound_s),
  edge("end        "; $t.to; $o.end; $o.end_bound_s),
  "  whose      access          \($o.attribution) (confidence \($o.confidence)); \($o.networks_failed) of \($o.networks_total) networks silent, \($o.evidence.probes_lost) probes lost",
  "  links      " + ($links | map("\(.link): \(.outages | length) outage\(if (.outages | length) == 1 then "" else "s" end), coverage \(.coverage * 10000 | floor / 100) %") | join("; ")),
  (if ($all | length) == 1 and $o.attribution == "access"
      and (($o.start | instant) - $t.from | fabs) <= $o.start_bound_s
      and (($o.end | instant) - $t.to | fabs) <= $o.end_bound_s
   then empty else "FAILED" end) end
