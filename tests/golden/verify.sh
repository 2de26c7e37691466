#!/bin/sh
# What makes a dossier worth sending: the annex, the manifest, the signature, the time stamp;
# and that whatever is changed afterwards is caught, by name. Ends with "N hold, N broken".
# shellcheck disable=SC2154
. "$(dirname "$0")/golden.sh"
needs qpdf pdfdetach pdftotext pdftoppm zbarimg openssl jq cmp
. "$(dirname "$0")/history.sh"

# is WHAT COMMAND…: it succeeds.
is()
{
	what=$1
	shift
	if "$@" >"$dir/out" 2>&1; then held; else wrong "$what: $(head -c 300 "$dir/out")"; fi
}

history 2 60 3456000 "86400-88200 900000-903600 2000000-2000600" "3000000-3010000" \
	>"$dir/fibre.csv"
take line samples <"$dir/fibre.csv"
take line samples lte <"$dir/fibre.csv"
cat >"$dir/line.conf" <<END
data-dir = "$dir/line"
notify desk { webhook = "https://hooks.example/secret" }
centre victoria {
    name = "Victoria Business Centre"
    timezone = "Europe/London"
    link fibre {
        interface = "eth1"  isp = "An ISP"  contract = "fibre-2025"
        ping one { address = "192.0.2.1" }
    }
    link lte {
        interface = "wwan0"  isp = "Another ISP"  contract = "lte-2025"
        ping one { address = "192.0.2.1" }
    }
}
contract fibre-2025 {
    reference = "Order 1"  availability = "99.9%"  period = month
    currency = GBP  monthly-charge = "450.00"
    credit availability { rule = availability  tiers = "99.9% 5%, 99.5% 10%, 99.0% 20%" }
}
contract lte-2025 { reference = "Order 2"  availability = "99.0%"  period = month }
END
"$lw" -c "$dir/line.conf" ticket open INC-7 --link fibre --at 2025-11-05T10:20:00Z \
	--said "no light" >/dev/null 2>&1 || wrong "ticket"

# report KIND NAME ARGUMENT…
report()
{
	kind=$1 name=$2
	shift 2
	"$lw" -c "$dir/line.conf" report "$kind" -o "$dir/$name.pdf" "$@" >"$dir/out" 2>&1 ||
		wrong "report $kind: $(cat "$dir/out")"
}

# fails WORDS NAME ARGUMENT…: verify ends with 1 and one line on standard error, and says a
# line that FAILS with these words.
fails()
{
	words=$1 name=$2
	shift 2
	"$lw" verify "$dir/$name" "$@" >"$dir/said" 2>"$dir/err"
	status=$?
	if [ $status = 1 ] && [ "$(wc -l <"$dir/err")" = 1 ] &&
		grep -q "^linkwitness: .*it does not hold" "$dir/err" &&
		grep "^FAILS" "$dir/said" | grep -qF -- "$words"; then
		held
	else
		wrong "verify $name: status $status, no \"$words\": $(cat "$dir/err"; grep ^FAILS "$dir/said")"
	fi
}

# holds NAME ARGUMENT…
holds()
{
	file=$1
	shift
	if "$lw" verify "$dir/$file" "$@" >"$dir/said" 2>"$dir/err" && [ ! -s "$dir/err" ] &&
		! grep -q ^FAILS "$dir/said"; then
		held
	else
		wrong "verify $file: $(cat "$dir/err"; grep ^FAILS "$dir/said")"
	fi
}

## Keys.
is "keygen" "$lw" keygen "$dir/keys" --name "Example Support Ltd"
is "keygen" "$lw" keygen "$dir/other" --name "Somebody Else"
[ "$(stat -c %a "$dir/keys/signing.key")" = 600 ] || wrong "the key's mode"
cp "$dir/keys/signing.key" "$dir/key.was"
"$lw" keygen "$dir/keys" --name again >"$dir/out" 2>&1 && wrong "keygen over a key"
cmp -s "$dir/keys/signing.key" "$dir/key.was" && held || wrong "a key was overwritten"

