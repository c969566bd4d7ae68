#!/usr/bin/env bash
# Installs what is missing and the package, then trains the published run on the murder-rate data and shows it.
#   bash tools/demo.sh [FOLDER]     pictures go to FOLDER, by default ./output
cd "$(dirname "${BASH_SOURCE[0]}")/.."
source tools/setup.sh

setup_package_needs

say "Installing sgdlasso"
log=$(mktemp)
library=$(Rscript --vanilla -e '
  library <- .libPaths()[1]
  if (file.access(library, 2) != 0) library <- path.expand(Sys.getenv("R_LIBS_USER"))
  dir.create(library, showWarnings = FALSE, recursive = TRUE)
  cat(library)')
if ! MAKEFLAGS=-j2 R CMD INSTALL --preclean --clean --library="$library" . >"$log" 2>&1; then
  tail -n 40 "$log" >&2
  echo "The installation failed; its whole log is $log" >&2
  exit 1
fi
rm -f "$log"

Rscript tools/demo.R "${1:-output}"
