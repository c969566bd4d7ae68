#!/usr/bin/env bash
# Sets the machine up, then runs the tests, the style checks and R CMD check. The last line counts: N passed, N failed,
# N skipped.
#   bash tools/test.sh            what takes long to install is used where it is; its tests are skipped elsewhere
#   bash tools/test.sh --all      installs that too, and checks other compilers, sanitizers and the site: hours the
#                                 first time
#   bash tools/test.sh --newest   runs the tests with the newest packages of CRAN, in a library of their own: an hour
#                                 the first time
cd "$(dirname "${BASH_SOURCE[0]}")/.."
what=${1:-}
if [ $# -gt 1 ] || [[ ! "$what" =~ ^(|--all|--newest)$ ]]; then
  echo "tools/test.sh takes one argument, --all or --newest; it was given: $*" >&2
  exit 2
fi
source tools/setup.sh
source tools/steps.sh

setup_package_needs
setup_system pandoc=pandoc qpdf=qpdf clang-format=clang-format tidy=tidy
setup_core_needs
setup_decimal_comma
if [ "$what" = --newest ]; then
  setup_newest
  export R_LIBS="$newest_library${R_LIBS:+:$R_LIBS}"
else
  setup_r "${tests_use[@]}"
fi
if [ "$what" = --all ]; then
  setup_server
  setup_mpi
  setup_bioconductor
  setup_r "${tests_use_long[@]}" "${tests_use_longest[@]}"
fi

# The package is compiled once, for its vignettes; the installation finds every object in ccache, and the check takes
# what was installed. Without ccache it is compiled twice. The core is compiled twice more, by g++ and by clang.
export MAKEFLAGS=${MAKEFLAGS:--j$(nproc 2>/dev/null || echo 2)}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
setup_ccache "$work"

build_tarball
check_pages
install_tarball
if [ "$what" = --all ]; then test_core 300 all; else test_core 15; fi
run_tests
check_style
if [ "$what" != --newest ]; then check_as_cran check ""; fi
if [ "$what" = --all ]; then
  check_depends_only
  run_script compilers.sh
  run_script sanitize.sh
  INSTALLED="$work/library" run_script site.sh "$work/site"
fi
finish