## The annex and the manifest, of every kind of document; the same again elsewhere.
report dossier d --link fibre --from 2025-11 --to 2025-11 --png "$dir/png" --xlsx "$dir/d.xlsx" \
	--sign "$dir/keys/signing.key"
report sla s --link fibre --from 2025-11 --to 2025-11 --language de --paper letter --csv "$dir/tables"
report compare c --link fibre --link lte --language fr
report migration m --from-link fibre --to-link lte
for name in d s c m; do
	is "$name: qpdf" qpdf --check "$dir/$name.pdf"
	for file in results.json incidents.csv records.json roots.txt configuration.txt; do
		pdfdetach -list "$dir/$name.pdf" | grep -qF ": $file" && held ||
			wrong "$name: $file is not inside"
	done
	holds $name.pdf --journal "$dir/line"
	grep -q "^holds  judged again" "$dir/said" && held || wrong "$name: not judged again"
	holds $name.manifest.json
done
qpdf --json=latest "$dir/d.pdf" | grep -q '"/AFRelationship": "/Data"' && held ||
	wrong "no /AFRelationship"
mkdir -p "$dir/in" "$dir/again"
pdfdetach -saveall -o "$dir/in" "$dir/d.pdf"
root=$(sha256sum <"$dir/in/roots.txt" | cut -d' ' -f1)
[ "$root" = "$(jq -r .data_root "$dir/d.manifest.json")" ] && held || wrong "the data root"
grep -q hooks "$dir/in/configuration.txt" && wrong "a secret of the configuration is told"
grep -q lte "$dir/in/configuration.txt" && wrong "another ISP's link is told"
"$lw" --data "$dir/line" -c "$dir/line.conf" outages --link fibre --from 2025-11 --to 2025-11 \
	--csv >"$dir/outages.csv"
is "incidents.csv is outages --csv" cmp "$dir/outages.csv" "$dir/in/incidents.csv"
(
	cd "$dir/again" || exit 1
	TZ=Asia/Tokyo LC_ALL=C "$lw" -c "$dir/line.conf" report dossier --link fibre \
		--from 2025-11 --to 2025-11 --png png --xlsx d.xlsx -o d.pdf \
		--sign "$dir/keys/signing.key" 2>&1
) || wrong "again"
for file in d.pdf d.xlsx d.manifest.json; do
	is "$file twice" cmp "$dir/$file" "$dir/again/$file"
done
is "openssl takes the signature" openssl cms -verify -binary -inform DER \
	-in "$dir/d.manifest.json.p7s" -content "$dir/d.manifest.json" \
	-CAfile "$dir/keys/signing.crt" -out /dev/null
holds d.pdf --certificate "$dir/keys/signing.crt"
# The page that says how: the root in letters and as a code, the signer, every hash.
last=$(pdfinfo "$dir/d.pdf" | awk '$1 == "Pages:" { print $2 }')
pdftotext -f "$last" "$dir/d.pdf" - | tr -d ' \n' >"$dir/page"
for text in "$root" "$(jq -r .id "$dir/d.manifest.json")" "ExampleSupportLtd" \
	$(jq -r '.signer.certificate_sha256, (.parts[] | select(.kind == "attachment") | .sha256)' \
		"$dir/d.manifest.json"); do
	grep -qF "$text" "$dir/page" && held || wrong "the last page has no $text"
done
pdftoppm -r 150 -f "$last" -png "$dir/d.pdf" "$dir/code"
zbarimg -q --raw "$dir"/code-*.png 2>/dev/null | grep -qF "$root" && held ||
	wrong "the code does not read: $(zbarimg -q --raw "$dir"/code-*.png 2>&1)"
# small: by a scan of 200 dpi
pdftoppm -r 200 -l 1 -png "$dir/d.pdf" "$dir/first"
zbarimg -q --raw "$dir"/first-*.png 2>/dev/null | grep -qF "$root" && held ||
	wrong "the first page's code does not read: $(zbarimg -q --raw "$dir"/first-*.png 2>&1)"
