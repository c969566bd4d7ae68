#!/usr/bin/env bash
# Builds the package under the sanitizers for addresses and undefined behaviour, into a library of its own, and runs its
# tests there, one file after another. Ends at the first report, of these processes or of those that tests start, and
# at the first test that fails, with exit code 1.
#   bash tools/sanitize.sh                     all of tests/testthat
#   bash tools/sanitize.sh update checkpoint   test-update.R and test-checkpoint.R
#   CXX=clang++-14 bash tools/sanitize.sh      by another compiler
#   SANITIZED=folder bash tools/sanitize.sh    keeps what was built there, for the next time
# A name that ends in .R is run as a script.
cd "$(dirname "${BASH_SOURCE[0]}")/.."
set -euo pipefail
export LC_ALL=C.UTF-8 NOT_CRAN=true

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
built=${SANITIZED:-$work/built}
mkdir -p "$built/library"

compiler=${CXX:-g++}
checks=-fsanitize=address,undefined,float-cast-overflow
case $compiler in
  *clang*)
    # R's own calls of .Call go through pointers to functions of another type
    checks="$checks -fno-sanitize=function -shared-libasan"
    runtime=$("$compiler" -print-file-name=libclang_rt.asan-x86_64.so)
    ;;
  *) runtime=$("$compiler" -print-file-name=libasan.so) ;;
esac
launcher=
if command -v ccache >/dev/null; then launcher=ccache; fi
cat >"$work/Makevars" <<END
CXX17 = $launcher $compiler
CXX17FLAGS = -O1 -g -fno-omit-frame-pointer $checks -fno-sanitize-recover=all -D_GLIBCXX_ASSERTIONS
SHLIB_CXX17LD = $compiler -std=gnu++17
SHLIB_CXX17LDFLAGS = -shared $checks
END

echo "Building by $compiler"
cp -r . "$work/source" # objects of another build must not be linked
find "$work/source/src" \( -name "*.o" -o -name "*.so" \) -delete
code=0
R_MAKEVARS_USER="$work/Makevars" MAKEFLAGS=-j2 R CMD INSTALL --no-docs --no-test-load --no-byte-compile \
  --library="$built/library" "$work/source" >"$work/install.log" 2>&1 || code=$?
if [ $code != 0 ]; then
  tail -n 40 "$work/install.log"
  exit 1
fi

# What bash and R leave behind when they end is not ours: leaks are not looked for. Reports of all processes go to
# files.
export R_LIBS="$built/library${R_LIBS:+:$R_LIBS}"
export ASAN_OPTIONS="detect_leaks=0:detect_odr_violation=0:allocator_may_return_null=1:log_path=$work/report"
export UBSAN_OPTIONS="print_stacktrace=1:halt_on_error=1:log_path=$work/report"

# A process that has the sanitizer's runtime knows that it is watched, and every process that it starts.
watched() { LD_PRELOAD=$runtime timeout 3600 "$@"; }

if [ $# = 0 ]; then set -- $(cd tests/testthat && ls test-*.R | sed 's/^test-//; s/\.R$//'); fi
for name in "$@"; do
  code=0
  case $name in
    *.R) watched Rscript "$name" >"$work/out" 2>&1 || code=$? ;;
    *) watched Rscript -e 'testthat::test_file(
        commandArgs(TRUE), package = "sgdlasso", load_package = "installed", reporter = "check", stop_on_failure = TRUE
      )' "tests/testthat/test-$name.R" >"$work/out" 2>&1 || code=$? ;;
  esac
  if compgen -G "$work/report*" >/dev/null; then
    echo "$name: a report of the sanitizers"
    cat "$work"/report*
    exit 1
  fi
  if [ $code != 0 ]; then
    echo "$name: failed"
    tail -n 40 "$work/out"
    exit 1
  fi
  echo "$name: clean ($(tail -n 1 "$work/out"))"
done
