#!/bin/sh
# holds.sh FILE WIDTH HEIGHT: what readers of PDF that are not ours find wrong with a report,
# a line each; exit status 1 where there is any. Where the results are attached and the file
# is English, or a comparison or a plan, every number of its text must be one of theirs.
: "${LW_BUILD:=.}"
pdf=$1 width=$2 height=$3
work=$(mktemp -d) || exit 2
trap 'rm -rf "$work"' EXIT
broken=0

wrong()
{
	broken=1
	echo "$(basename "$pdf"): $*"
}

qpdf --check "$pdf" >"$work/out" 2>&1 || wrong "qpdf: $(cat "$work/out")"
mutool draw -q -F txt -o /dev/null "$pdf" 2>&1 | grep -v 'ICC support is not available' >"$work/out"
[ ! -s "$work/out" ] || wrong "mutool: $(head -3 "$work/out")"
gs -q -dBATCH -dNOPAUSE -dSAFER -sDEVICE=nullpage "$pdf" >"$work/out" 2>&1 ||
	wrong "ghostscript stopped"
[ ! -s "$work/out" ] || wrong "ghostscript: $(head -3 "$work/out")"

pdfinfo "$pdf" >"$work/info"
pages=$(awk '$1 == "Pages:" { print $2 }' "$work/info")
grep -q "^Page size: *$width x $height" "$work/info" || wrong "not $width x $height"
grep -q '^Tagged: *yes' "$work/info" || wrong "not tagged"
pdffonts "$pdf" | awk 'NR > 2 && $0 !~ / yes yes yes / { print }' >"$work/fonts"
[ ! -s "$work/fonts" ] || wrong "not embedded and subset: $(cat "$work/fonts")"

# No word outside the margins; none upon another, by a third of the smaller one.
pdftotext -bbox "$pdf" - | awk -v w="$width" -v h="$height" '
BEGIN { side = int((w - 595) / 2) + 48 }
function least(a, b) { return a < b ? a : b }
function most(a, b) { return a > b ? a : b }
/<page / { n = 0; delete row; page++ }
/<word / {
	split($0, v, "\"")
	x0 = v[2] + 0; y0 = v[4] + 0; x1 = v[6] + 0; y1 = v[8] + 0
	text = v[9]; sub(/^>/, "", text); sub(/<.*/, "", text)
	if (x0 < side - 1 || y0 < 26 || x1 > w - side + 2.5 || y1 > h - 26)
		print "page " page ": outside the margins: " text
	if (x1 <= x0 || y1 <= y0)
		next
	at = int(y0 / 8)
	for (k = at - 3; k <= at + 3; k++) {
		m = split(row[k], list, " ")
		for (i = 1; i <= m; i++) {
			o = list[i]
			dx = least(x1, bx1[o]) - most(x0, bx0[o])
			dy = least(y1, by1[o]) - most(y0, by0[o])
			third = 0.3 * least(x1 - x0, bx1[o] - bx0[o]) * least(y1 - y0, by1[o] - by0[o])
			if (dx > 0 && dy > 0 && dx * dy > third)
				print "page " page ": \"" text "\" upon \"" words[o] "\""
		}
	}
	bx0[n] = x0; bx1[n] = x1; by0[n] = y0; by1[n] = y1; words[n] = text
	row[at] = row[at] " " n++
}' >"$work/out"
[ ! -s "$work/out" ] || wrong "$(head -3 "$work/out")"

pdftotext "$pdf" - | awk -v n="$pages" '
BEGIN { RS = "\f" }
NR <= n && $0 !~ "(Page|Seite) " NR " (of|von|sur) " n "(\n|$)" { print "page " NR " of " n " does not say so" }
END { if (NR < n) print NR " of " n " pages" }' >"$work/out"
[ ! -s "$work/out" ] || wrong "$(head -3 "$work/out")"

if qpdf --show-attachment=results.json "$pdf" >"$work/results.json" 2>/dev/null &&
	jq -e '(.request.language // "en") == "en" or has("comparison") or has("migration")' \
		"$work/results.json" >/dev/null; then
	pdfinfo -struct-text "$pdf" >"$work/structure"
	"$LW_BUILD/tests/golden/prose" "$work/results.json" <"$work/structure" >"$work/out" ||
		wrong "$(wc -l <"$work/out") numbers: $(head -3 "$work/out")"
fi
exit $broken