cp "$dir/d.pdf" "$dir/renamed.pdf"
cp "$dir/d.manifest.json" "$dir/renamed.manifest.json"
cp "$dir/d.manifest.json.p7s" "$dir/renamed.manifest.json.p7s"
holds renamed.pdf

## Roots to give away beforehand, and whether a later dossier rests on them.
"$lw" --data "$dir/line" journal roots >"$dir/roots" || wrong "journal roots"
is "roots hold" "$lw" --data "$dir/line" journal verify "$dir/roots"
is "those of a dossier too" "$lw" --data "$dir/line" journal verify "$dir/in/roots.txt"
awk '/begun/ { $4 = (substr($4, 1, 1) == "0" ? "1" : "0") substr($4, 2) } { print }' \
	"$dir/roots" >"$dir/roots.bad"
"$lw" --data "$dir/line" journal verify "$dir/roots.bad" >"$dir/out" 2>"$dir/err" &&
	wrong "a root that never was holds"
grep -q "its root was another one" "$dir/out" && held || wrong "$(cat "$dir/out")"
"$lw" --data "$dir/line" journal roots --json --day "$(date -u +%F)" >"$dir/roots.json" &&
	jq -e '.schema == "linkwitness/roots/1" and (.segments | length) > 0
		and (.segments[0].root | length) == 64' "$dir/roots.json" >/dev/null && held ||
	wrong "journal roots --json: $(cat "$dir/roots.json")"
"$lw" --data "$dir/line" journal roots --day 2001-01-01 >"$dir/out" 2>"$dir/err"
[ $? = 1 ] && [ "$(wc -l <"$dir/err")" = 1 ] && held || wrong "roots of a day without any"

## What is left out is nowhere, and the rest can still be judged again.
"$lw" -c "$dir/line.conf" note add --link fibre "Mrs Jones was there" >"$dir/out" 2>&1 ||
	wrong "note: $(cat "$dir/out")"
report dossier r --link fibre --from 2025-11 --to 2025-11 --redact names,addresses,hops \
	--png "$dir/rpng" --xlsx "$dir/r.xlsx"
mkdir -p "$dir/rin"
pdfdetach -saveall -o "$dir/rin" "$dir/r.pdf"
pdftotext "$dir/r.pdf" "$dir/rin/text"
for word in "192\.0\.2" "no light" "Mrs Jones" "Victoria Business"; do
	grep -rq "$word" "$dir/rin" "$dir/r.manifest.json" && wrong "$word is told" || held
done
grep -q "target 1" "$dir/rin/text" && held || wrong "no target is told apart"
jq -e '.redacted == ["addresses", "names", "hops"]' "$dir/rin/results.json" >/dev/null && held ||
	wrong "what was left out is not listed"
tr '\n' ' ' <"$dir/rin/text" | grep -q "Left out of this document: addresses,names,hops" && held ||
	wrong "what was left out is not printed"
[ "$(jq -r .data_root "$dir/r.manifest.json")" = "$root" ] && held || wrong "the root is another"
holds r.pdf --journal "$dir/line"
"$lw" -c "$dir/line.conf" report dossier -o "$dir/x.pdf" --redact everything >"$dir/out" 2>&1
[ $? = 2 ] && [ "$(wc -l <"$dir/out")" = 1 ] && held || wrong "--redact everything"
echo 'redact = "hops,names"' | cat "$dir/line.conf" - >"$dir/redact.conf"
"$lw" -c "$dir/redact.conf" report sla --link fibre --from 2025-11 --to 2025-11 \
	-o "$dir/p.pdf" >"$dir/out" 2>&1 || wrong "redact: $(cat "$dir/out")"
[ "$(jq -r .redacted "$dir/p.manifest.json")" = names,hops ] && held || wrong "redact: unheard"

## Keys that are none.
"$lw" -c "$dir/line.conf" report sla --link fibre -o "$dir/x.pdf" --sign "$dir/none.key" \
	>"$dir/out" 2>&1
