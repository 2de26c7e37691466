#!/bin/bash
# What the compiler does not see. One line a finding: FILE:LINE: what is wrong.
# Exit 0 where there is none, else 1.
set -u
cd "${LW_TOP:-$(dirname "$0")/..}" || exit 2
LC_ALL=C
export LC_ALL
start=$SECONDS
findings=$(mktemp) || exit 2
trap 'rm -f "$findings"' EXIT

libraries="base config collector analyzer rrd records reports"
mapfile -t sources < <(find $libraries cmd tests -name '*.[ch]' -not -path '*/data/*' | sort)
mapfile -t ours < <(find $libraries cmd -name '*.[ch]' | sort)
mapfile -t in_libraries < <(find $libraries -name '*.[ch]' | sort)

found() {
	cat >>"$findings"
}

# layer FOLDER ALLOWED…: what the files of a folder may include of ours.
layer() {
	local folder=$1 allowed
	shift
	allowed=$(echo "$*" | tr ' ' '|')
	grep -Hn '^ *# *include *"' -r "$folder" --include='*.[ch]' |
		grep -vE ":[0-9]+: *# *include *\"($allowed)/" |
		sed -E 's/^([^:]+:[0-9]+): *# *include *(.*)/\1: \2 is not below '"$folder"' (may include: '"$*"')/' |
		found
}

# only NAME PATTERN: a system header, and the only files that may include it.
only() {
	local header=$1 where=$2
	grep -HnE "^ *# *include *<$header" "${ours[@]}" | grep -vE "^($where):" |
		awk -F: -v where="$where" '{
			sub(/^ *# *include */, "", $3)
			print $1 ":" $2 ": " $3 " belongs to " where " alone"
		}' | found
}

