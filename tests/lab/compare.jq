# The truth against what was found, one row each: every injected outage exactly once, its
# edges inside the printed bounds, the attribution as claimed, and nothing besides.
def instant: if . == null then null else (.[0:19] + "Z" | fromdate) + ("0" + .[19:-1] | tonumber) end;
def clock: if . == null then "open" else
	(. % 86400 | floor) as $s | (. - floor) as $f |
	"\(($s / 3600 | floor) + 100 | tostring | .[1:]):\(($s / 60 | floor) % 60 + 100 | tostring | .[1:]):" +
	"\($s % 60 + 100 | tostring | .[1:]).\($f * 1000 | floor + 1000 | tostring | .[1:])" end;
def seconds: . * 1000 | round / 1000 | tostring;
def on($link): ($link == "all") or (.line | endswith("-" + $link)) or (.line == "-all");
def far($a; $b): $a - $b | fabs;

# What cuts a whole link off; the rest only troubles it.
def cuts: ["blackout", "cpe", "carrier", "targets", "interface"];
def slack: 0.02;	# the clock readings of the scripts, and of nothing else

$found[0].links as $links
| ($wan + $acts | sort_by(.from)) as $truth
| def outages($l): $links[] | select(.link == $l);
  def cut($l): [$truth[] | select(.what | IN(cuts[])) | select(on($l))];
  def wrong($said): [$said | select(. != null and . != "")] | join("; ");

  # One expected outage against its truth.
  def outage_row($e; $t):
	outages($e.link) as $f
	| ($t.to // infinite) as $to
	| [($f.outages + $f.micro_outages)[] | . + { from_s: (.start | instant), to_s: (.end | instant) }
	  | select(.from_s < $to + 2 and (.to_s // infinite) > $t.from - 2)] as $hits
	| $hits[0] as $o
	| ($o.start_bound_s + ($t.slop_s // 0) + slack) as $start_within
	| (($o.end_bound_s // 0) + ($t.end_slop_s // 0) + slack) as $end_within
	| [ if $t == null then "no fault of this link is left for it" else empty end,
	    if ($hits | length) != 1 then "found \($hits | length) times" else empty end,
	    if ($hits | length) > 0 then (
	      if $e.expect == "outage" and ([$f.outages[] | select(.id == $o.id)] | length) == 0
	        then "only a micro-outage" else empty end,
	      if far($o.from_s; $t.from) > $start_within then "start outside its bound" else empty end,
	      if ($e.marks | test("open")) then
	        if $o.open and $o.end == null then empty else "not open" end
	      elif $o.end == null then "has no end"
	      elif far($o.to_s; $t.to) > $end_within then "end outside its bound" else empty end,
	      if $o.start_bound_s > 1.3 or ($o.end_bound_s // 0) > 1.3 then "bound above 1.3 s" else empty end,
	      if $e.expect == "outage" and $o.attribution != $e.word
	        then "attribution \($o.attribution), not \($e.word)" else empty end,
	      if ($e.marks | test("hole")) != (($o.holes | length) > 0) then
	        "holes: \($o.holes | length)" else empty end,
	      if ($e.marks | test("not-counted")) == $o.counted then "counted: \($o.counted)" else empty end
	    ) else empty end ] as $bad
	| { link: $e.link, from: $t.from, to: (if $t.open == true then null else $t.to end),
	    from_s: $o.from_s, to_s: $o.to_s, start_bound_s: $o.start_bound_s, end_bound_s: $o.end_bound_s,
	    said: ($o.attribution // "-"), bad: $bad, id: $o.id };

  # A blip: what the rule that was printed makes of it; nothing where it is too short.
  def blip_rows($e; $cuts):
	outages($e.link) as $f
	| $cuts[] as $t
	| ([$f.outages[] | . + { class: "outage" }] + [$f.micro_outages[] | . + { class: "micro-outage" }]
	   | [.[] | . + { from_s: (.start | instant), to_s: (.end | instant) }
	     | select(.from_s < $t.to + 2 and .to_s > $t.from - 2)]) as $hits
	| $hits[0] as $o
	| { link: $e.link, from: $t.from, to: $t.to, from_s: $o.from_s, to_s: $o.to_s,
	    start_bound_s: $o.start_bound_s, end_bound_s: $o.end_bound_s, id: $o.id,
	    said: ($o.class // "loss"),
	    bad: [ if ($hits | length) > 1 then "found \($hits | length) times" else empty end,
	      if $e.word != "" and ($e.word | split("|") | index($o.class // "loss")) == null
	        then "\($o.class // "loss"), not \($e.word)" else empty end,
	      if $o != null and far($o.from_s; $t.from) > $o.start_bound_s + slack
	        then "start outside its bound" else empty end,
	      if $o != null and far($o.to_s; $t.to) > $o.end_bound_s + slack
	        then "end outside its bound" else empty end,
	      ($o.evidence.inputs // empty
	       | if $o.class == "outage" and .lost_in_a_row < .outage_needs
	           or $o.class == "micro-outage" and (.lost_in_a_row < .micro_needs or .lost_in_a_row >= .outage_needs)
	         then "a \($o.class) after \(.lost_in_a_row) lost, but the rule says \(.micro_needs) and \(.outage_needs)"
	         else empty end),
	      if $o.class != "outage" and $t.to - $t.from >= $f.shortest_certain_s + 0.1
	        then "not an outage, though \($f.shortest_certain_s) s are certain" else empty end ] };

  def degradation_row($e):
	outages($e.link) as $f
	| ([$truth[] | select(.what != "start" and .what != "total" and on($e.link))][0]
	   // { from: $t0, to: ($t0 + $length) }) as $t
	| ($e.marks | gsub("[^0-9.]"; "") | if . == "" then 20 else tonumber end) as $slack
	| [$f.degradations[] | select(.kind == $e.word)
	   | . + { from_s: (.start | instant), to_s: (.end | instant) }] as $hits
	| $hits[0] as $o
	| { link: $e.link, from: $t.from, to: $t.to, from_s: $o.from_s, to_s: $o.to_s,
	    said: (if $o then "\($e.word): \($o.attribution)" else "-" end),
	    bad: [ if ($hits | length) == 0 then "no degradation \($e.word)" else empty end,
	      if $o != null and (far($o.from_s; $t.from) > $slack or
	          ($t.to != null and $o.to_s != null and far($o.to_s; $t.to) > $slack))
	        then "more than \($slack) s off" else empty end ] };

  def unknown_row($e):
	([outages($e.link).unknown[] | select(.reason == $e.word)
	   | ((.end | instant) - (.start | instant))] | add // 0) as $s
	| ($e.marks | split(" ")[0] | tonumber) as $want
	| { link: $e.link, said: "unknown \($s | seconds) s (\($e.word))",
	    bad: [if far($s; $want) > 4 then "\($want) s expected" else empty end] };

  def samples_row($e):
	([$samples[] | select(.link == $e.link)][0]) as $s
	| { link: $e.link, said: "last reply \($s.reply // "never")",
	    bad: [if ($s.reply | instant // 0) < $t0 + $length - 6 then "measured no more" else empty end] };

  def loss_row($e):
	([$pings[] | select(.link == $e.link)][0]) as $p
	| ([outages($e.link).degradations[] | select(.kind == "loss") | .lost] | add // 0) as $lost
	| { link: $e.link, bad: [],
	    said: "pings: relay dropped \($p.dropped), journal lost \($p.lost); degradations count \($lost)" };

  # The path around the first outage: hops before, the last that answered during it, and
  # the same as before once it was over.
  def path_row($e):
	(outages($e.link).outages[0].path) as $p
	| ($e.marks | split(" ")[0] | tonumber) as $last
	| { link: $e.link,
	    said: "path of \($p.before.hops | length) hops, during it to \($p.last_answering_hop)",
	    bad: [ if ($p.before.hops | length) != ($e.word | tonumber) then "\($e.word) hops expected" else empty end,
	      if $p.before.reached | not then "it reached nothing before" else empty end,
	      if $p.last_answering_hop != $last then "to hop \($last) expected" else empty end,
	      if $p.during.hops != null and ([$p.during.hops[].address] != [$p.before.hops[:$last][].address])
	        then "other hops than before" else empty end,
	      if $p.before.isp_hop != 2 then "the ISP's first hop is not hop 2" else empty end,
	      if $p.same_after != true then "not the same afterwards" else empty end ] };

  # Pair the expected outages of a link with its cuts, in order.
  def outage_rows:
	[$expects[] | select(.expect == "outage")] as $all
	| [range($all | length)] | map(. as $i | $all[$i] as $e
	  | ([$all[:$i][] | select(.link == $e.link)] | length) as $k
	  | outage_row($e; cut($e.link)[$k]));

  (outage_rows
   + [$expects[] | select(.expect == "blip") | . as $e | blip_rows($e; cut($e.link))]
   + [$expects[] | select(.expect == "degradation") | degradation_row(.)]
   + [$expects[] | select(.expect == "unknown") | unknown_row(.)]
   + [$expects[] | select(.expect == "samples") | samples_row(.)]
   + [$expects[] | select(.expect == "path") | path_row(.)]
   + [$expects[] | select(.expect == "loss") | loss_row(.)]) as $rows

  # Nothing besides.
  | [ $links[] | .link as $l
      | ([$rows[] | select(.link == $l) | .id // empty]) as $ids
      | ((.outages[] | select(.id | IN($ids[]) | not)
          | "outage of \($l) invented at \(.start | instant | clock), \(.attribution)"),
         (.micro_outages[] | select(.id | IN($ids[]) | not)
          | "micro-outage of \($l) invented at \(.start | instant | clock)"),
         (if [$expects[] | select(.expect == "allow-degradations")] != [] then empty else
          .degradations[] | . as $d
          | select([$expects[] | select(.link == $l and
              (.expect == "degradation" and .word == $d.kind or .expect == "blip" and $d.kind == "loss"))] == [])
          | "degradation \($d.kind) of \($l) at \($d.start | instant | clock)" end),
         (if [$expects[] | select(.expect == "unknown" and .link == $l)] == [] and .coverage <= 0.99
          then "coverage of \($l) only \(.coverage)" else empty end)) ] as $besides
  | [ ($pings[] | select(.exact and (.lost > .dropped or .lost + .unsettled < .dropped))
	| "pings of \(.link): the relay dropped \(.dropped), the journal lost \(.lost)"),
      if ($links | length) == 0 then "no link in the answer" else empty end,
      if $status != "0" then "status \($status)" else empty end,
      if ([$expects[] | select(.expect == "complaint")] != [])
         and ($complaints | test("linkwitness.conf:[0-9]+:") | not)
        then "the daemon did not say what is wrong with its file" else empty end,
      ($complaints | split("\n")[] | select(test("Sanitizer|runtime error|watcher ended"))
	| "the daemon said: \(.)") ] as $general
  | ($besides + $general) as $all_bad
  | if ($rows | length) == 0 then
	[{ link: "", said: "\($links | map("\(.link): coverage \(.coverage)") | join(", "))", bad: [] }] else $rows end
  | . as $out
  | range($out | length) as $i | $out[$i]
  | (if $i == 0 then .bad + $all_bad else .bad end) as $bad
  | [ (if $i == 0 then $name else "" end), .link,
      (if .from then "\(.from | clock) \(.to | clock)" else "" end),
      (if .from_s then "\(.from_s | clock) \(.to_s | clock)" else "" end),
      (if .start_bound_s then "±\(.start_bound_s | seconds) ±\(.end_bound_s // 0 | seconds)" else "" end),
      .said, (if ($bad | length) == 0 then "ok" else "NOT OK: \($bad | join("; "))" end) ] | join(" | ")
