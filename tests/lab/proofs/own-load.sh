#!/bin/bash
# A throughput test's connections and bytes are told apart from the customers': connections
# made behind the link while tests run are counted, and no test among them; what the tests
# carried is own, nearly all there was; and each test is proven to have left by its link.
# A test whose source's route leads out by the other link says so. A good minute long, for each
# test is made once in a minute.
[ -n "${LW_LONG:-}" ] || { echo "own-load: skipped, it takes 75 s: LW_LONG=1"; exit 77; }
set -u
. "$(dirname "$0")/../proof.sh"
MADE=12

network() {
	local n
	for n in 0 1; do
		far_link e$n 10.9.$n
		# Segments as they would be on a line: both ends count the same.
		ip link set e$n gso_max_segs 1
		ip -n far link set e$n gso_max_segs 1
		ip rule add from 10.9.$n.2 table 10$n
		# Of link b, known by its source alone, what is sent leaves by a's interface.
		ip route add default via 10.9.0.1 dev e0 table 10$n
	done
	ip route add default via 10.9.0.1
	ip netns add client
	ip link add lan type veth peer name eth0 netns client
	ip addr add 10.8.0.1/24 dev lan
	ip link set lan up
	ip -n client addr add 10.8.0.2/24 dev eth0
	ip -n client link set eth0 up
	ip -n client route add default via 10.8.0.1
	ip -n far route add 10.8.0.0/24 via 10.9.0.2
	ip -n far addr add 198.18.7.1/32 dev lo
	echo 1 >/proc/sys/net/ipv4/ip_forward
	for n in all default e0 e1; do
		echo 0 >/proc/sys/net/ipv4/conf/$n/rp_filter
		nsenter --net=/run/netns/far sh -c "echo 0 >/proc/sys/net/ipv4/conf/$n/rp_filter
			echo 1 >/proc/sys/net/ipv4/conf/$n/arp_ignore"
	done
	far_server
}

connect() { # N: as a customer, one after another
	local i
	for i in $(seq "$1"); do
		timeout 0.5 nsenter --net=/run/netns/client bash -c "exec 3<>/dev/tcp/198.18.7.1/80" 2>/dev/null
		sleep 0.4
	done
}

measure() {
	local bad=0 tests flagged astray told rx tx own_rx own_tx
	network
	cat >"$dir/conf" <<-END
		data-dir = "$dir/data"
		clock = trusted
		user = "root"
		centre k {
			link a { interface = e0 gateway = none
				ping one { address = 198.18.7.1 every = 1s network = one }
				http down { url = "http://198.18.7.1/big" every = 1min max-bytes = 40000000 streams = 4 }
				http up { url = "http://198.18.7.1/drain" direction = up every = 1min max-bytes = 20000000 }
				http more { url = "http://198.18.7.1/big" every = 1min max-bytes = 30000000 }
			}
			link b { source = 10.9.1.2 gateway = none
				ping one { address = 198.18.7.1 every = 1s network = one }
				http down { url = "http://198.18.7.1/big" every = 1min max-bytes = 2000000 }
				http more { url = "http://198.18.7.1/big" every = 1min max-bytes = 2000000 }
			}
		}
	END
	"$LW_BUILD/linkwitness" -c "$dir/conf" check-config >"$dir/check" || { cat "$dir/check"; return 1; }
	start_daemon
	sleep 3
	connect $MADE
	sleep 66
	stop_daemon || return 1
	kill "$nginx"
	stats || return 1
	cat "$dir/err"
	of_stats .customers
	lw journal dump --csv | awk -F,  'NR == 1 { for (i = 1; i <= NF; i++) c[$i] = i; next }
		$c["kind"] == "http" { print >"/dev/stderr" }
		$c["kind"] == "http" && $c["outcome"] == "reply" {
			if ($c["link"] == "b" ) { astray++; told += $c["flags"] ~ /egress-wrong/ }
			else { tests++; flagged += $c["flags"] ~ /egress/ }
		}
		END { print tests + 0, flagged + 0, astray + 0, told + 0 }' >"$dir/sums" 2>"$dir/tests"
	cat "$dir/tests"
	read -r tests flagged astray told <"$dir/sums"
	rx=$(of_stats .customers.rx_bytes) tx=$(of_stats .customers.tx_bytes)
	own_rx=$(of_stats .customers.own_rx_bytes) own_tx=$(of_stats .customers.own_tx_bytes)
	claim "tests are there" "$tests" -ge 2
	claim "each is proven" "$flagged" -eq 0
	claim "tests by the other link are there" "$astray" -ge 1
	claim "each says so" "$told" -eq "$astray"
	claim "the customers' connections are the customers'" "$(of_stats .customers.attempted)" -eq $MADE
	claim "all answered" "$(of_stats .customers.answered)" -eq $MADE
	claim "own bytes are nearly all that came" $((own_rx * 100)) -ge $((rx * 96))
	claim "and that left" $((own_tx * 100)) -ge $((tx * 90))
	claim "but no more than there were" $((own_rx <= rx && own_tx <= tx)) -eq 1
	echo "own load: $tests tests, all proven; $astray by the other link, $told told;" \
		"$MADE connections of customers, $(of_stats .customers.attempted) counted;" \
		"own $own_rx of $rx bytes in, $own_tx of $tx out"
	return $bad
}

proof 120 nginx
