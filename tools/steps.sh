#!/usr/bin/env bash
# Sourced by test.sh: its steps, which count what passes and fails. Scratch files go to $work.

passed=0 failed=0 skipped=0
count() { # exit code, name
  if [ "$1" = 0 ]; then passed=$((passed + 1)); else failed=$((failed + 1)) && echo "FAILED: $2" >&2; fi
}
finish() {
  echo "$passed passed, $failed failed, $skipped skipped"
  [ "$failed" = 0 ]
  exit
}

build_tarball() {
  say "R CMD build"
  local top=$PWD code=0
  (cd "$work" && R CMD build "$top") || code=$?
  count $code "R CMD build"
  tarball=$(ls "$work"/sgdlasso_*.tar.gz 2>/dev/null || true)
  [ -n "$tarball" ] || finish
}

# A page that shows a deprecation teaches what will not work tomorrow.
check_pages() {
  local shown
  shown=$(tar -xOzf "$tarball" --wildcards 'sgdlasso/inst/doc/*.html' | grep -iE '#&gt;.*deprecat' || true)
  [ -z "$shown" ] || echo "$shown"
  count ${#shown} "no deprecation in the rendered vignettes"
}

install_tarball() {
  say "Installing $(basename "$tarball") ($(($(stat -c %s "$tarball") / 1024)) kB)"
  mkdir "$work/library"
  export R_LIBS="$work/library${R_LIBS:+:$R_LIBS}"
  local start=$SECONDS code=0
  R CMD INSTALL --no-test-load --library="$work/library" "$tarball" >"$work/install.log" 2>&1 || code=$?
  [ $code = 0 ] || tail -n 40 "$work/install.log"
  count $code "installation"
  echo "compiled and installed in $((SECONDS - start)) s"
  [ $code = 0 ] || finish
}

run_tests() {
  say "Tests"
  local code=0 p f s
  NOT_CRAN=true Rscript tools/run_tests.R "$work/counts" || code=$?
  if [ -s "$work/counts" ]; then
    read -r p f s <"$work/counts"
    passed=$((passed + p)) failed=$((failed + f)) skipped=$((skipped + s))
  else
    count 1 "test run (exit code $code)"
  fi
}

# Makes a target of tests/core and counts its test cases.
core_tests() { # name, what make is told
  local code=0 log=$work/core.txt found
  say "Tests of the core, $1"
  make --no-print-directory -C tests/core "${@:2}" >"$log" 2>&1 || code=$?
  tail -n 8 "$log"
  found=$(sed -n 's/.*test cases: *[0-9]* | *\([0-9]*\) passed | *\([0-9]*\) failed.*/\1 \2/p' "$log")
  if [ -n "$found" ]; then
    passed=$((passed + ${found% *})) failed=$((failed + ${found#* }))
  else
    count $code "tests of the core, $1"
  fi
}

# Without R: the core's tests, once more under sanitizers, and a while of fuzzing. `all` adds the sanitizer for threads.
test_core() { # seconds for each fuzzer, all or nothing
  setup_debian doctest-dev clang-14 libclang-rt-14-dev zlib1g-dev libbz2-dev
  if ! [ -e /usr/include/doctest/doctest.h ] || ! command -v clang++-14 >/dev/null; then
    echo "Skipped: doctest or clang 14 is missing."
    skipped=$((skipped + 1))
    return
  fi
  core_tests "as they are" run
  core_tests "under sanitizers" sanitized
  core_tests "fuzzing for $1 s each" fuzz SECONDS="$1"
  if [ "${2:-}" = all ]; then core_tests "threads" run SANITIZE=thread; fi
}

check_style() {
  say "Style: lintr"
  local code=0
  Rscript -e '
    options(warn = 1)
    warned <- FALSE
    found <- withCallingHandlers(
      lintr::lint_dir(".", exclusions = list("R/RcppExports.R")), warning = function(w) warned <<- TRUE
    )
    print(found)
    quit(status = warned || length(found) > 0)' || code=$?
  count $code "lintr"

  say "Style: clang-format"
  code=0
  find src \( -name '*.h' -o -name '*.cpp' \) ! -name 'RcppExports*' -print0 |
    xargs -0 clang-format --dry-run --Werror || code=$?
  count $code "clang-format"
  run_script floors.sh
}

# Where suggested packages are missing, R CMD check asks CRAN's website whether they still have a maintainer, and stops
# where a mirror does not serve it. An empty table answers.
empty_website() {
  mkdir -p "$work/cran/web/packages"
  Rscript --vanilla -e 'saveRDS(data.frame(Package = character(), Maintainer = character()), commandArgs(TRUE))' \
    "$work/cran/web/packages/packages.rds"
  export R_CRAN_WEB="file://$work/cran"
}

# R CMD check as CRAN runs it, into a folder of its own below $work; options of R CMD check may follow.
check_as_cran() { # folder, what is checked, options
  say "R CMD check --as-cran$2"
  local folder=$work/$1 manual="" code=0 log
  log=$folder/sgdlasso.Rcheck/00check.log
  mkdir "$folder"
  empty_website
  command -v pdflatex >/dev/null || manual=--no-manual
  _R_CHECK_FORCE_SUGGESTS_=false _R_CHECK_CRAN_INCOMING_REMOTE_=false \
    R CMD check --as-cran $manual --output="$folder" "${@:3}" "$tarball" || code=$?
  if [ $code = 0 ] && grep -qE '^Status:.*(ERROR|WARNING)' "$log"; then code=1; fi
  if [ $code != 0 ]; then
    tail -n 60 "$folder"/sgdlasso.Rcheck/tests/*.Rout.fail 2>/dev/null || true
    grep -A 5 -E '^[A-Za-z_0-9/]+\.(h|cpp):.* warning:' "$folder/sgdlasso.Rcheck/00install.out" 2>/dev/null |
      head -n 60 || true
  fi
  count $code "R CMD check$2"
}

# CRAN also checks with nothing but what the package depends on. What the first check has installed serves for this one.
check_depends_only() {
  local first=$work/check/sgdlasso.Rcheck
  _R_CHECK_DEPENDS_ONLY_=true check_as_cran check-depends " with dependencies only" \
    --install="check:$first/00install.out" --library="$first"
}

# A script of tools/ that checks one thing more: its exit code says whether it passed.
run_script() {
  local code=0
  [ -e "tools/$1" ] || return 0
  say "tools/$1"
  bash "tools/$1" || code=$?
  count $code "tools/$1"
}
