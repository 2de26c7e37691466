# What design and INTERFACES.md promise of the JSON, as a list of what is broken: every key
# with its type, and the sums, in whole microseconds of what is printed.
def us: . * 1e6 | round;
def instant_us:
  capture("^(?<s>[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2})\\.(?<u>[0-9]{6})Z$")
  | (.s + "Z" | fromdateiso8601) * 1000000 + (.u | tonumber);
def is_instant: type == "string" and test("^[0-9-]{10}T[0-9:]{8}\\.[0-9]{6}Z$");
def is_seconds: type == "number" and . >= 0 and ((. * 1e6) - us | fabs) < 0.01;
def is_ratio: type == "number" and . >= 0 and . <= 1;
def is_count: type == "number" and . >= 0 and . == floor;
def is_id: type == "string" and test("^[0-9a-f]{16}$");
def length_us: (.end | instant_us) - (.start | instant_us);
def near(a; b): (a - b | fabs) < 1e-12;
def order: . as $v | all(range(1; length); $v[. - 1] <= $v[.]);

# Of one type, with the words that are allowed; "?" before it: or null.
def fits($t):
  if $t[0:1] == "?" then . == null or fits($t[1:])
  elif $t == "instant" then is_instant
  elif $t == "seconds" then is_seconds
  elif $t == "ratio" then is_ratio
  elif $t == "count" then is_count
  elif $t == "id" then is_id
  elif $t == "boolean" or $t == "string" or $t == "array" or $t == "object" then
    type == $t
  else . as $v | $t | split("|") | index([$v]) != null
  end;

def keys_fit($where; $types):
  . as $o
  | $types | to_entries[]
  | .key as $k | .value as $t
  | if ($o | type) != "object" or ($o | has($k) | not) then "\($where): no \($k)"
    elif $o[$k] | fits($t) | not then "\($where).\($k): \($o[$k] | tojson), not \($t)"
    else empty
    end;

def must($ok; $what): if $ok then empty else $what end;

def ATTRIBUTION:
  "local|cpe|access|isp-core|upstream|isp-dns|target|saturation|undetermined";
def REASON:
  "collector-stopped|no-samples|no-target|clock|local-fault|disk-full|stated";

def envelope($schema):
  keys_fit("envelope"; {schema: $schema, generated: "instant", as_of: "instant",
    agent: "string", software: "string", journal: "object", rule: "object"}),
  (.journal | keys_fit("journal"; {first: "?instant", last: "?instant", root: "string"})),
  must(.agent | test("^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$"); "agent: no UUID"),
  must(.journal.root | test("^[0-9a-f]{64}$"); "journal.root: no hash"),
  must(.rule | length > 5; "rule: it is not printed");

def outage($where):
  keys_fit($where; {id: "id", start: "instant", end: "?instant", open: "boolean",
    clipped_s: "seconds", start_bound_s: "seconds", end_bound_s: "seconds",
    duration_s: "seconds", duration_min_s: "seconds", duration_max_s: "?seconds",
    down_s: "seconds", unknown_s: "seconds", holes: "array", extent: "total|partial",
    networks_failed: "count", networks_total: "count", replies_during: "count",
    attribution: ATTRIBUTION, confidence: "high|medium|low", counted: "boolean",
    not_counted_reason: "?string", incident: "?string", common_cause: "?string",
    evidence: "object"}),
  (.evidence | keys_fit("\($where).evidence"; {probes_lost: "count", rx_bytes: "count",
    deepest_answering: "?string", other_links_up: "array", other_links_down: "array"})),
  must(.open == (.end == null); "\($where): open, and an end"),
  must(.counted == (.not_counted_reason == null); "\($where): counted, and a reason"),
  must(.networks_failed <= .networks_total; "\($where): more failed than there are"),
  must(.open or (.duration_s | us) == length_us; "\($where): duration is not end less start"),
  must(.duration_min_s <= .duration_s; "\($where): duration_min_s above duration_s"),
  must(.duration_max_s == null or .duration_max_s >= .duration_s;
    "\($where): duration_max_s below duration_s"),
  must((.down_s | us) + (.unknown_s | us) + (.clipped_s | us) == (.duration_s | us);
    "\($where): down + unknown + clipped is not duration"),
  must([.holes[] | keys_fit("hole"; {start: "instant", end: "instant"})] == [];
    "\($where): a hole without edges"),
  must(.start as $s | .end as $e
    | all(.holes[]; .start >= $s and ($e == null or .end <= $e)); "\($where): a hole outside");