[ $? = 1 ] && [ "$(wc -l <"$dir/out")" = 1 ] && held || wrong "no key: $(cat "$dir/out")"
cp "$dir/keys/signing.key" "$dir/open.key"
cp "$dir/keys/signing.crt" "$dir/open.crt"
chmod 644 "$dir/open.key"
"$lw" -c "$dir/line.conf" report sla --link fibre -o "$dir/x.pdf" --sign "$dir/open.key" \
	>"$dir/out" 2>&1
grep -q "chmod 600" "$dir/out" && held || wrong "a key for all: $(cat "$dir/out")"
chmod 600 "$dir/open.key"
cp "$dir/other/signing.crt" "$dir/open.crt"
"$lw" -c "$dir/line.conf" report sla --link fibre -o "$dir/x.pdf" --sign "$dir/open.key" \
	>"$dir/out" 2>&1
grep -q "it is not the certificate of" "$dir/out" && held || wrong "two keys: $(cat "$dir/out")"

## What was changed afterwards.
# flip FILE AT: one bit of it.
flip()
{
	byte=$(od -An -tu1 -j "$2" -N 1 "$1" | tr -d ' ')
	# shellcheck disable=SC2059
	printf "\\$(printf %03o $((byte ^ 1)))" |
		dd of="$1" bs=1 seek="$2" conv=notrunc status=none
}

# fresh: a copy to change, as t.
fresh()
{
	for end in pdf manifest.json manifest.json.p7s; do
		sed 's/XX/XX/' "$dir/d.$end" >"$dir/t.$end" 2>/dev/null
		cp "$dir/d.$end" "$dir/t.$end"
	done
}

for at in 100 20000 60000; do
	fresh
	flip "$dir/t.pdf" $at
	fails "its SHA-256 is" t.pdf
done
fresh
flip "$dir/t.manifest.json.p7s" 400
fails "" t.pdf
fresh
sed -i 's/"data_root": "./&0/; s/\("data_root": ".\)0\(.*\)."/\10\2"/' "$dir/t.manifest.json"
fails "data root" t.pdf
fresh
sed -i 's/"as_of": "2025/"as_of": "2024/' "$dir/t.manifest.json"
fails "the signature does not hold" t.pdf
fresh
rm "$dir/t.manifest.json.p7s"
fails "t.manifest.json.p7s" t.pdf
fresh
rm "$dir/t.manifest.json"
fails "t.manifest.json" t.pdf
fresh
fails "not the one of" t.pdf --certificate "$dir/other/signing.crt"
flip "$dir/png/page-001.png" 3000
fails "png/page-001.png" d.pdf
flip "$dir/png/page-001.png" 3000
flip "$dir/d.xlsx" 3000
fails "d.xlsx" d.pdf
flip "$dir/d.xlsx" 3000
holds d.pdf

# forge FILE SED: the attachment changed, and the manifest made anew to fit, unsigned.
forge()
{
	fresh
	rm -f "$dir/t.manifest.json.p7s"
	sed "$2" "$dir/in/$1" >"$dir/forged"
	cmp -s "$dir/forged" "$dir/in/$1" && wrong "nothing was changed by $2"
	qpdf "$dir/d.pdf" --remove-attachment="$1" -- "$dir/t1.pdf"
	qpdf "$dir/t1.pdf" --add-attachment "$dir/forged" --key="$1" --filename="$1" -- \
		"$dir/t.pdf"
	jq -S --indent 1 --arg name "$1" --arg sha "$(sha256sum <"$dir/forged" | cut -d' ' -f1)" \
		--argjson n "$(wc -c <"$dir/forged")" \
		--arg psha "$(sha256sum <"$dir/t.pdf" | cut -d' ' -f1)" \
		--argjson pn "$(wc -c <"$dir/t.pdf")" '
		.signer = null
		| .parts |= map(if .name == $name then .sha256 = $sha | .bytes = $n
			elif .kind == "document" then .sha256 = $psha | .bytes = $pn | .name = "t.pdf"
			else . end)
		| .parts |= map(select(.kind == "document" or .kind == "attachment"))' \
		"$dir/d.manifest.json" >"$dir/t.manifest.json"
}

