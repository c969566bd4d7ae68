#!/usr/bin/env bash
# Sourced by demo.sh and test.sh: installs what is missing on Debian and Ubuntu, says what to install elsewhere.
#
#   setup_system COMMAND=PACKAGE ...   programs, by the Debian package that brings them
#   setup_r NAME[:VERSION] ...         R packages, from Debian where recent enough, else from CRAN

set -euo pipefail
export LC_ALL=C.UTF-8 DEBIAN_FRONTEND=noninteractive

say() { printf '\n== %s\n' "$*"; }

as_root() {
  if [ "$(id -u)" = 0 ]; then "$@"; elif command -v sudo >/dev/null; then sudo -E "$@"; else
    echo "Missing: $*. Run this as root, or install sudo." >&2
    return 1
  fi
}

apt_lists_read=no
apt_install() {
  if [ "$apt_lists_read" = no ]; then
    as_root apt-get update -qq || echo "apt-get update failed: going on with the lists at hand." >&2
    apt_lists_read=yes
  fi
  as_root apt-get install -y -qq --no-install-recommends "$@" >/dev/null
}

need_apt() {
  command -v apt-get >/dev/null && return
  echo "Install R (4.2 or later) with a C++17 compiler and make, pandoc, qpdf and clang-format by your system's package manager, then in R: install.packages(c(\"Rcpp\", \"RcppEigen\", \"Matrix\", \"generics\", \"cli\", \"testthat\", \"knitr\", \"rmarkdown\", \"jsonlite\", \"lintr\")); here these were missing: $*" >&2
  exit 1
}

setup_system() {
  local missing=() pair
  for pair in "$@"; do
    command -v "${pair%%=*}" >/dev/null || missing+=("${pair#*=}")
  done
  [ ${#missing[@]} -eq 0 ] && return
  need_apt "${missing[@]}"
  say "Installing ${missing[*]}"
  apt_install "${missing[@]}"
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
  local missing debian=() name
  missing=$(missing_r "$@")
  [ -z "$missing" ] && return
  if command -v apt-get >/dev/null; then
    [ "$apt_lists_read" = no ] && { as_root apt-get update -qq || true; apt_lists_read=yes; }
    for name in $missing; do
      name="r-cran-$(printf '%s' "${name%%:*}" | tr '[:upper:]' '[:lower:]')"
      apt-cache show "$name" >/dev/null 2>&1 && debian+=("$name")
    done
    if [ ${#debian[@]} -gt 0 ]; then
      say "Installing ${debian[*]}"
      apt_install "${debian[@]}"
    fi
    missing=$(missing_r "$@")
  fi
  [ -z "$missing" ] && return
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

setup_package_needs() {
  setup_system R=r-base-core g++=g++ make=make
  # r-base-dev brings the headers and libraries that compiled packages link to
  if ! [ -e "$(R RHOME)/etc/Makeconf" ] || { command -v dpkg >/dev/null && dpkg -S "$(R RHOME)/bin/R" >/dev/null 2>&1 && ! dpkg -s r-base-dev >/dev/null 2>&1; }; then
    need_apt r-base-dev
    say "Installing r-base-dev"
    apt_install r-base-dev
  fi
  setup_r Matrix:1.5 Rcpp:1.0.8 RcppEigen:0.3.3.9 cli:3.4.0 generics:0.1.2
}

# A PostgreSQL server, which the tests start and stop themselves, and the headers that RPostgres is compiled with.
setup_server() {
  ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || command -v initdb >/dev/null || {
    need_apt postgresql
    say "Installing postgresql"
    apt_install postgresql
  }
  command -v pg_config >/dev/null && [ -e "$(pg_config --includedir)/libpq-fe.h" ] || {
    need_apt libpq-dev
    say "Installing libpq-dev"
    apt_install libpq-dev
  }
}

# A language that writes 1,5: numbers must not follow it where others read them. Its test is skipped where this is impossible.
setup_decimal_comma() {
  if locale -a 2>/dev/null | grep -qi '^de_DE\.utf' || ! command -v apt-get >/dev/null; then return; fi
  [ -e /usr/share/i18n/locales/de_DE ] || apt_install locales || return 0
  as_root localedef -i de_DE -f UTF-8 de_DE.UTF-8 || true
}