def link:
  . as $l | "\(.centre)/\(.link)" as $where
  | keys_fit($where; {centre: "string", link: "string", from: "instant", to: "instant",
      coverage: "?ratio", unknown_s: "seconds", down_s: "seconds", micro_s: "seconds",
      outages: "array", micro_outages: "array", degradations: "array", unknown: "array"}),
    (.outages[] | outage("\($where) \(.id)")),
    (.micro_outages[] | outage("\($where) micro \(.id)")),
    (.degradations[] | keys_fit("\($where) degradation"; {start: "instant",
      end: "?instant", attribution: ATTRIBUTION, probes: "array",
      kind: "loss|latency|jitter|dns|service|stall|icmp|ipv4|ipv6|throughput|saturation|target"})),
    (.unknown[] | keys_fit("\($where) unknown";
      {start: "instant", end: "instant", reason: REASON})),
    ((.to | instant_us) - (.from | instant_us)) as $period
    | ($l
      | must([.unknown[] | length_us] | add // 0 | . == ($l.unknown_s | us);
          "\($where): unknown_s is not the sum of its list"),
        must(all(.unknown[]; .start >= $l.from and .end <= $l.to and .start < .end);
          "\($where): unknown time outside the period"),
        must([.unknown[] | .start, .end] | order; "\($where): unknown time overlaps"),
        must([.outages[] | select(.counted) | .down_s | us] | add // 0
          | . == ($l.down_s | us); "\($where): down_s is not the sum of its outages"),
        must([.micro_outages[] | .down_s | us] | add // 0 | . == ($l.micro_s | us);
          "\($where): micro_s is not the sum of its list"),
        must([.outages[] | .start] | order; "\($where): outages out of order"),
        must([.outages[], .micro_outages[] | .id] | length == (unique | length);
          "\($where): an id stands twice"),
        must(.coverage == null or $period == 0
          or near(.coverage; 1 - (.unknown_s | us) / $period);
          "\($where): coverage is not measured / scheduled"),
        must((.down_s | us) + (.unknown_s | us) <= $period;
          "\($where): down and unknown are longer than the period"),
        must(all(.outages[], .micro_outages[]; .start < $l.to and (.end == null or .end > $l.from));
          "\($where): an outage outside the period"));

def outages: envelope("linkwitness/outages/1"), (.links[] | link);

