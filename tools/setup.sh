#!/usr/bin/env bash
# Sourced by demo.sh, test.sh and others: installs what is missing on Debian and Ubuntu, says what to install elsewhere.
# Where nothing is missing no registry is asked, so that all work without a network.
#
#   setup_system COMMAND=PACKAGE ...   programs, by the Debian package that brings them
#   setup_debian PACKAGE ...           Debian packages, those of them that this Debian has
#   setup_r NAME[:VERSION] ...         R packages, from Debian where recent enough, else from CRAN

set -euo pipefail
# English and UTF-8 everywhere; not by LC_ALL, which would keep tests from choosing a language
unset "${!LC_@}" LANGUAGE
export LANG=C.UTF-8 DEBIAN_FRONTEND=noninteractive

# What the tests use; what of it takes long to install; and what takes longest or needs a server, which --newest leaves
# as it is.
tests_use=(testthat:3.1.5 knitr rmarkdown jsonlite lintr glmnet processx MASS ggplot2:3.4.0 vdiffr withr tibble broom
  DBI RSQLite dbplyr dplyr pROC bit64 lubridate units randomForest ranger Rmpfr)
# Not here is vetiver, whose readr takes minutes to compile: its tests are skipped where nobody installed it. mlr3 needs
# a newer checkmate than it says.
tests_use_long=(parsnip tune workflows yardstick dials recipes rsample hardhat butcher mirai nanoarrow bigmemory
  selectiveInference stabs insight:1.3.0 marginaleffects:1.0.0 parameters:0.30.0 caret checkmate:2.3.4 mlr3:1.0.0
  paradox:1.0.0 R6 lgr orbital poissonreg sparsevctrs)
tests_use_longest=(RPostgres bigstatsr duckdb) # duckdb takes most of an hour where it must be compiled

say() { printf '\n== %s\n' "$*"; }

as_root() {
  if [ "$(id -u)" = 0 ]; then "$@"; elif command -v sudo >/dev/null; then sudo -E "$@"; else
    echo "Missing: $*. Run this as root, or install sudo." >&2
    return 1
  fi
}

apt_lists_read=no
apt_update() {
  [ "$apt_lists_read" = no ] || return 0
  as_root apt-get update -qq || echo "apt-get update failed: going on with the lists at hand." >&2
  apt_lists_read=yes
}

apt_install() {
  apt_update
  say "Installing $*"
  as_root apt-get install -y -qq --no-install-recommends -o DPkg::Lock::Timeout=600 "$@" >/dev/null
}

need_apt() {
  command -v apt-get >/dev/null && return
  local packages='"Rcpp", "RcppEigen", "Matrix", "generics", "cli", "testthat", "knitr", "rmarkdown", "jsonlite"'
  local advice="Install R (4.2 or later) with a C++17 compiler and make, pandoc, qpdf and clang-format by your"
  advice+=" system's package manager, then in R: install.packages(c($packages, \"lintr\")); here these were missing: $*"
  echo "$advice" >&2
  exit 1
}

