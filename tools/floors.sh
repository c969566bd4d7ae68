#!/usr/bin/env bash
# The floors of the core, src/core, from the ground up: a file includes files of its own floor and of those below, and
# knows nothing of R. And Makevars lists every source there is.
#   bash tools/floors.sh
cd "$(dirname "${BASH_SOURCE[0]}")/.."
set -euo pipefail
floors=(base kernels rows io model sgd descent passes solvers train)

climbs=$(grep -rHn '#include' src/core | awk -v floors="${floors[*]}" '
  BEGIN { count = split(floors, name, " "); for (k = 1; k <= count; ++k) level[name[k]] = k }
  {
    split($0, part, ":")
    split(part[1], folder, "/")
    above = level[folder[3]]
    if (!above) { print part[1] ": the folder " folder[3] " is no floor"; next }
    if ($0 ~ /#include *<(R|Rcpp|RcppEigen|Rinternals|Rmath|R_ext)[.\/>]/)
      print part[1] ":" part[2] ": the core knows nothing of R"
    if (match($0, /"[^"]*"/) == 0) next
    split(substr($0, RSTART + 1, RLENGTH - 2), to, "/")
    if (!level[to[1]]) print part[1] ":" part[2] ": includes no file of a floor"
    else if (level[to[1]] > above) print part[1] ":" part[2] ": climbs from " folder[3] " to " to[1]
  }')
[ -z "$climbs" ] || echo "$climbs"

listed=$(make -s -f - <<'END'
include src/Makevars
.PHONY: listed
listed:
	@printf '%s\n' $(SOURCES)
.DEFAULT_GOAL := listed
END
)
unlike=$(diff <(sort <<<"$listed") <(cd src && find . -name '*.cpp' | sed 's|^\./||' | sort) || true)
[ -z "$unlike" ] || printf 'SOURCES in src/Makevars (<) and the files (>) differ:\n%s\n' "$unlike"
cmp src/Makevars src/Makevars.win || unlike=yes

[ -z "$climbs" ] && [ -z "$unlike" ]
