// packed.h: text as bytes of compressed files.
#pragma once

#include <bzlib.h>
#include <zlib.h>

#include <cstdlib>
#include <string>

namespace plain {

inline void or_abort(bool right) {
  if (!right) std::abort();
}

inline std::string gzipped(const std::string& text) {
  z_stream stream{};
  or_abort(deflateInit2(&stream, 6, Z_DEFLATED, 16 + MAX_WBITS, 8, Z_DEFAULT_STRATEGY) == Z_OK);
  std::string result(text.size() + 100, ' ');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(&result[0]);
  stream.avail_out = static_cast<uInt>(result.size());
  or_abort(deflate(&stream, Z_FINISH) == Z_STREAM_END);
  result.resize(stream.total_out);
  deflateEnd(&stream);
  return result;
}

inline std::string bzipped(const std::string& text) {
  unsigned int size = static_cast<unsigned int>(text.size() + text.size() / 100 + 1000);
  std::string result(size, ' ');
  or_abort(BZ2_bzBuffToBuffCompress(&result[0], &size, const_cast<char*>(text.data()),
                                    static_cast<unsigned int>(text.size()), 1, 0, 0) == BZ_OK);
  result.resize(size);
  return result;
}

}  // namespace plain
