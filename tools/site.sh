#!/usr/bin/env bash
# Builds the site of the package (first page, articles, reference, benchmarks, news) and looks at every page in a
# browser. Installs what is missing; pages are built, and shown, without a network.
#   bash tools/site.sh [FOLDER]             pages go to FOLDER, by default ./site
#   INSTALLED=library bash tools/site.sh    compiles nothing: takes the package from a library
cd "$(dirname "${BASH_SOURCE[0]}")/.."
source tools/setup.sh

setup_package_needs
setup_r "${tests_use[@]}" mirai
setup_site

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

if [ -z "${INSTALLED:-}" ]; then
  say "Installing sgdlasso"
  INSTALLED=$work/library
  mkdir "$INSTALLED"
  if ! MAKEFLAGS=-j2 R CMD INSTALL --preclean --clean --library="$INSTALLED" . >"$work/log" 2>&1; then
    tail -n 40 "$work/log" >&2
    exit 1
  fi
fi
export R_LIBS="$INSTALLED:$R_LIBS"

# Pages are made of files at the top: the results of the benchmarks come there, with their picture and links to them.
say "Building the site"
mkdir "$work/sgdlasso"
cp -r DESCRIPTION NAMESPACE LICENSE README.md NEWS.md CONTRIBUTING.md _pkgdown.yml pkgdown R data inst man vignettes \
  "$work/sgdlasso"
cp bench/path.png "$work/sgdlasso/man/figures/bench.png"
sed 's|](path.png)|](man/figures/bench.png)|' bench/README.md >"$work/sgdlasso/bench.md"
cp bench/stream.md "$work/sgdlasso/stream.md"
sed -i 's|](bench/README.md)|](bench.md)|; s|](bench/stream.md)|](stream.md)|' "$work/sgdlasso/README.md"
Rscript tools/site.R "$work/sgdlasso" "${1:-site}"

say "Looking at the site"
Rscript tools/site_check.R "${1:-site}"