# never WHAT REGEX FILES…: words that must not stand in code (comments and texts are blanked).
never() {
	local why=$1 regex=$2
	shift 2
	[ $# -gt 0 ] || return
	awk -v regex="$regex" -v why="$why" '
	FNR == 1 { comment = 0 }
	{
		line = $0
		gsub(/"([^"\\]|\\.)*"/, "\"\"", line)
		if (comment) {
			if (!sub(/^.*\*\//, "", line)) next
			comment = 0
		}
		gsub(/\/\*([^*]|\*[^\/])*\*\//, "", line)
		if (sub(/\/\*.*$/, "", line)) comment = 1
		sub(/\/\/.*$/, "", line)
		if (match(line, regex)) {
			word = substr(line, RSTART, RLENGTH)
			gsub(/^[^a-zA-Z_]+|[ (]+$/, "", word)
			print FILENAME ":" FNR ": " word ": " why
		}
	}' "$@" | found
}

# but EXCEPTIONS FILES…: those that the pattern does not name.
but() {
	local exceptions=$1
	shift
	printf '%s\n' "$@" | grep -vE "^($exceptions)$"
}

layer base base
layer config base config
layer collector base config collector
layer analyzer base config analyzer
layer rrd base rrd
layer records base records
layer reports base config analyzer records rrd reports
layer cmd base config collector analyzer rrd records reports cmd
layer tests base config collector analyzer rrd records reports cmd tests

only 'config\.h>' 'base/[^:]*'
only 'rrd\.h>' 'rrd/[^:]*'
only 'confuse\.h>' 'config/[^:]*'
only 'ares' 'collector/(dns|resolve)[^:]*'
only 'pcap' 'collector/[^:]*'
only 'curl/' '(collector/http_(child|streams)\.c|cmd/[^:]*)'
only '(cairo|pango|fontconfig)' 'reports/[^:]*'
only 'qpdf' 'reports/[^:]*'
only 'sqlite3\.h>' 'records/[^:]*'
only 'zstd\.h>' 'base/[^:]*'

head='(^|[^a-zA-Z0-9_>.])'
mapfile -t files < <(but 'base/clock\.c|tests/.*' "${ours[@]}")
never "clocks are read in base/clock.c alone" \
	"${head}(clock_gettime|gettimeofday|time|ftime) *\\(" "${files[@]}"
mapfile -t files < <(but 'base/bytes\.c|base/log\.c|collector/broker\.c' "${in_libraries[@]}")
# The broker is a forked process of its own, and ends as one.
never "a library folder never prints and never exits" \
	"${head}(printf|vprintf|puts|putchar|perror|exit|_exit|err|errx|warn|warnx) *\\(|(stdout|stderr)" "${files[@]}"
never "has no bound or no error; use snprintf, strtol with its checks, the unit parsers" \
	"${head}(gets|sprintf|vsprintf|strcat|strtok|atoi|atol|atoll|atof|sscanf|tmpnam|mktemp) *\\(" "${ours[@]}"
never "commands of a shell are not run" "${head}(system|popen) *\\(" "${ours[@]}"
never "not safe here; use the _r form" \
	"${head}(localtime|gmtime|ctime|asctime|strerror_l|readdir64_r|getpwnam|gethostbyname) *\\(" "${in_libraries[@]}"

# What a merge or an editor left behind.
find . -path './build*' -prune -o -path ./.git -prune -o \
	\( -name '*.orig' -o -name '*.rej' -o -name 'crash-*' \) -print |
	sed 's|^\./||; s|$|:1: left behind|' | found

# Names that say nothing, and those that collide with librrd.
printf '%s\n' "${sources[@]}" |
	grep -E '/(util|utils|common|misc|helper|helpers|manager|stuff|rrd)\.[ch]$' |
	sed 's/$/:1: this name says nothing, or is taken; name the noun/' | found
grep -HnE '\<(TODO|FIXME|XXX)\>' "${sources[@]}" |
	sed -E 's/^([^:]+:[0-9]+):.*/\1: work left undone belongs in an issue/' | found
grep -HnE '^#ifndef [A-Z]' "${sources[@]}" --include='*.h' | grep -E '\.h:1:' |
	awk -F: '{
		want = toupper($1); gsub(/[^A-Z0-9]/, "_", want); sub(/^TESTS_/, "", want)
		have = $3; sub(/^#ifndef /, "", have)
		if (have != want && have != "TESTS_" want) print $1 ":1: guard " have ", not " want
	}' | found

# Lengths: a function from its opening to its closing brace, a file.
awk '
FNR == 1 { open = 0 }
/^\{/ { open = FNR; name = prev }
/^\}/ && open {
	n = FNR - open - 1
	most = FILENAME ~ /^tests\// ? 100 : 60
	if (n > most) {
		sub(/\(.*/, "", name)
		print FILENAME ":" open ": " name ": " n " lines, more than " most
	}
	open = 0
}
/^[a-z_]+[a-z0-9_]*\(/ { prev = $0 }
' "${sources[@]}" | found
for file in "${ours[@]}"; do
	n=$(wc -l <"$file")
	case $file in reports/words_*) continue ;; esac # a list of sentences
	[ "$n" -le 650 ] || echo "$file:1: $n lines: which second noun is inside?"
done | found

for file in "${sources[@]}"; do
	case $file in *.h) [ -s "$file" ] && head -1 "$file" | grep -q '^#ifndef ' ||
		echo "$file:1: a header begins with its guard" ;; esac
done | found

if command -v clang-format >/dev/null; then
	printf '%s\n' "${sources[@]}" | xargs clang-format --dry-run 2>&1 |
		awk -F: '/warning: code should be clang-formatted/ && !seen[$1]++ { print $1 ":" $2 ": not as clang-format -i leaves it" }' | found
else
	echo "not checked: clang-format is not installed" >&2
fi
if command -v cppcheck >/dev/null; then
	cppcheck -q -j 2 --std=c11 --enable=warning,portability,performance --inline-suppr \
		--suppress=missingIncludeSystem --suppress=normalCheckLevelMaxBranches \
		--suppress=unknownMacro --suppress=internalAstError \
		--suppress=shiftTooManyBitsSigned --library=gnu -D__GNUC__ -I. \
		--template='{file}:{line}: {message} ({id})' "${ours[@]}" 2>&1 |
		grep -E '^[^ :]+:[0-9]+: ' | found
else
	echo "not checked: cppcheck is not installed" >&2
fi
if command -v shellcheck >/dev/null; then
	find . -path ./build\* -prune -o -name '*.sh' -print | sort |
		xargs -r shellcheck -f gcc -S warning -e SC2148,SC2034,SC2154 | sed 's|^\./||' | found
fi

sort -t: -k1,1 -k2,2n "$findings"
n=$(wc -l <"$findings")
echo "lint: ${#sources[@]} files, $n findings, $((SECONDS - start)) s" >&2
[ "$n" -eq 0 ]