setup_system() {
  local missing=() pair
  for pair in "$@"; do
    command -v "${pair%%=*}" >/dev/null || missing+=("${pair#*=}")
  done
  [ ${#missing[@]} -eq 0 ] && return
  need_apt "${missing[@]}"
  apt_install "${missing[@]}"
}

is_installed() { dpkg-query -W -f '${Status}' "$1" 2>/dev/null | grep -q 'ok installed'; }

setup_debian() {
  local missing=() found=() name
  command -v apt-get >/dev/null || return 0
  for name in "$@"; do is_installed "$name" || missing+=("$name"); done
  [ ${#missing[@]} -eq 0 ] && return
  apt_update
  for name in "${missing[@]}"; do if apt-cache show "$name" >/dev/null 2>&1; then found+=("$name"); fi; done
  [ ${#found[@]} -eq 0 ] || apt_install "${found[@]}"
}

# Those of NAME[:VERSION] that R does not have in that version.
missing_r() {
  Rscript --vanilla -e '
    for (want in commandArgs(TRUE)) {
      part <- strsplit(want, ":", fixed = TRUE)[[1]]
      have <- tryCatch(utils::packageVersion(part[1]), error = function(e) NULL)
      if (is.null(have) || (length(part) > 1 && have < part[2])) cat(want, "\n")
    }' "$@"
}

setup_r() {
  local missing name debian=()
  missing=$(missing_r "$@")
  [ -z "$missing" ] && return
  for name in $missing; do debian+=("r-cran-$(printf '%s' "${name%%:*}" | tr '[:upper:]' '[:lower:]')"); done
  setup_debian "${debian[@]}"
  missing=$(missing_r "$@")
  [ -z "$missing" ] && return
  setup_https
  say "Installing from CRAN: $missing"
  # shellcheck disable=SC2086
  Rscript -e '
    wanted <- sub(":.*", "", commandArgs(TRUE))
    if (getOption("repos")[["CRAN"]] == "@CRAN@") options(repos = c(CRAN = "https://cloud.r-project.org"))
    library <- .libPaths()[1]
    if (file.access(library, 2) != 0) {
      library <- Sys.getenv("R_LIBS_USER")
      dir.create(library, showWarnings = FALSE, recursive = TRUE)
    }
    utils::install.packages(wanted, lib = library, Ncpus = 2)' $missing
  missing=$(missing_r "$@")
  if [ -n "$missing" ]; then
    echo "Could not install these R packages: $missing" >&2
    exit 1
  fi
}

# A small Debian has no certificates, without which R cannot speak to CRAN.
setup_https() { setup_debian ca-certificates; }

setup_package_needs() {
  setup_system R=r-base-core g++=g++ make=make
  # r-base-dev brings the headers and libraries that compiled packages link to; an R that is not Debian's has its own
  if dpkg -S "$(R RHOME)/bin/R" >/dev/null 2>&1; then setup_debian r-base-dev; fi
  if ! [ -e "$(R RHOME)/etc/Makeconf" ]; then
    need_apt r-base-dev
    apt_install r-base-dev
  fi
  setup_r Matrix:1.5 Rcpp:1.0.8 RcppEigen:0.3.3.9 cli:3.4.0 generics:0.1.2
}

# What the core's own tests are compiled with.
setup_core_needs() { setup_debian doctest-dev clang-14 libclang-rt-14-dev zlib1g-dev libbz2-dev; }

# A PostgreSQL server, which the tests start and stop themselves, and the headers that RPostgres is compiled with.
setup_server() {
  ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || command -v initdb >/dev/null ||
    { need_apt postgresql && apt_install postgresql; }
  [ -e "$(pg_config --includedir 2>/dev/null)/libpq-fe.h" ] || { need_apt libpq-dev && apt_install libpq-dev; }
}

# MPI, whose ranks are workers in a test; Debian alone brings R's part of it ready made.
setup_mpi() { setup_debian r-cran-rmpi r-cran-snow libopenmpi-dev openmpi-bin; }

# Of Bioconductor, which Debian alone brings ready made.
setup_bioconductor() { setup_debian r-bioc-delayedarray; }

# A library for this R alone, of packages that others need not see; it is kept for the next time.
kept_library() { # what for
  Rscript --vanilla -e '
    minor <- sub("\\..*", "", R.version$minor)
    cat(file.path(
      tools::R_user_dir("sgdlasso", "cache"), paste0(commandArgs(TRUE), "-R", R.version$major, ".", minor)
    ))' "$1"
}

# What builds the site and looks at it. A site with a light switch needs packages newer than Debian's.
setup_site() {
  local site_library
  setup_system pandoc=pandoc chromium=chromium
  # for curl, ragg, textshaping and websocket, compiled
  setup_debian libcurl4-openssl-dev libssl-dev libfontconfig1-dev libfreetype6-dev libharfbuzz-dev libfribidi-dev \
    libpng-dev libtiff-dev libjpeg-dev libwebp-dev || true
  site_library=$(kept_library site)
  mkdir -p "$site_library"
  export R_LIBS="$site_library${R_LIBS:+:$R_LIBS}"
  setup_r pkgdown:2.1.0 evaluate:1.0.0 chromote
}

# The newest packages on CRAN of what the package and its tests use, in a library of their own, which is kept for the
# next time.
setup_newest() {
  local wanted=(Rcpp RcppEigen cli generics Matrix "${tests_use[@]%%:*}" "${tests_use_long[@]%%:*}")
  # for xml2, vdiffr, units, fs and nanonext, compiled
  setup_debian libxml2-dev libpng-dev libudunits2-dev libuv1-dev cmake || true
  setup_https
  newest_library=$(kept_library newest)
  say "Newest packages, in $newest_library"
  Rscript tools/newest.R "$newest_library" "${wanted[@]}"
}

# ccache keeps what was compiled, for builds of the same sources in other folders and for the next run; where it cannot
# be had all goes on without it. R learns of it by a Makevars, which begins with what the user's own says; `launcher` is
# what to write before another compiler.
setup_ccache() { # folder for the Makevars
  local own kept compiler
  launcher=""
  command -v ccache >/dev/null || setup_debian ccache || true
  if ! kept=$(ccache --get-config cache_dir 2>/dev/null); then
    echo "Going on without ccache."
    return
  fi
  launcher=ccache
  if ! mkdir -p "$kept" 2>/dev/null || ! [ -w "$kept" ]; then export CCACHE_DIR=$1/ccache; fi
  # folders and times of copies tell nothing of what is in them
  export CCACHE_NOHASHDIR=1 CCACHE_SLOPPINESS=include_file_ctime,include_file_mtime
  own=$(Rscript --vanilla -e 'cat(tools::makevars_user())')
  {
    [ -z "$own" ] || cat "$own"
    echo
    for compiler in CXX CXX17; do
      echo "$compiler := \$(if \$(findstring ccache,\$($compiler)),,ccache) \$($compiler)"
    done
  } >"$1/Makevars"
  export R_MAKEVARS_USER=$1/Makevars
}

# A language that writes 1,5: numbers must not follow it where others read them. Its test is skipped where this is
# impossible.
setup_decimal_comma() {
  if locale -a 2>/dev/null | grep -qi '^de_DE\.utf' || ! command -v apt-get >/dev/null; then return; fi
  [ -e /usr/share/i18n/locales/de_DE ] || apt_install locales || return 0
  as_root localedef -i de_DE -f UTF-8 de_DE.UTF-8 || true
}