forge incidents.csv 2d
fails "which is not what outage" t.pdf
forge incidents.csv '$d'
fails "it ends before outage" t.pdf
forge incidents.csv 's/total/partial/'
fails "extent is \"partial\"" t.pdf
forge roots.txt 's/ 00000001 / 00000002 /'
fails "data root" t.pdf
forge records.json 's/INC-7/INC-8/'
fails "judged again" t.pdf --journal "$dir/line"
forge configuration.txt 's/99\.9%"$/99.0%"/'
fails "judged again" t.pdf --journal "$dir/line"
start=$(jq -r '.outages.links[0].outages[0].start' "$dir/in/results.json")
end=$(jq -r '.outages.links[0].outages[0].end' "$dir/in/results.json")
forge results.json "s/$start/X/; s/$end/$start/; s/X/$end/"
fails "ends before it starts" t.pdf
forge results.json "s/\"start\": \"$start\"/\"start\": \"2025-11-20T00:00:00.000000Z\"/"
fails "victoria/fibre" t.pdf
down=$(jq '.outages.links[0].down_s' "$dir/in/results.json")
forge results.json "s/^\(   *\)\"down_s\": $down/\1\"down_s\": 9139.998646/"
fails "down_s is not the sum" t.pdf
forge results.json 's/"point": 0\.998/"point": 0.997/'
fails "availability is not up / (up + down)" t.pdf
forge results.json 's/"coverage": 0\.996/"coverage": 0.999/'
fails "coverage is not" t.pdf
forge results.json 's/"verdict": "breached"/"verdict": "met"/'
fails "met, but the lower bound misses the target" t.pdf
forge results.json 's/"lost": 140/"lost": 141/'
fails "loss" t.pdf
forge results.json 's/"outage_count": 2/"outage_count": 3/'
fails "outage_count" t.pdf
forge results.json 's/"amount": "22.50"/"amount": "82.50"/'
fails "judged again" t.pdf --journal "$dir/line"
forge results.json 's/"class": "unknown"/"class": "up"/'
fails "is not the sum of its intervals" t.pdf
forge results.json 's/^ "agent"/ "agenT"/'
fails "its id" t.pdf
fresh
qpdf "$dir/d.pdf" --remove-attachment=incidents.csv -- "$dir/t.pdf"
fails "it is not inside of the document" t.pdf
fresh
echo more >"$dir/more.txt"
qpdf "$dir/d.pdf" --add-attachment "$dir/more.txt" -- "$dir/t.pdf"
fails "and not in the manifest" t.pdf
fresh
jq -S --indent 1 '.parts[0].name = "../d.pdf"' "$dir/d.manifest.json" >"$dir/t.manifest.json"
fails "does not lie beside it" t.pdf

## The journal that it was made from, another one, a damaged one.
cp -r "$dir/line" "$dir/damaged"
flip "$dir/damaged/journal/00000001.lwj" 5000
fails "journal" d.pdf --journal "$dir/damaged"
take elsewhere samples <"$dir/fibre.csv"
fails "another agent's" d.pdf --journal "$dir/elsewhere"
history 2 60 3456000 "86400-88200 900060-903600" "" >"$dir/prettier.csv"
take prettier samples <"$dir/prettier.csv"
fails "another agent's" d.pdf --journal "$dir/prettier"
fails "no journal there" d.pdf --journal "$dir/in"
# What is written later changes nothing.
cp -r "$dir/line" "$dir/grown"
awk -F, 'BEGIN { OFS = "," } NR > 1 { split($1, t, "."); $1 = 1766000000 + t[1] - 1761436800 "." t[2] }
	{ print }' "$dir/fibre.csv" | head -200 | take grown samples
holds d.pdf --journal "$dir/grown"

## Anything at all: a line, and no more.
head -c 4096 /dev/urandom >"$dir/noise"
for what in noise line.conf out.none png/page-001.png in/results.json; do
	fresh
	[ -e "$dir/$what" ] || : >"$dir/$what"
	cp "$dir/$what" "$dir/t.pdf"
	fails "" t.pdf
	fresh
	cp "$dir/$what" "$dir/t.manifest.json"
	fails "manifest" t.pdf
	fails "manifest" t.manifest.json
	fresh
	cp "$dir/$what" "$dir/t.manifest.json.p7s"
	fails "it is no CMS signature" t.pdf
	fresh
	cp "$dir/$what" "$dir/t.manifest.json.tsr"
	fails "it is no time stamp response" t.pdf
	rm "$dir/t.manifest.json.tsr"
