#!/usr/bin/env bash
# Sourced by test.sh: its steps, which count what passes and fails. Scratch files go to $work.

passed=0 failed=0 skipped=0
count() { # exit code, name
  if [ "$1" = 0 ]; then passed=$((passed + 1)); else failed=$((failed + 1)) && echo "FAILED: $2" >&2; fi
}

# A step begins, and the one before it ends: its seconds are told at the end.
step="" since=0
begin() { # name
  end_step
  step=$1 since=$SECONDS
  say "$step"
}
end_step() {
  [ -z "$step" ] || printf '%6d s  %s\n' $((SECONDS - since)) "$step" >>"$work/seconds"
  step=""
}

finish() {
  end_step
  say "Seconds of each step"
  cat "$work/seconds"
  printf '%6d s  in all\n' "$SECONDS"
  echo "$passed passed, $failed failed, $skipped skipped"
  [ "$failed" = 0 ]
  exit
}

build_tarball() {
  begin "R CMD build"
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

# As R CMD check --as-cran installs it, which then takes the library and the log as its own (check_as_cran).
install_tarball() {
  begin "Installing $(basename "$tarball") ($(($(stat -c %s "$tarball") / 1024)) kB)"
  mkdir "$work/library"
  export R_LIBS="$work/library${R_LIBS:+:$R_LIBS}"
  local code=0
  _R_CHECK_INSTALL_DEPENDS_=TRUE _R_CHECK_NO_RECOMMENDED_=TRUE _R_SHLIB_BUILD_OBJECTS_SYMBOL_TABLES_=TRUE \
    R CMD INSTALL --no-html --no-multiarch --library="$work/library" "$tarball" >"$work/install.log" 2>&1 || code=$?
  [ $code = 0 ] || tail -n 40 "$work/install.log"
  count $code "installation"
  [ $code = 0 ] || finish
}

run_tests() {
  begin "Tests"
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
  begin "Tests of the core, $1"
  make --no-print-directory -C tests/core CXX="$launcher ${CXX:-g++}" CLANG="$launcher clang++-14" "${@:2}" \
    >"$log" 2>&1 || code=$?
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
  begin "Style: lintr"
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

  begin "Style: clang-format"
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

# R CMD check as CRAN runs it, into a folder of its own below $work, of what install_tarball has compiled.
check_as_cran() { # folder, what is checked
  begin "R CMD check --as-cran$2"
  local folder=$work/$1 manual="" code=0 log
  log=$folder/sgdlasso.Rcheck/00check.log
  mkdir "$folder"
  empty_website
  command -v pdflatex >/dev/null || manual=--no-manual
  _R_CHECK_FORCE_SUGGESTS_=false _R_CHECK_CRAN_INCOMING_REMOTE_=false \
    R CMD check --as-cran $manual --output="$folder" \
    --install="check:$work/install.log" --library="$work/library" "$tarball" || code=$?
  if [ $code = 0 ] && grep -qE '^Status:.*(ERROR|WARNING)' "$log"; then code=1; fi
  if [ $code != 0 ]; then
    tail -n 60 "$folder"/sgdlasso.Rcheck/tests/*.Rout.fail 2>/dev/null || true
    grep -A 5 -E '^[A-Za-z_0-9/]+\.(h|cpp):.* warning:' "$work/install.log" | head -n 60 || true
  fi
  count $code "R CMD check$2"
}

# CRAN also checks with nothing but what the package depends on.
check_depends_only() {
  _R_CHECK_DEPENDS_ONLY_=true check_as_cran check-depends " with dependencies only"
}

# A script of tools/ that checks one thing more: its exit code says whether it passed.
run_script() { # name, arguments
  local code=0
  [ -e "tools/$1" ] || return 0
  begin "tools/$1"
  bash "tools/$1" "${@:2}" || code=$?
  count $code "tools/$1"
}
