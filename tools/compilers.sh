#!/usr/bin/env bash
# Compiles the package by other compilers than R's own and runs what can be run: a line for each. Installs what is
# missing; a compiler that cannot be had is a failure.
#   bash tools/compilers.sh
#
# Every file is compiled by each. The core's own tests (tests/core) are run by each that makes programs for this
# processor, and for aarch64 under qemu. The package is built and its tests of files and first fits are run with clang
# and libstdc++, clang and libc++ (as on macOS), and g++ with assertions in the standard library. For Windows files are
# compiled against the headers of R here, and kernels must not use registers that its stack is not aligned for (GCC bug
# 54412).
cd "$(dirname "${BASH_SOURCE[0]}")/.."
source tools/setup.sh
set +e

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failed=0

setup_compilers() {
  setup_system clang++-13=clang-13 clang++-15=clang-15 clang++-16=clang-16 clang++-19=clang-19 clang++-14=clang-14 \
    x86_64-w64-mingw32-g++-posix=g++-mingw-w64-x86-64-posix aarch64-linux-gnu-g++=g++-aarch64-linux-gnu \
    qemu-aarch64=qemu-user
  setup_debian doctest-dev
  [ -e /usr/lib/llvm-14/include/c++/v1/vector ] || apt_install libc++-14-dev libc++abi-14-dev
}

report() { # name, exit code, file with messages
  if [ "$2" = 0 ]; then echo "$1: passed"; else
    failed=$((failed + 1))
    echo "$1: FAILED"
    head -n 30 "$3"
  fi
}

r_headers() {
  Rscript -e 'cat(paste0(
    "-isystem ",
    c(R.home("include"), system.file("include", package = "Rcpp"), system.file("include", package = "RcppEigen"))
  ))'
}

kernel_files="src/core/kernels/panel_kernels.cpp src/core/kernels/dense_kernels.cpp src/core/io/csv_numbers.cpp
  src/core/io/csv_numbers_avx2.cpp src/core/io/csv.cpp src/core/io/decimal.cpp src/core/io/svmlight.cpp"
files=$(find src -name '*.cpp' | sort)

generated= # options for what Rcpp has written
compile_all() { # name, compiler and options
  local name=$1 code=0 compile
  shift
  compile="case {} in */RcppExports.cpp) more='$generated' ;; esac; $* \$more -fsyntax-only -Isrc/core $headers {}"
  xargs -P 2 -I{} sh -c "$compile 2>>'$work/log.$name' || { echo {} >>'$work/log.$name'; exit 1; }" \
    <<<"$files" || code=1
  report "$name compiles $(wc -l <<<"$files") files" $code "$work/log.$name"
}

run_core() { # name, what make is told
  local code=0
  make --no-print-directory -j2 -C tests/core run BUILD="$work/core" "${@:2}" >"$work/log" 2>&1 || code=1
  tail -n 40 "$work/log" >"$work/end"
  report "$1 runs the core's tests" $code "$work/end"
  rm -rf "$work/core"
}

write_makevars() { # compiler, options
  local standard
  for standard in CXX CXX11 CXX14 CXX17; do
    printf '%s = %s\n%sFLAGS = -O2 %s\nSHLIB_%sLD = %s\nSHLIB_%sLDFLAGS = -shared\n' \
      $standard "$1" $standard "$2" $standard "$1" $standard
  done >"$work/Makevars"
  echo 'CXX17STD = -std=gnu++17' >>"$work/Makevars"
}

# Rcpp by the same standard library: strings pass between it and the package.
rcpp_too() {
  R_MAKEVARS_USER="$work/Makevars" Rscript -e '
    if (getOption("repos")[["CRAN"]] == "@CRAN@") options(repos = c(CRAN = "https://cloud.r-project.org"))
    utils::install.packages(
      "Rcpp", lib = commandArgs(TRUE), type = "source", INSTALL_opts = "--no-docs --no-test-load"
    )' "$work/library" &&
    [ -e "$work/library/Rcpp" ]
}

# Builds and tests the package by compiler and options.
run_package() { # name, compiler, options
  local name=$1 compiler=$2 options=$3 code=0
  write_makevars "$compiler" "$options"
  rm -rf "$work/library" "$work/package"
  mkdir "$work/library" "$work/package"
  if [[ $compiler == *libc++* ]]; then rcpp_too >"$work/log" 2>&1 || code=1; fi
  cp -r DESCRIPTION NAMESPACE LICENSE R src data man inst "$work/package/" 2>/dev/null
  find "$work/package/src" \( -name "*.o" -o -name "*.so" \) -delete
  [ $code = 0 ] && { R_LIBS="$work/library${R_LIBS:+:$R_LIBS}" R_MAKEVARS_USER="$work/Makevars" MAKEFLAGS=-j2 \
    R CMD INSTALL --no-docs --no-test-load --library="$work/library" "$work/package" >"$work/log" 2>&1 || code=1; }
  [ $code = 0 ] && { R_LIBS="$work/library${R_LIBS:+:$R_LIBS}" NOT_CRAN=true Rscript -e '
    for (file in c("rows_csv", "rows_svmlight", "rows_files", "cache_rows", "sgdlasso")) {
      testthat::test_file(
        file.path("tests/testthat", paste0("test-", file, ".R")), package = "sgdlasso", load_package = "installed",
        reporter = "check", stop_on_failure = TRUE
      )
    }' >"$work/log" 2>&1 || code=1; }
  report "$name runs the package's tests of files and first fits" $code "$work/log"
}

# No register of 32 bytes: %ymm in the assembly of kernels.
windows_registers() {
  local file code=0
  for file in $kernel_files; do
    x86_64-w64-mingw32-g++-posix -std=gnu++17 -O2 -Isrc/core -S -o "$work/windows.s" "$file" >"$work/log" 2>&1 || code=1
    if grep -n ymm "$work/windows.s" >>"$work/log"; then code=1; fi
  done
  report "MinGW keeps to registers of 16 bytes" $code "$work/log"
}

setup_compilers
# other systems' compilers must not see this one's headers, but for those of the libraries that the package links to
mkdir "$work/headers"
cp -r /usr/include/zlib.h /usr/include/zconf.h /usr/include/bzlib.h /usr/include/doctest "$work/headers"
headers="$(r_headers) -isystem $work/headers"
warnings="-Wall -Wextra -Werror"

for version in 13 15 16; do
  compile_all "clang $version" "clang++-$version -std=gnu++17 $warnings -Walign-mismatch"
  run_core "clang $version" CXX="clang++-$version"
done
generated=-Wno-cast-function-type-mismatch # Rcpp's table of exports casts functions, as R asks
compile_all "clang 19 with C++20" "clang++-19 -std=gnu++20 $warnings"
generated=
run_core "clang 19 with C++20" CXX=clang++-19 STANDARD=c++20
compile_all "MinGW" "x86_64-w64-mingw32-g++-posix -std=gnu++17"
windows_registers
compile_all "g++ for aarch64" "aarch64-linux-gnu-g++ -std=gnu++17"
run_core "g++ for aarch64" CXX=aarch64-linux-gnu-g++ HEADERS="-isystem $work/headers" WITHOUT=compressed_file \
  RUN="qemu-aarch64 -L /usr/aarch64-linux-gnu"
run_package "clang 16 with libstdc++" clang++-16 ""
run_package "clang 14 with libc++" "clang++-14 -stdlib=libc++" ""
run_package "g++ with assertions" g++ "-D_GLIBCXX_ASSERTIONS"

[ "$failed" = 0 ]
