// csv_numbers_avx2.h: read_csv_numbers() with registers of 32 bytes, for machines that have them.
#pragma once

#include "base/vector_memory.h"
#include "io/csv_numbers.h"

namespace sgdlasso {

#if SGDLASSO_WIDE_REGISTERS
CsvNumbers read_csv_numbers_avx2(const char* text, std::size_t size, std::size_t columns, char separator,
                                 double missing, double* const* to);
#endif

}  // namespace sgdlasso