done
awk 'BEGIN { for (i = 0; i < 200000; i++) printf "[" }' >"$dir/t.manifest.json"
fails "manifest" t.pdf
fails "manifest" nowhere.pdf
for n in 10 1000 20000 80000; do
	fresh
	head -c $n "$dir/d.pdf" >"$dir/t.pdf"
	fails "" t.pdf
done

## An authority of time stamps, on loopback; and those that give none.
mkdir -p "$dir/tsa"
cat >"$dir/tsa/tsa.cnf" <<END
[tsa]
default_tsa = one
[one]
dir = .
serial = ./serial
signer_cert = ./tsa.crt
signer_key = ./tsa.key
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256
accuracy = secs:1
ess_cert_id_alg = sha256
[req]
distinguished_name = dn
x509_extensions = ext
prompt = no
[dn]
CN = Stamps of a Test
[ext]
basicConstraints = critical,CA:FALSE
keyUsage = critical,digitalSignature
extendedKeyUsage = critical,timeStamping
END
echo 01 >"$dir/tsa/serial"
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 30 \
	-config "$dir/tsa/tsa.cnf" -keyout "$dir/tsa/tsa.key" -out "$dir/tsa/tsa.crt" \
	>"$dir/out" 2>&1 || wrong "a certificate of the authority: $(cat "$dir/out")"

# stamped WORD: a dossier with an authority that answers so.
stamped()
{
	rm -f "$dir/port"
	"$LW_BUILD/tests/golden/made_authority" "$dir/tsa" "$1" >"$dir/port" 2>"$dir/tsa/err" &
	authority=$!
	tries=0
	while [ ! -s "$dir/port" ] 2>/dev/null && [ $tries -lt 50 ]; do
		sleep 0.1
		tries=$((tries + 1))
	done
	{
		cat "$dir/line.conf"
		echo "timestamp-authority = \"http://127.0.0.1:$(cat "$dir/port")/\""
		echo "sign-key = \"$dir/keys/signing.key\" sign-certificate = \"$dir/keys/signing.crt\""
	} >"$dir/stamp.conf"
	"$lw" -c "$dir/stamp.conf" report dossier --link fibre --from 2025-11 --to 2025-11 \
		-o "$dir/z.pdf" >"$dir/out" 2>"$dir/err"
	status=$?
	kill $authority 2>/dev/null
	wait $authority 2>/dev/null
	return $status
}
stamped good || wrong "a stamp: $(cat "$dir/err" "$dir/tsa/err")"
is "openssl takes the stamp" openssl ts -verify -in "$dir/z.manifest.json.tsr" \
	-data "$dir/z.manifest.json" -CAfile "$dir/tsa/tsa.crt"
holds z.pdf
grep -q '^holds  time stamp .* by "Stamps of a Test"' "$dir/said" && held ||
	wrong "the stamp is not told: $(grep stamp "$dir/said")"
cp "$dir/z.manifest.json.tsr" "$dir/tsa/stale.tsr"
cp "$dir/z.manifest.json.tsr" "$dir/d.manifest.json.tsr"
fails "it does not stamp this manifest" d.pdf
rm "$dir/d.manifest.json.tsr"
for at in 300 500; do
	flip "$dir/z.manifest.json.tsr" $at
	fails "time stamp" z.pdf
	flip "$dir/z.manifest.json.tsr" $at
done
for word in refuse garbage stale; do
	stamped $word && wrong "$word: it succeeded"
	[ "$(wc -l <"$dir/err")" = 1 ] && grep -q "stays without a time stamp" "$dir/err" && held ||
		wrong "$word: $(cat "$dir/err")"
	[ ! -e "$dir/z.manifest.json.tsr" ] && held || wrong "$word: a stamp was kept"
	holds z.pdf
done

judged
