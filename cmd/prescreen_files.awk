# Files as C strings: { "name", "line\n" "line\n" … },
FNR == 1 {
	name = FILENAME
	sub(/.*\//, "", name)
	sub(/\.conf$/, "", name)
	printf "%s{\"%s\",\n", (NR > 1 ? "},\n" : ""), name
}
{
	gsub(/\\/, "&&")
	gsub(/"/, "\\\"")
	printf "\"%s\\n\"\n", $0
}
END { print "}," }
