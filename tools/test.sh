#!/usr/bin/env bash
# Sets the machine up, then runs the tests, the style checks and R CMD check. The last line counts: N passed, N failed, N skipped.
#   bash tools/test.sh          what takes long to install is used where it is; its tests are skipped elsewhere
#   bash tools/test.sh --all    installs that too
cd "$(dirname "${BASH_SOURCE[0]}")/.."
if [ $# -gt 1 ] || { [ $# = 1 ] && [ "$1" != --all ]; }; then
  echo "tools/test.sh takes no argument but --all; it was given: $*" >&2
  exit 2
fi
source tools/setup.sh

setup_package_needs
setup_system pandoc=pandoc qpdf=qpdf clang-format=clang-format tidy=tidy
setup_r testthat:3.1.5 knitr rmarkdown jsonlite lintr glmnet processx MASS ggplot2:3.4.0 vdiffr withr tibble broom DBI RSQLite
if [ "${1:-}" = --all ]; then
  setup_server
  setup_r parsnip tune workflows yardstick dials recipes rsample hardhat butcher mirai RPostgres nanoarrow bigmemory
  setup_r duckdb # most of an hour, where it must be compiled
fi
setup_decimal_comma

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
passed=0 failed=0 skipped=0
count() { # exit code, name
  if [ "$1" = 0 ]; then passed=$((passed + 1)); else failed=$((failed + 1)); echo "FAILED: $2" >&2; fi
}
finish() {
  echo "$passed passed, $failed failed, $skipped skipped"
  [ "$failed" = 0 ]
  exit
}

say "R CMD build"
source_dir=$PWD
code=0
(cd "$work" && R CMD build "$source_dir") || code=$?
count $code "R CMD build"
tarball=$(ls "$work"/sgdlasso_*.tar.gz 2>/dev/null || true)
if [ -z "$tarball" ]; then finish; fi

say "Installing $(basename "$tarball") ($(($(stat -c %s "$tarball") / 1024)) kB)"
mkdir "$work/library"
export R_LIBS="$work/library${R_LIBS:+:$R_LIBS}"
start=$SECONDS
code=0
MAKEFLAGS=-j2 R CMD INSTALL --no-test-load --library="$work/library" "$tarball" >"$work/install.log" 2>&1 || code=$?
[ $code = 0 ] || tail -n 40 "$work/install.log"
count $code "installation"
echo "compiled and installed in $((SECONDS - start)) s"
if [ $code != 0 ]; then finish; fi

say "Tests"
code=0
NOT_CRAN=true Rscript tools/run_tests.R "$work/counts" || code=$?
if [ -s "$work/counts" ]; then
  read -r p f s <"$work/counts"
  passed=$((passed + p)) failed=$((failed + f)) skipped=$((skipped + s))
else
  count 1 "test run (exit code $code)"
fi

say "Style: lintr"
code=0
Rscript -e 'found <- lintr::lint_dir(".", exclusions = list("R/RcppExports.R")); print(found); quit(status = length(found) > 0)' || code=$?
count $code "lintr"

say "Style: clang-format"
code=0
find src -name '*.h' -o -name '*.cpp' | grep -v RcppExports | xargs clang-format --dry-run --Werror || code=$?
count $code "clang-format"

say "R CMD check --as-cran"
manual=""
command -v pdflatex >/dev/null || manual="--no-manual"
code=0
(cd "$work" && _R_CHECK_FORCE_SUGGESTS_=false _R_CHECK_CRAN_INCOMING_REMOTE_=false \
  R CMD check --as-cran $manual "$tarball") || code=$?
log="$work/sgdlasso.Rcheck/00check.log"
if [ $code = 0 ] && grep -qE '^Status:.*(ERROR|WARNING)' "$log"; then code=1; fi
if [ $code != 0 ]; then
  tail -n 60 "$work"/sgdlasso.Rcheck/tests/*.Rout.fail 2>/dev/null || true
  grep -A 20 -E 'warning:' "$work/sgdlasso.Rcheck/00install.out" | head -n 60 || true
fi
count $code "R CMD check"

finish