def verdict:
  . as $v | "\(.centre)/\(.link)" as $where
  | keys_fit($where; {centre: "string", link: "string", contract: "?string",
      profile: "string", profile_params: "object", period: "object", scheduled_s: "seconds",
      excluded_s: "seconds", unknown_s: "seconds", down_s: "seconds", up_s: "seconds",
      coverage: "?ratio", intervals: "array", availability: "?object", target: "?ratio",
      verdict: "met|breached|arguable|not-proven|refused|pending|none", reasons: "array",
      outage_count: "count", longest_outage_s: "seconds", mttr_s: "?seconds",
      mtbf_s: "?seconds", credits: "array", deadlines: "array", claim_by: "?instant",
      readings: "?object"}),
    (.period | keys_fit("\($where).period";
      {from: "instant", to: "instant", kind: "string", complete: "boolean"})),
    (.intervals[] | keys_fit("\($where) interval"; {start: "instant", end: "instant",
      class: "excluded|unknown|down|up", reason: "?string", outage_id: "?id"})),
    (.credits[] | keys_fit("\($where) credit"; {clause: "string", rule: "string",
      amount: "?string", currency: "?string", reading: "customer|isp|point",
      outages: "array"})),
    (.credits[] | must(.amount == null or (.amount | test("^[0-9]+([.][0-9]{1,3})?$"));
      "\($where) credit: amount \(.amount) is no decimal")),
    (.credits[] | must(all(.outages[]; is_id); "\($where) credit: an outage without id")),
    (.deadlines[] | keys_fit("\($where) deadline"; {what: "ticket|claim|terminate",
      by: "instant", anchor: "outage-start|outage-end|ticket-closed|period-end",
      clause: "string"})),
    (.deadlines[] | select(.anchor == "outage-start" or .anchor == "outage-end")
      | must(.of as $o | any($v.outages[]; .id == $o);
          "\($where) deadline \(.by): of \(.of | tojson), which is no outage of it")),
    must([.deadlines[].by] | order; "\($where): deadlines out of order"),
    must(.claim_by == null or (.claim_by as $by | any(.deadlines[]; .what == "claim" and .by == $by));
      "\($where): claim_by is none of the deadlines"),
    # The clause by which the readings differ; null where they do not.
    (.readings | values | keys_fit("\($where).readings";
      {customer: "object", point: "object", isp: "object", difference: "?string"})),
    (.readings | values | to_entries[] | select(.value | type == "object") | .key as $r
      | .value
      | keys_fit("\($where).readings.\($r)"; {availability: "?ratio", down_s: "seconds",
          amount: "?string", currency: "?string"})),
    (.readings | values
      | must((.customer.availability // 0) <= (.isp.availability // 1);
          "\($where): the customer's reading is better than the ISP's"),
        must((.customer.amount // "0" | tonumber) >= (.isp.amount // "0" | tonumber);
          "\($where): the ISP's reading pays more than the customer's")),
    (.availability | values | keys_fit("\($where).availability";
      {lower: "ratio", point: "ratio", upper: "ratio"})),
    must((.scheduled_s | us) == ([.excluded_s, .unknown_s, .down_s, .up_s | us] | add);
      "\($where): scheduled is not excluded + unknown + down + up"),
    (("excluded", "unknown", "down", "up") as $c
      | must([.intervals[] | select(.class == $c) | length_us] | add // 0
          | . == ($v[$c + "_s"] | us); "\($where): \($c)_s is not the sum of its intervals")),
    must(.intervals as $i | all(range(1; $i | length); $i[. - 1].end == $i[.].start);
      "\($where): the intervals leave gaps"),
    must(.scheduled_s == 0 or .intervals[0].start == .period.from;
      "\($where): the intervals do not begin with the period"),
    must(.scheduled_s == 0 or (.period.complete | not) or .intervals[-1].end == .period.to;
      "\($where): the intervals do not end with the period"),
    must(all(.intervals[]; .start < .end); "\($where): an empty interval"),
    must(.period.from < .period.to; "\($where): an empty period"),
    must((.period.complete | not)
      or (.period.to | instant_us) - (.period.from | instant_us) == (.scheduled_s | us);
      "\($where): scheduled is not the period"),
    must(.coverage == null or .scheduled_s == .excluded_s
      or near(.coverage; ((.up_s | us) + (.down_s | us)) / ((.scheduled_s | us) - (.excluded_s | us)));
      "\($where): coverage is not (up + down) / (scheduled - excluded)"),
    must(.availability == null or near(.availability.point;
        (.up_s | us) / ((.up_s | us) + (.down_s | us)));
      "\($where): point is not up / (up + down)"),
    must(.availability == null or (.availability | [.lower, .point, .upper] | order);
      "\($where): lower, point and upper out of order"),
    must((.availability == null) == ((.up_s | us) + (.down_s | us) == 0);
      "\($where): availability of nothing, or none of something"),
    must((.outage_count == 0) == (.mttr_s == null); "\($where): mttr_s of no outage, or none"),
    must(.outage_count == 0 or (.mtbf_s | us) == ((.up_s | us) / .outage_count | floor);
      "\($where): mtbf_s is not up / outages"),
    must(.longest_outage_s <= .down_s; "\($where): longest_outage_s above down_s"),
    must(.verdict != "none" or .target == null; "\($where): target, and verdict none"),
    # A profile that probes this far apart cannot carry is refused, target or not.
    must(.target != null or .verdict == "none" or .verdict == "refused";
      "\($where): verdict \(.verdict) without a target"),
    must(.verdict != "refused" or (.reasons | length > 0); "\($where): refused for no reason"),
    must(.verdict != "arguable" or (.period.complete | not)
      or (.availability.point < .target and .target <= .availability.upper);
      "\($where): arguable, but not by its readings"),
    must(.verdict != "not-proven" or (.period.complete | not)
      or (.availability.lower < .target and .target <= .availability.point);
      "\($where): not proven, but not by its readings"),
    must(.verdict != "pending" or (.period.complete | not); "\($where): pending, but complete"),
    must(.verdict != "breached" or (.period.complete | not) or .availability.upper < .target;
      "\($where): breached, but upper reaches the target"),
    must(.verdict != "met" or .availability.lower >= .target;
      "\($where): met, but lower misses the target");

def sla: envelope("linkwitness/sla/1"), (.verdicts[] | verdict);

def status:
  envelope("linkwitness/status/1"),
  (.links[]
    | "\(.centre)/\(.link)" as $where
    | keys_fit($where; {centre: "string", link: "string", isp: "?string",
        state: "up|suspected|down|unknown", since: "?instant", coverage_today: "?ratio",
        today_from: "instant", down_today_s: "seconds", outages_today: "count",
        last_outage: "?object", looked_from: "instant", attribution: ("?" + ATTRIBUTION),
        networks_failing: "count", networks_total: "count", lost_in_a_row: "count",
        outage_needs: "count", samples: "array"}),
      (.last_outage | values | outage("\($where) last outage")),
      (.samples[] | keys_fit("\($where) sample"; {probe: "string", kind: "ping|tcp|dns|http",
        role: "internet|gateway|isp|reflector|throughput", time: "instant",
        outcome: "reply|lost|refused|not-sent|unsettled", rtt_s: "?seconds"})));

def stats:
  keys_fit("stats"; {samples: "count", blocks: "count", segments: "count", bytes: "count",
    first: "?instant", last: "?instant", by_outcome: "object", agent: "string",
    root: "string", exactness: "object"}),
  must(([.by_outcome[]] | add) == .samples; "samples is not the sum of by_outcome");

if .schema == "linkwitness/outages/1" then outages
elif .schema == "linkwitness/sla/1" then sla
elif .schema == "linkwitness/status/1" then status
elif .schema == "linkwitness/journal-stats/1" then stats
else "schema: \(.schema | tojson) is none"
end
